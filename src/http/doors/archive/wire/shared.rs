//! What the requests of the archive's door share.

use crate::http::input::Policy;

/// How this door reads.
pub(super) const POLICY: Policy = Policy::FASTAPI;

/// What dates of queries look like, or nothing.
pub(super) const DATE: &str = "^([0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?)?$";
