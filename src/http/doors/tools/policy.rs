//! How this door reads requests: all that pydantic takes, and what it refuses with what was given.

use crate::http::input::{BodyForm, Empty, Inputs, Null, Numbers, Policy, Unknown, Words};

/// How REST reads.
pub(crate) const REST: Policy = Policy {
    prefix: false,
    unknown: Unknown::Refused,
    null: Null::IsAValue,
    empty: Empty::IsAText,
    body: BodyForm::Optional,
    numbers: Numbers::Lax,
    words: Words::Any,
    inputs: Inputs::Kept,
};

/// How MCP reads. The protocol leaves it to servers what becomes of arguments they do not know.
pub(crate) const MCP: Policy = Policy {
    unknown: Unknown::Ignored,
    ..REST
};
