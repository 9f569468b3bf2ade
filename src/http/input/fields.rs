//! Reading the fields of a flat object, with all of their faults in one go.

use crate::error::{Error, FieldFault};
use crate::model::{ChatTarget, SessionName};
use secrecy::SecretString;
use serde_json::{Map, Number, Value};
use std::ops::RangeInclusive;

/// Something that is read from the fields of a body or a query.
pub(crate) trait FromFields: Sized {
    /// Reads every field, also after a fault, so that a client learns of all faults at once.
    /// `None` when a field that is needed has a fault; the fault is noted in `fields`.
    fn from_fields(fields: &mut Fields) -> Option<Self>;
}

/// The fields of one request and the faults found in them. Fields nobody asks for are ignored.
#[derive(Debug)]
pub(crate) struct Fields {
    place: &'static str,
    values: Map<String, Value>,
    faults: Vec<FieldFault>,
}

impl Fields {
    /// Fields found in `place`: `body` or `query`.
    pub(crate) fn new(place: &'static str, values: Map<String, Value>) -> Self {
        Self {
            place,
            values,
            faults: Vec::new(),
        }
    }

    /// Reads a `T`, or answers every fault.
    ///
    /// # Errors
    /// `invalid_request`.
    pub(crate) fn read<T: FromFields>(mut self) -> Result<T, Error> {
        let value = T::from_fields(&mut self);
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Error::invalid(self.faults)),
        }
    }

    /// Notes a fault of a field.
    pub(crate) fn fault(&mut self, name: &str, kind: &'static str, message: impl Into<String>) {
        self.faults.push(FieldFault {
            location: vec![self.place.to_owned(), name.to_owned()],
            message: message.into(),
            kind,
        });
    }

    /// A text that must be there.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.required(name)?;
        self.string(name, value)
    }

    /// A text that may be missing or null.
    pub(crate) fn optional_text(&mut self, name: &str) -> Option<String> {
        let value = self.optional(name)?;
        self.string(name, value)
    }

    /// A text that must be there and is shown to nobody.
    pub(crate) fn secret(&mut self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// The name of a session.
    pub(crate) fn session(&mut self, name: &str) -> Option<SessionName> {
        let text = self.text(name)?;
        let parsed = SessionName::parse(&text);
        self.checked(name, parsed)
    }

    /// A chat, user or other entity that must be there, as a text or a number.
    pub(crate) fn text_or_number(&mut self, name: &str) -> Option<String> {
        match self.required(name)? {
            Value::Number(number) if number.is_i64() => Some(number.to_string()),
            value => self.string(name, value),
        }
    }

    /// A chat that may be missing, in any form that clients name chats.
    pub(crate) fn optional_chat(&mut self, name: &str) -> Option<ChatTarget> {
        let text = match self.optional(name)? {
            Value::Number(number) if number.is_i64() => number.to_string(),
            value => self.string(name, value)?,
        };
        let target = ChatTarget::parse(&text);
        if target.is_none() {
            self.fault(
                name,
                "value_error",
                "Value error, is no username, link, phone number or id",
            );
        }
        target
    }

    /// A whole number within a range that must be there, as a number or a text.
    pub(crate) fn integer(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let value = self.required(name)?;
        self.whole_number(name, &value, range)
    }

    /// A whole number within a range, or `default` when it is missing or null.
    pub(crate) fn integer_or(
        &mut self,
        name: &str,
        range: RangeInclusive<i64>,
        default: i64,
    ) -> Option<i64> {
        match self.optional(name) {
            None => Some(default),
            Some(value) => self.whole_number(name, &value, range),
        }
    }

    /// Yes or no, as a boolean or as one of pydantic's words for it; no when missing or null.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let Some(value) = self.optional(name) else {
            return Some(false);
        };
        let word = match &value {
            Value::Bool(flag) => return Some(*flag),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.to_ascii_lowercase(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                self.fault(name, "bool_type", "Input should be a valid boolean");
                return None;
            }
        };
        match word.as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
            "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
            _ => {
                let message = "Input should be a valid boolean, unable to interpret input";
                self.fault(name, "bool_parsing", message);
                None
            }
        }
    }

    /// One of a few words, or nothing when it is missing or null.
    pub(crate) fn optional_choice(
        &mut self,
        name: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let text = self.optional_text(name)?;
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() {
            let quoted: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
            let message = format!("Input should be {}", alternatives(&quoted));
            self.fault(name, "literal_error", message);
        }
        found
    }

    /// Takes the value of a reader, or notes why it refused.
    pub(crate) fn checked<T>(
        &mut self,
        name: &str,
        read: Result<T, impl std::fmt::Display>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(name, "value_error", format!("Value error, {reason}"));
                None
            }
        }
    }

    fn required(&mut self, name: &str) -> Option<Value> {
        let value = self.values.remove(name);
        if value.is_none() {
            self.fault(name, "missing", "Field required");
        }
        value
    }

    fn optional(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name).filter(|value| !value.is_null())
    }

    fn string(&mut self, name: &str, value: Value) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text);
        }
        self.fault(name, "string_type", "Input should be a valid string");
        None
    }

    fn whole_number(
        &mut self,
        name: &str,
        value: &Value,
        range: RangeInclusive<i64>,
    ) -> Option<i64> {
        let number = match value {
            Value::Number(number) => number.as_i64().or_else(|| without_fraction(number)),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let (kind, message) = match number {
            Some(number) if range.contains(&number) => return Some(number),
            Some(number) if number < *range.start() => (
                "greater_than_equal",
                format!("Input should be greater than or equal to {}", range.start()),
            ),
            Some(_) => (
                "less_than_equal",
                format!("Input should be less than or equal to {}", range.end()),
            ),
            None if value.is_string() => (
                "int_parsing",
                "Input should be a valid integer, unable to parse string as an integer".to_owned(),
            ),
            None => ("int_type", "Input should be a valid integer".to_owned()),
        };
        self.fault(name, kind, message);
        None
    }
}

/// `7.0` is a whole number too, in JSON Schema as in pydantic.
///
/// Source: <https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3>.
fn without_fraction(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    // Exact: a float without a fraction is written without one.
    format!("{float:.0}").parse().ok()
}

/// `a`, `a or b`, `a, b or c`.
fn alternatives(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests;
