//! One parameter of a tool: its name, its kind, its bounds and what it is for.
//!
//! Owns the JSON schema that is published for a parameter; the reading of values follows the same
//! declaration. It must not know which tool has the parameter.

use serde_json::{Map, Value, json};

/// The largest number of a message in a chat. Source: <https://core.telegram.org/type/Message>.
pub(crate) const LARGEST_MESSAGE_ID: i64 = 2_147_483_647;

/// A parameter of a tool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Param {
    /// Its name in bodies, queries and tool calls.
    pub(crate) name: &'static str,
    /// What values it takes.
    pub(crate) kind: Kind,
    /// What holds when it is missing.
    pub(crate) missing: Missing,
    /// What it is for, in a sentence.
    pub(crate) description: &'static str,
    /// The pattern of a text. It is published only: the tool itself refuses other texts.
    pub(crate) pattern: Option<&'static str>,
}

/// What values a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text of so many characters, counted as Unicode code points.
    Text {
        /// The fewest.
        min: usize,
        /// The most; `None` for any number.
        max: Option<usize>,
    },
    /// A whole number within these bounds.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest; `None` for any.
        max: Option<i64>,
    },
    /// Yes or no.
    Flag,
    /// A list of message numbers, this many.
    Ids {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// A list of texts, this many.
    Texts {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// An instant: RFC 3339, without an offset in UTC, or whole seconds since 1970.
    Time,
}

/// What holds when a parameter is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// The request is refused.
    Refused,
    /// Nothing is set; null may be given as well.
    Null,
    /// This number is taken.
    Integer(i64),
    /// This answer is taken.
    Flag(bool),
}

impl Param {
    const fn new(name: &'static str, kind: Kind, description: &'static str) -> Self {
        Self {
            name,
            kind,
            missing: Missing::Refused,
            description,
            pattern: None,
        }
    }

    /// A text of any length.
    pub(crate) const fn text(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Text { min: 0, max: None }, description)
    }

    /// A text of `min` to `max` characters.
    pub(crate) const fn text_of(
        name: &'static str,
        min: usize,
        max: usize,
        description: &'static str,
    ) -> Self {
        let max = Some(max);
        Self::new(name, Kind::Text { min, max }, description)
    }

    /// A whole number from `min` to `max`.
    pub(crate) const fn integer(
        name: &'static str,
        min: i64,
        max: i64,
        description: &'static str,
    ) -> Self {
        let max = Some(max);
        Self::new(name, Kind::Integer { min, max }, description)
    }

    /// The number of a message.
    pub(crate) const fn message_id(name: &'static str, description: &'static str) -> Self {
        Self::integer(name, 1, LARGEST_MESSAGE_ID, description)
    }

    /// Yes or no, with the answer for its absence.
    pub(crate) const fn flag(name: &'static str, default: bool, description: &'static str) -> Self {
        let mut param = Self::new(name, Kind::Flag, description);
        param.missing = Missing::Flag(default);
        param
    }

    /// 1 to 100 numbers of messages.
    pub(crate) const fn message_ids(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Ids { min: 1, max: 100 }, description)
    }

    /// `min` to `max` texts.
    pub(crate) const fn texts(
        name: &'static str,
        min: usize,
        max: usize,
        description: &'static str,
    ) -> Self {
        Self::new(name, Kind::Texts { min, max }, description)
    }

    /// An instant.
    pub(crate) const fn time(name: &'static str, description: &'static str) -> Self {
        Self::new(name, Kind::Time, description)
    }

    /// The same parameter, which may be missing or null.
    pub(crate) const fn optional(mut self) -> Self {
        self.missing = Missing::Null;
        self
    }

    /// The same text, of which the tool takes only those that match this whole pattern.
    ///
    /// Source: <https://json-schema.org/draft/2020-12/json-schema-validation#section-6.3.3>.
    pub(crate) const fn like(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// The same number, with a value for its absence.
    pub(crate) const fn or(mut self, default: i64) -> Self {
        self.missing = Missing::Integer(default);
        self
    }

    /// Whether a request without it is refused.
    pub(crate) fn is_required(&self) -> bool {
        self.missing == Missing::Refused
    }

    /// Its JSON schema: title, type, bounds, default and description.
    ///
    /// Source: <https://json-schema.org/draft/2020-12/json-schema-validation>.
    pub(crate) fn schema(&self) -> Value {
        let mut own = self.kind.schema();
        if let Some(pattern) = self.pattern {
            own["pattern"] = pattern.into();
        }
        let mut schema = match (self.missing, own) {
            (Missing::Null, own) => {
                let mut schema = Map::new();
                schema.insert("anyOf".to_owned(), json!([own, { "type": "null" }]));
                schema.insert("default".to_owned(), Value::Null);
                schema
            }
            (missing, Value::Object(mut schema)) => {
                match missing {
                    Missing::Integer(number) => schema.insert("default".to_owned(), number.into()),
                    Missing::Flag(answer) => schema.insert("default".to_owned(), answer.into()),
                    Missing::Refused | Missing::Null => None,
                };
                schema
            }
            (_, _) => Map::new(),
        };
        schema.insert("title".to_owned(), title(self.name).into());
        schema.insert("description".to_owned(), self.description.into());
        Value::Object(schema)
    }
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Text { min, max } => bounded("string", ["minLength", "maxLength"], min, max),
            Self::Integer { min, max } => {
                let mut schema = json!({ "type": "integer", "minimum": min });
                if let Some(max) = max {
                    schema["maximum"] = max.into();
                }
                schema
            }
            Self::Flag => json!({ "type": "boolean" }),
            Self::Ids { min, max } => {
                let mut schema = bounded("array", ["minItems", "maxItems"], min, Some(max));
                schema["items"] =
                    json!({ "type": "integer", "minimum": 1, "maximum": LARGEST_MESSAGE_ID });
                schema
            }
            Self::Texts { min, max } => {
                let mut schema = bounded("array", ["minItems", "maxItems"], min, Some(max));
                schema["items"] = json!({ "type": "string" });
                schema
            }
            Self::Time => json!({ "type": "string", "format": "date-time" }),
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

/// `reply_to` becomes `Reply To`, as pydantic titles fields.
fn title(name: &str) -> String {
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_says_type_bounds_and_default() {
        let limit = Param::integer("limit", 1, 200, "How many.").or(20);
        let expected = json!({
            "title": "Limit", "type": "integer", "minimum": 1, "maximum": 200, "default": 20,
            "description": "How many.",
        });
        assert_eq!(limit.schema(), expected);
        let reply_to = Param::message_id("reply_to", "Which one.").optional();
        let expected = json!({
            "title": "Reply To",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": LARGEST_MESSAGE_ID },
                { "type": "null" },
            ],
            "default": null,
            "description": "Which one.",
        });
        assert_eq!(reply_to.schema(), expected);
        let word = Param::text("word", "Which.").like("^a+$").optional();
        assert_eq!(word.schema()["anyOf"][0]["pattern"], "^a+$");
        let ids = Param::message_ids("ids", "Which.").schema();
        assert_eq!(
            (&ids["minItems"], &ids["maxItems"]),
            (&json!(1), &json!(100))
        );
    }
}
