//! What JSON Schema says of the values that a field takes.
//!
//! Source: <https://json-schema.org/draft/2020-12/json-schema-validation>.

use crate::model::UtcTime;
use serde_json::{Map, Value, json};

/// The values that a field takes, as they are published.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) values: Values,
    pub(super) pattern: Option<&'static str>,
    pub(super) format: Option<&'static str>,
    pub(super) example: Option<&'static str>,
}

/// Values of a type, and their bounds.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Texts of so many characters, counted as Unicode code points.
    Text { min: usize, max: Option<usize> },
    /// Whole numbers.
    Integer { min: i64, max: i64 },
    /// Numbers.
    Number { min: i32, max: Option<i32> },
    /// Yes or no.
    Flag,
    /// One of these words.
    Words(Vec<&'static str>),
    /// So many items.
    List {
        min: usize,
        max: usize,
        item: Box<Shape>,
    },
    /// An object of fields, with its schema.
    Object(Value),
    /// A text or a whole number.
    TextOrInteger,
    /// RFC 3339.
    Time,
    /// RFC 3339 or seconds since 1970.
    TimeOrSeconds,
}

impl From<Values> for Shape {
    fn from(values: Values) -> Self {
        Self {
            values,
            pattern: None,
            format: None,
            example: None,
        }
    }
}

impl Shape {
    /// Its JSON schema: type, bounds and form.
    pub(super) fn schema(&self) -> Map<String, Value> {
        let mut schema = match self.values.schema() {
            Value::Object(schema) => schema,
            _ => Map::new(),
        };
        for (key, text) in [("pattern", self.pattern), ("format", self.format)] {
            if let Some(text) = text {
                schema.insert(key.to_owned(), text.into());
            }
        }
        if let Some(example) = self.example {
            schema.insert("examples".to_owned(), json!([example]));
        }
        schema
    }
}

impl Values {
    fn schema(&self) -> Value {
        match self {
            Self::Text { min, max } => bounded("string", ["minLength", "maxLength"], *min, *max),
            Self::Integer { min, max } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            Self::Number { min, max } => {
                let mut schema = json!({ "type": "number", "minimum": min });
                if let Some(max) = max {
                    schema["maximum"] = (*max).into();
                }
                schema
            }
            Self::Object(schema) => schema.clone(),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Words(words) => json!({ "type": "string", "enum": words }),
            Self::List { min, max, item } => {
                let mut schema = bounded("array", ["minItems", "maxItems"], *min, Some(*max));
                schema["items"] = item.schema().into();
                schema
            }
            Self::TextOrInteger => {
                json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] })
            }
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::TimeOrSeconds => json!({ "anyOf": [
                { "type": "string", "format": "date-time" },
                {
                    "type": "integer",
                    "minimum": UtcTime::EARLIEST_SECOND,
                    "maximum": UtcTime::LATEST_SECOND,
                },
            ] }),
        }
    }
}

fn bounded(kind: &str, [least, most]: [&str; 2], min: usize, max: Option<usize>) -> Value {
    let mut schema = json!({ "type": kind });
    if min > 0 {
        schema[least] = min.into();
    }
    if let Some(max) = max {
        schema[most] = max.into();
    }
    schema
}
