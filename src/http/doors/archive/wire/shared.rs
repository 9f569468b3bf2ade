//! What the requests of the archive's door share.

use crate::http::input::Policy;

/// How this door reads.
pub(super) const POLICY: Policy = Policy::FASTAPI;
