//! Values of an export's objects by name.

use serde_json::{Map, Value};

pub(super) type Fields = Map<String, Value>;

/// A text that is not empty.
pub(super) fn text(fields: &Fields, name: &str) -> Option<String> {
    let text = fields.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// A whole number, also one that is written as a text.
pub(super) fn number(fields: &Fields, name: &str) -> Option<i64> {
    match fields.get(name)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}
