//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.
//!
//! Owns the words that are the same for every operation: errors, headers, security. It must not
//! know what an operation does.

use crate::http::app;
use crate::http::door::{Door, Part, Rule};
use crate::http::doors;
use crate::http::pages::PAGES;
use crate::http::rules::Rules;
use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa_actix_web::AppExt as _;

/// The OpenAPI 3.1 document of all doors, as a hub with a key serves it.
///
/// Source: <https://spec.openapis.org/oas/v3.1.0>.
pub fn document() -> Value {
    of_doors(doors::ALL)
}

/// The document of these doors, as a hub with a key serves it.
fn of_doors(doors: &[&'static Door]) -> Value {
    with_keys(doors, &Rules::new(), |rule| rule != Rule::Public)
}

/// The same, where callers need a key under the rules that `keyed` names.
pub(super) fn with_keys(
    doors: &[&'static Door],
    rules: &Rules,
    keyed: impl Fn(Rule) -> bool,
) -> Value {
    let mut document = collect(&[&[&PAGES], doors].concat());
    describe(&mut document);
    for (_, item) in entries(document.get_mut("paths")) {
        entries(Some(item)).for_each(|(_, operation)| allow_empty_values(operation));
    }
    let mut tags = Vec::new();
    for door in [doors, &[&PAGES]].concat() {
        let own = patterns(door);
        let part = (door.document)();
        tags.extend(part.tags.iter().map(|(name, text)| tag(name, text)));
        let (error, own) = add(&mut document, part, own);
        for path in own {
            let keyed = keyed(rules.of(Some(&path)));
            for (_, operation) in entries(document["paths"].get_mut(path)) {
                complete(operation, keyed, error);
            }
        }
    }
    document["tags"] = tags.into();
    document
}

/// Adds what the routes of a door do not say; the schema of its errors, and all of its paths.
fn add(document: &mut Value, part: Part, mut own: Vec<String>) -> (&'static str, Vec<String>) {
    own.extend(part.paths.keys().cloned());
    for (place, more) in [
        ("/paths", part.paths),
        ("/components/schemas", part.schemas),
    ] {
        if let Some(known) = document.pointer_mut(place).and_then(Value::as_object_mut) {
            known.extend(more);
        }
    }
    (part.error, own)
}

fn tag(name: &str, description: &str) -> Value {
    json!({ "name": name, "description": description })
}

/// The patterns of the routes of a door that describe themselves.
pub(super) fn patterns(door: &'static Door) -> Vec<String> {
    let mut document = collect(&[door]);
    entries(document.get_mut("paths"))
        .map(|(path, _)| path.clone())
        .collect()
}

/// What the routes say of themselves.
fn collect(doors: &[&'static Door]) -> Value {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .configure(app::routes(doors))
        .split_for_parts();
    serde_json::to_value(collected).unwrap_or_default()
}

fn entries(object: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    object
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::iter_mut)
}

fn describe(document: &mut Value) {
    document["info"] = json!({
        "title": "telegram-hub",
        "version": env!("CARGO_PKG_VERSION"),
        "description": concat!(
            "Keeps Telegram user accounts online, captures their messages and drives them over ",
            "HTTP.\n\nEvery answer carries `X-Request-Id`; every error carries `X-Error-Code` ",
            "with one of the names in the descriptions below, and `Retry-After` in seconds when ",
            "waiting helps."
        ),
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    });
    let components = &mut document["components"];
    components["securitySchemes"] = json!({
        "api_key": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
        "bearer": { "type": "http", "scheme": "bearer" },
    });
    components["headers"] = json!({
        "RequestId": {
            "description": "The id under which the request is logged: the client's own, or a new one",
            "schema": { "type": "string", "maxLength": 128 },
        },
        "ErrorCode": { "description": "The error's name", "schema": { "type": "string" } },
        "RetryAfter": {
            "description": "Seconds to wait before trying again",
            "schema": { "type": "integer", "minimum": 1 },
        },
    });
}

/// Says of every parameter of a query that an empty value counts as a missing one.
fn allow_empty_values(operation: &mut Value) {
    let parameters = operation.get_mut("parameters");
    for parameter in parameters
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if parameter["in"] == "query" {
            parameter["allowEmptyValue"] = true.into();
        }
    }
}

/// Adds to an operation what holds for every one of its kind; `error` is the schema of its door's
/// errors.
fn complete(operation: &mut Value, keyed: bool, error: &str) {
    let has_body = operation.get("requestBody").is_some();
    let has_input = has_body || operation.get("parameters").is_some();
    operation["security"] = if keyed {
        json!([{ "api_key": [] }, { "bearer": [] }])
    } else {
        json!([])
    };
    let responses = &mut operation["responses"];
    let common = [
        (
            true,
            "403",
            "`invalid_key`, `host_not_allowed`, `cross_site_request`",
        ),
        (has_body, "408", "`request_timeout`"),
        (has_body, "413", "`payload_too_large`"),
        (has_input, "422", "`invalid_request`"),
        (keyed, "429", "`rate_limited`: too many wrong keys"),
        (true, "500", "`internal`"),
        (true, "502", "`telegram_unreachable`"),
        (true, "503", "`database_unavailable`, `unavailable`"),
    ];
    for (applies, status, description) in common {
        if applies && responses.get(status).is_none() {
            responses[status] = json!({ "description": description });
        }
    }
    for (status, response) in entries(Some(responses)) {
        response["headers"]["X-Request-Id"] = json!({ "$ref": "#/components/headers/RequestId" });
        if status.starts_with(['4', '5']) {
            response["headers"]["X-Error-Code"] =
                json!({ "$ref": "#/components/headers/ErrorCode" });
            if response.get("content").is_none() {
                response["content"]["application/json"] =
                    json!({ "schema": { "$ref": format!("#/components/schemas/{error}") } });
            }
        }
        if matches!(status.as_str(), "429" | "502" | "503") {
            response["headers"]["Retry-After"] =
                json!({ "$ref": "#/components/headers/RetryAfter" });
        }
    }
}

#[cfg(test)]
mod tests;
