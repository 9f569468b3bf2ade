//! What the reader takes and how it words what it refuses, as policies have it.

use super::*;
use crate::http::input::policy::{BodyForm, Empty, Inputs, Numbers, Words};

mod golden;
mod plain;

/// All that pydantic takes, and nothing else.
pub(crate) const LAX: Policy = Policy {
    prefix: false,
    unknown: Unknown::Refused,
    null: Null::IsAValue,
    empty: Empty::IsAText,
    body: BodyForm::Optional,
    numbers: Numbers::Lax,
    words: Words::Any,
    inputs: Inputs::Kept,
};

/// The other side of each choice.
pub(crate) const PLAIN: Policy = Policy {
    prefix: true,
    unknown: Unknown::Ignored,
    null: Null::IsMissing,
    empty: Empty::IsMissing,
    body: BodyForm::Required,
    numbers: Numbers::Plain,
    words: Words::Texts,
    inputs: Inputs::Dropped,
};
