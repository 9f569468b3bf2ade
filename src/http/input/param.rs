//! One field of a request: what it takes, and what holds when it is missing.
//!
//! Owns the part of the JSON Schema that says so. It must not know which request has the field.

use super::kind::{Kind, Reading};
use super::policy::{Null, Policy};
use super::shape::Shape;
use serde_json::{Map, Value, json};

/// A declared field.
pub(crate) struct Param<T> {
    shape: Shape,
    about: Option<&'static str>,
    pub(super) names_chat: bool,
    pub(super) read: Reading<T>,
    pub(super) missing: Missing<T>,
}

/// A value that is told from null, and null from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// The field is missing.
    Nothing,
    /// It is null.
    Null,
    /// It has this value.
    Value(T),
}

impl<T> Given<T> {
    /// Whether the field is there.
    pub(crate) const fn is_there(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Its value, if it has one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Nothing | Self::Null => None,
        }
    }
}

/// What holds when a field is missing.
pub(super) enum Missing<T> {
    /// The request is refused.
    Refused,
    /// The first is taken; the second says so in the schema.
    Taken(T, Value),
}

/// Without a word about its absence, a field has to be there.
impl<T> From<Kind<T>> for Param<T> {
    fn from(kind: Kind<T>) -> Self {
        kind.with(Missing::Refused)
    }
}

impl<T> Kind<T> {
    fn with(self, missing: Missing<T>) -> Param<T> {
        Param {
            shape: self.shape,
            about: self.about,
            names_chat: self.names_chat,
            read: self.read,
            missing,
        }
    }
}

impl<T: 'static> Kind<T> {
    /// Which may be missing or null.
    pub(crate) fn optional(self) -> Param<Option<T>> {
        Param {
            shape: self.shape,
            about: self.about,
            names_chat: self.names_chat,
            read: Box::new(move |value, policy| match value {
                Value::Null => Ok(None),
                _ => (self.read)(value, policy).map(Some),
            }),
            missing: Missing::Taken(None, Value::Null),
        }
    }

    /// Which may be missing, and null, which is something else.
    pub(crate) fn optional_or_null(self) -> Param<Given<T>> {
        Param {
            shape: self.shape,
            about: self.about,
            names_chat: self.names_chat,
            read: Box::new(move |value, policy| match value {
                Value::Null => Ok(Given::Null),
                _ => (self.read)(value, policy).map(Given::Value),
            }),
            missing: Missing::Taken(Given::Nothing, Value::Null),
        }
    }

    /// In whose absence this value is taken.
    pub(crate) fn or(self, default: T) -> Param<T>
    where
        T: Copy + Into<Value>,
    {
        self.with(Missing::Taken(default, default.into()))
    }

    /// In whose absence there is nothing of it.
    pub(crate) fn or_none(self) -> Param<T>
    where
        T: Default,
    {
        self.with(Missing::Taken(T::default(), Value::Null))
    }

    /// In whose absence this value is taken, which is written like that.
    pub(crate) fn or_written(self, default: T, written: &str) -> Param<T> {
        self.with(Missing::Taken(default, written.into()))
    }
}

/// What is published of a field.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    /// Its name in bodies, queries and tool calls.
    pub(crate) name: &'static str,
    /// What it is for, in a sentence.
    pub(crate) about: String,
    /// Whether it names a chat.
    pub(crate) names_chat: bool,
    values: Map<String, Value>,
    default: Option<Value>,
    takes_null: bool,
}

impl Described {
    /// A field with its name and the comment above it.
    pub(crate) fn new<T>(
        name: &'static str,
        comment: &str,
        param: impl Into<Param<T>>,
        policy: Policy,
    ) -> Self {
        let param = param.into();
        let default = match param.missing {
            Missing::Refused => None,
            Missing::Taken(_, written) => Some(written),
        };
        let takes_null = match &default {
            None => false,
            Some(default) => default.is_null() || policy.null == Null::IsMissing,
        };
        let comment = comment.trim();
        Self {
            name,
            about: match param.about {
                Some(about) if comment.is_empty() => about.to_owned(),
                _ => comment.to_owned(),
            },
            names_chat: param.names_chat,
            values: param.shape.schema(),
            default,
            takes_null,
        }
    }

    /// Whether a request without it is refused.
    pub(crate) const fn is_required(&self) -> bool {
        self.default.is_none()
    }

    /// Whether it takes several values.
    pub(super) fn is_list(&self) -> bool {
        self.values.get("type").is_some_and(|kind| kind == "array")
    }

    /// Its JSON schema in an object: type, bounds and default.
    pub(crate) fn schema(&self) -> Map<String, Value> {
        let mut schema = self.values.clone();
        if self.takes_null {
            let any = json!([schema, { "type": "null" }]);
            schema = Map::from_iter([("anyOf".to_owned(), any)]);
        }
        if let Some(default) = &self.default {
            schema.insert("default".to_owned(), default.clone());
        }
        schema
    }

    /// Its JSON schema in a query or a path, which have no null.
    pub(crate) fn textual_schema(&self) -> Map<String, Value> {
        let mut schema = self.values.clone();
        if let Some(default) = self.default.as_ref().filter(|default| !default.is_null()) {
            schema.insert("default".to_owned(), default.clone());
        }
        schema
    }
}

/// The JSON schema of an object of these fields, each as `published`.
pub(crate) fn object(
    fields: &[Described],
    published: impl Fn(&Described) -> Map<String, Value>,
) -> (Map<String, Value>, Vec<&'static str>) {
    let fields = fields.iter();
    let required = fields.clone().filter(|field| field.is_required());
    let required = required.map(|field| field.name).collect();
    let properties = fields.map(|field| (field.name.to_owned(), published(field).into()));
    (properties.collect(), required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::input::kind::{self, LARGEST_MESSAGE_ID};
    use crate::http::input::reader::tests::{LAX, PLAIN};

    fn described<T>(name: &'static str, param: impl Into<Param<T>>, policy: Policy) -> Described {
        Described::new(name, " Which. ", param, policy)
    }

    fn schema<T>(param: impl Into<Param<T>>) -> Value {
        described("field", param, LAX).schema().into()
    }

    #[test]
    fn a_schema_says_type_bounds_and_default() {
        let limit = schema(kind::integer::<u32>(1, 200).or(20));
        let expected = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 20 });
        assert_eq!(limit, expected);
        let reply_to = schema(kind::message_id().optional());
        let expected = json!({
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": LARGEST_MESSAGE_ID },
                { "type": "null" },
            ],
            "default": null,
        });
        assert_eq!(reply_to, expected);
        let word = schema(kind::text().like("^a+$").optional());
        assert_eq!(word["anyOf"][0]["pattern"], "^a+$");
        let ids = schema(kind::list(1, 100, kind::message_id()));
        assert_eq!(
            (&ids["minItems"], &ids["maxItems"]),
            (&json!(1), &json!(100))
        );
    }

    #[test]
    fn null_is_published_where_it_is_taken() {
        let limit = || kind::integer::<u32>(1, 2).or(1);
        let strict = described("limit", limit(), LAX);
        assert!(!strict.is_required() && strict.schema()["type"] == "integer");
        let loose = described("limit", limit(), PLAIN);
        assert_eq!(loose.schema()["anyOf"][1], json!({ "type": "null" }));
        assert_eq!(loose.textual_schema()["default"], 1);
        let needed = described("text", kind::text(), PLAIN);
        assert!(needed.is_required() && needed.schema()["type"] == "string");
    }

    #[test]
    fn the_comment_of_a_field_goes_before_the_words_of_its_kind() {
        let kind = || kind::text().about("A text.");
        assert_eq!(Described::new("a", "", kind(), LAX).about, "A text.");
        assert_eq!(described("a", kind(), LAX).about, "Which.");
    }
}
