//! How this door reads requests: all that pydantic takes, and what it refuses with what was given.

use crate::http::input::{Policy, Unknown};

/// How REST reads.
pub(crate) const REST: Policy = Policy::LAX;

/// How MCP reads. The protocol leaves it to servers what becomes of arguments they do not know.
pub(crate) const MCP: Policy = Policy {
    unknown: Unknown::Ignored,
    ..REST
};
