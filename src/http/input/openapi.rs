//! A request in the OpenAPI document: the schema of a body, and the parameters of a query.
//!
//! Source: <https://spec.openapis.org/oas/v3.1.0>.

use super::param::{Described, object};
use super::policy::{Policy, Unknown};
use super::request::OwnRequest;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{RefOr, Schema};

/// The schema of an object of these fields, each as `published`.
pub(crate) fn body_schema(
    fields: &[Described],
    published: impl Fn(&Described) -> Map<String, Value>,
    policy: Policy,
) -> Value {
    let (properties, required) = object(fields, published);
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    if policy.unknown == Unknown::Refused {
        schema["additionalProperties"] = false.into();
    }
    schema
}

/// A field as a parameter in `place`: `query` or `path`.
pub(crate) fn parameter(field: &Described, place: &str, schema: &Map<String, Value>) -> Value {
    json!({
        "name": field.name,
        "in": place,
        "required": field.is_required(),
        "description": field.about,
        "schema": schema,
    })
}

/// What utoipa says of a body.
pub(crate) fn body<T: OwnRequest>() -> RefOr<Schema> {
    serde_json::from_value(described::<T>()).unwrap_or_default()
}

/// The schema of an object with the fields of a request, each with its description.
pub(super) fn described<T: OwnRequest>() -> Value {
    let fields = T::fields(T::POLICY);
    let published = |field: &Described| {
        let mut schema = field.schema();
        schema.insert("description".to_owned(), field.about.as_str().into());
        schema
    };
    let mut schema = body_schema(&fields, published, T::POLICY);
    schema["description"] = T::ABOUT.trim().into();
    schema
}

/// What utoipa says of a query.
pub(crate) fn query<T: OwnRequest>() -> Vec<Parameter> {
    let fields = T::fields(T::POLICY);
    let parameters = fields.iter().map(|field| {
        let parameter = parameter(field, "query", &field.textual_schema());
        serde_json::from_value(parameter).unwrap_or_default()
    });
    parameters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::input::reader::tests::PLAIN;
    use crate::http::input::{Request as _, kind, request};
    use crate::model::{MessageId, UtcTime};
    use utoipa::{IntoParams as _, PartialSchema as _};

    request! {
        policy PLAIN;
        /// One of each.
        struct All {
            /// A text.
            text: String = kind::text_of(1, 5).like("^a+$").format("password").example("a"),
            /// A name.
            name: Option<String> = kind::text().optional(),
            /// A number.
            number: u32 = kind::integer(1, 9).or(3),
            /// A word.
            word: bool = kind::words([("on", true), ("off", false)]).or_written(true, "on"),
            /// Numbers.
            ids: Vec<MessageId> = kind::list(1, 3, kind::message_id()),
            /// A name or a number.
            chat: String = kind::text_or_integer().example("@a"),
            /// A time.
            at: Option<UtcTime> = kind::instant_text().optional(),
        }
    }

    #[test]
    fn utoipa_leaves_nothing_out_but_that_null_stands_for_nothing() {
        let fields = All::fields(PLAIN);
        let published = |field: &Described| {
            let mut schema = field.schema();
            schema.retain(|key, value| key != "default" || !value.is_null());
            schema.insert("description".to_owned(), field.about.as_str().into());
            schema
        };
        let mut expected = body_schema(&fields, published, PLAIN);
        expected["description"] = "One of each.".into();
        assert_eq!(json!(All::schema()), expected);
        let parameters = json!(All::into_params(|| None));
        for (field, found) in fields
            .iter()
            .zip(parameters.as_array().expect("parameters"))
        {
            assert_eq!(*found, parameter(field, "query", &field.textual_schema()));
        }
    }

    #[test]
    fn what_is_published_is_what_is_read() {
        let given = json!({ "text": "aa", "ids": [7], "chat": 5, "word": null });
        let read = All::read("body", given.as_object().expect("an object"), PLAIN);
        let All {
            text,
            name,
            number,
            word,
            ids,
            chat,
            at,
        } = read.expect("valid");
        assert_eq!((text.as_str(), name, number, word), ("aa", None, 3, true));
        assert_eq!((ids, chat.as_str(), at), (vec![MessageId(7)], "5", None));
    }
}
