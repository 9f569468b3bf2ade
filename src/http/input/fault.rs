//! One fault of one value, as pydantic 2.12 tells it.
//!
//! Owns the names and sentences of the faults. Source: <https://docs.pydantic.dev/2.12/errors/validation_errors/>.

use crate::error::{Error, FieldFault};
use serde_json::{Value, json};

/// A fault of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Where: a field, and in a list the position; before them body or query, where the policy
    /// says so.
    pub(crate) place: Vec<Place>,
    /// What is wrong.
    pub(crate) trouble: Trouble,
    /// The value, or for a missing field everything that was given; null where the policy keeps
    /// no inputs.
    pub(crate) input: Value,
}

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A field.
    Field(String),
    /// A position in a list, from 0.
    Index(usize),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Not there.
    Missing,
    /// There, and nobody asks for it.
    Extra,
    /// No text.
    NoText,
    /// Fewer characters than this.
    TextTooShort(usize),
    /// More characters than this.
    TextTooLong(usize),
    /// No whole number, by its type.
    NoInteger,
    /// A text that is no whole number.
    IntegerText,
    /// A number with a fraction.
    Fraction,
    /// A number with more digits than are read.
    IntegerSize,
    /// No number, by its type.
    NoNumber,
    /// A text that is no number.
    NumberText,
    /// Infinite, or no number by name.
    NotFinite,
    /// No object.
    NoObject,
    /// Smaller than this.
    TooSmall(i64),
    /// Larger than this.
    TooLarge(i64),
    /// Neither yes nor no, by its type.
    NoFlag,
    /// A value that is neither yes nor no.
    FlagText,
    /// No list.
    NoList,
    /// Fewer items than the first number; the second says how many.
    ListTooShort(usize, usize),
    /// More items than the first number; the second says how many.
    ListTooLong(usize, usize),
    /// No instant, by its type.
    NoTime,
    /// A text that is no instant.
    TimeText,
    /// None of these words, of a `Literal`.
    Word(Vec<&'static str>),
    /// None of these words, of an `Enum`.
    Member(Vec<&'static str>),
    /// What a reader of the value has against it.
    Value(String),
}

impl Fault {
    /// A fault of a value, wherever that is.
    pub(super) const fn of(trouble: Trouble, input: Value) -> Self {
        Self {
            place: Vec::new(),
            trouble,
            input,
        }
    }

    /// The same fault, at this place and what it had within it.
    pub(super) fn within(mut self, place: impl IntoIterator<Item = Place>) -> Self {
        self.place.splice(0..0, place);
        self
    }

    /// The fault as an item of pydantic's list of errors: `type`, `loc`, `msg`,
    /// `input`, `ctx` where there is one, and `url`.
    pub(crate) fn to_json(&self) -> Value {
        let kind = self.trouble.kind();
        let mut item = json!({
            "type": kind,
            "loc": self.place.iter().map(Place::to_json).collect::<Vec<_>>(),
            "msg": self.trouble.to_string(),
            "input": self.input,
        });
        if let Some(ctx) = self.trouble.context() {
            item["ctx"] = ctx;
        }
        item["url"] = format!("https://errors.pydantic.dev/2.12/v/{kind}").into();
        item
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, place) in self.place.iter().enumerate() {
            let dot = if number == 0 { "" } else { "." };
            write!(f, "{dot}{place}")?;
        }
        write!(f, ": {}", self.trouble)
    }
}

impl From<Fault> for FieldFault {
    fn from(fault: Fault) -> Self {
        Self {
            location: fault.place.iter().map(Place::to_string).collect(),
            message: fault.trouble.to_string(),
            kind: fault.trouble.kind(),
        }
    }
}

/// The refusal of a request with these faults, for doors that render errors.
pub(super) fn invalid(faults: Vec<Fault>) -> Error {
    Error::invalid(faults.into_iter().map(FieldFault::from).collect())
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
        }
    }
}

impl Place {
    fn to_json(&self) -> Value {
        match self {
            Self::Field(name) => name.as_str().into(),
            Self::Index(index) => (*index).into(),
        }
    }
}

impl Trouble {
    /// Pydantic's name of the fault.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Extra => "extra_forbidden",
            Self::NoText => "string_type",
            Self::TextTooShort(_) => "string_too_short",
            Self::TextTooLong(_) => "string_too_long",
            Self::NoInteger => "int_type",
            Self::IntegerText => "int_parsing",
            Self::Fraction => "int_from_float",
            Self::IntegerSize => "int_parsing_size",
            Self::NoNumber => "float_type",
            Self::NumberText => "float_parsing",
            Self::NotFinite => "finite_number",
            Self::NoObject => "model_attributes_type",
            Self::TooSmall(_) => "greater_than_equal",
            Self::TooLarge(_) => "less_than_equal",
            Self::NoFlag => "bool_type",
            Self::FlagText => "bool_parsing",
            Self::NoList => "list_type",
            Self::ListTooShort(..) => "too_short",
            Self::ListTooLong(..) => "too_long",
            Self::NoTime => "datetime_type",
            Self::TimeText => "datetime_parsing",
            Self::Word(_) => "literal_error",
            Self::Member(_) => "enum",
            Self::Value(_) => "value_error",
        }
    }

    fn context(&self) -> Option<Value> {
        match self {
            Self::TextTooShort(min) => Some(json!({ "min_length": min })),
            Self::TextTooLong(max) => Some(json!({ "max_length": max })),
            Self::TooSmall(min) => Some(json!({ "ge": min })),
            Self::TooLarge(max) => Some(json!({ "le": max })),
            Self::ListTooShort(min, found) => {
                Some(json!({ "field_type": "List", "min_length": min, "actual_length": found }))
            }
            Self::ListTooLong(max, found) => {
                Some(json!({ "field_type": "List", "max_length": max, "actual_length": found }))
            }
            Self::TimeText => Some(json!({ "error": TIME_FORMS })),
            Self::Word(words) | Self::Member(words) => {
                Some(json!({ "expected": alternatives(words) }))
            }
            // Pydantic has an exception there, of which JSON shows nothing.
            Self::Value(_) => Some(json!({ "error": {} })),
            _ => None,
        }
    }
}

const TIME_FORMS: &str = "neither RFC 3339 nor seconds since 1970";

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(sentence) = self.sentence() {
            return f.write_str(sentence);
        }
        match self {
            Self::TextTooShort(min) => {
                let least = count(*min, "character");
                write!(f, "String should have at least {least}")
            }
            Self::TextTooLong(max) => {
                write!(f, "String should have at most {}", count(*max, "character"))
            }
            Self::TooSmall(min) => {
                write!(f, "Input should be greater than or equal to {min}")
            }
            Self::TooLarge(max) => write!(f, "Input should be less than or equal to {max}"),
            Self::ListTooShort(min, found) => {
                let least = count(*min, "item");
                write!(
                    f,
                    "List should have at least {least} after validation, not {found}"
                )
            }
            Self::ListTooLong(max, found) => {
                let most = count(*max, "item");
                write!(
                    f,
                    "List should have at most {most} after validation, not {found}"
                )
            }
            Self::TimeText => write!(f, "Input should be a valid datetime, {TIME_FORMS}"),
            Self::Word(words) | Self::Member(words) => {
                write!(f, "Input should be {}", alternatives(words))
            }
            Self::Value(reason) => write!(f, "Value error, {reason}"),
            _ => Ok(()),
        }
    }
}

impl Trouble {
    /// What is said of it, if that is always the same.
    const fn sentence(&self) -> Option<&'static str> {
        Some(match self {
            Self::Missing => "Field required",
            Self::Extra => "Extra inputs are not permitted",
            Self::NoText => "Input should be a valid string",
            Self::NoInteger => "Input should be a valid integer",
            Self::IntegerText => {
                "Input should be a valid integer, unable to parse string as an integer"
            }
            Self::Fraction => {
                "Input should be a valid integer, got a number with a fractional part"
            }
            Self::IntegerSize => {
                "Unable to parse input string as an integer, exceeded maximum size"
            }
            Self::NoNumber => "Input should be a valid number",
            Self::NumberText => {
                "Input should be a valid number, unable to parse string as a number"
            }
            Self::NotFinite => "Input should be a finite number",
            Self::NoObject => "Input should be a valid dictionary or object to extract fields from",
            Self::NoFlag => "Input should be a valid boolean",
            Self::FlagText => "Input should be a valid boolean, unable to interpret input",
            Self::NoList => "Input should be a valid list",
            Self::NoTime => "Input should be a valid datetime",
            _ => return None,
        })
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`.
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
