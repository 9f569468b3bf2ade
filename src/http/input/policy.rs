//! What doors differ in when they read a request. Everything else is the same for all of them.
//!
//! It must not know which door has which policy, nor how an answer is written: statuses are the
//! matter of [`crate::http::door::Door::render`].

use serde_json::Value;

/// How a door reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Whether the place of a fault begins with where the value was, such as `body` or `query`.
    pub(crate) prefix: bool,
    /// What becomes of names that no field has.
    pub(crate) unknown: Unknown,
    /// What null says where a value may be missing.
    pub(crate) null: Null,
    /// What an empty value of a query says.
    pub(crate) empty: Empty,
    /// What is asked of a body before its fields are read.
    pub(crate) body: BodyForm,
    /// Which values count as numbers, and as yes or no.
    pub(crate) numbers: Numbers,
    /// Which values can be one of a few words at all.
    pub(crate) words: Words,
    /// Whether faults keep the values in which they were found.
    pub(crate) inputs: Inputs,
}

/// What becomes of names that no field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// Each is a fault.
    Refused,
    /// They are left out.
    Ignored,
}

/// What null says where a value may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Null {
    /// The same as nothing.
    IsMissing,
    /// It is a value like others, and only fields that hold nothing by default take it.
    IsAValue,
}

/// What an empty value of a query says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    /// The same as nothing.
    IsMissing,
    /// It is an empty text.
    IsAText,
}

/// What is asked of a body before its fields are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyForm {
    /// An object that is called JSON; what is wrong is a fault in `body`, as FastAPI tells it.
    Required,
    /// An object, whatever it is called; without a body it is empty. What is wrong is told in a
    /// sentence.
    Optional,
}

/// Which values count as numbers, and as yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// All that pydantic takes in its lax mode.
    Lax,
    /// Whole numbers, and texts of an optional sign and digits. Whatever else is no number, and
    /// none of it is yes or no but 1 and 0.
    Plain,
}

/// Which values can be one of a few words at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// Any; another type is a wrong word, as pydantic sees it.
    Any,
    /// Texts; another type is no text.
    Texts,
}

/// Whether faults keep the values in which they were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inputs {
    /// Each has its own, and one that is missing all that was given.
    Kept,
    /// They keep none: it may be a password.
    Dropped,
}

impl Policy {
    /// All that pydantic takes, and nothing else.
    pub(crate) const LAX: Self = Self {
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
    pub(crate) const PLAIN: Self = Self {
        prefix: true,
        unknown: Unknown::Ignored,
        null: Null::IsMissing,
        empty: Empty::IsMissing,
        body: BodyForm::Required,
        numbers: Numbers::Plain,
        words: Words::Texts,
        inputs: Inputs::Dropped,
    };

    /// What FastAPI takes and says, but that empty values of a query are missing.
    pub(crate) const FASTAPI: Self = Self {
        null: Null::IsAValue,
        numbers: Numbers::Lax,
        words: Words::Any,
        ..Self::PLAIN
    };

    /// A value as a fault keeps it.
    pub(super) fn input(self, value: &(impl Clone + Into<Value>)) -> Value {
        match self.inputs {
            Inputs::Kept => value.clone().into(),
            Inputs::Dropped => Value::Null,
        }
    }
}
