//! The document is whole and true to the routes.

use super::*;
use crate::http::hall;
use std::collections::BTreeSet;

/// Every route of the hub's own pages and of the door `hub`.
const ROUTES: [(&str, &str); 30] = [
    ("get", "/"),
    ("get", "/health"),
    ("get", "/metrics"),
    ("get", "/openapi.json"),
    ("post", "/login/start"),
    ("post", "/login/code"),
    ("post", "/login/password"),
    ("post", "/login/qr"),
    ("get", "/login/qr/{token}"),
    ("delete", "/login/qr/{token}"),
    ("get", "/login/qr/{token}/image"),
    ("post", "/login/qr/{token}/password"),
    ("post", "/logout"),
    ("get", "/sessions"),
    ("post", "/sessions/import"),
    ("get", "/session/{session_id}/status"),
    ("delete", "/session/{session_id}"),
    ("post", "/session/{session_id}/reconnect"),
    ("post", "/admin/restore-sessions"),
    ("post", "/message/send"),
    ("post", "/message/reply"),
    ("get", "/session/{session_id}/messages"),
    ("get", "/session/{session_id}/gaps"),
    ("post", "/session/{session_id}/backfill"),
    ("get", "/session/{session_id}/backfill"),
    ("delete", "/session/{session_id}/backfill/{backfill_id}"),
    ("get", "/admin/messages"),
    ("post", "/entity/resolve"),
    ("get", "/session/{session_id}/entities"),
    ("post", "/session/{session_id}/cache-from-messages"),
];

fn doors(names: &str) -> Vec<&'static Door> {
    let names = names.split(',').filter(|name| !name.is_empty());
    names
        .map(|name| hall::named(name).expect("a door"))
        .collect()
}

fn document(names: &str) -> Value {
    of_doors(&doors(names))
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").iter();
            methods.map(|(method, operation)| (method.clone(), path.clone(), operation))
        })
        .collect()
}

#[test]
fn every_route_is_in_the_document_and_no_other() {
    let document = document("hub");
    assert_eq!(document["openapi"], "3.1.0");
    let found: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|(method, path, _)| (method, path))
        .collect();
    let expected: BTreeSet<_> = ROUTES
        .map(|(method, path)| (method.to_owned(), path.to_owned()))
        .into();
    assert_eq!(found, expected);
}

#[test]
fn a_closed_door_leaves_the_document() {
    let document = document("");
    assert!(document["paths"].get("/sessions").is_none());
    assert!(document["paths"].get("/health").is_some());
}

#[test]
fn every_operation_says_what_it_answers() {
    let rules = Rules::new();
    let document = document("hub,tools");
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(operation["summary"].is_string(), "{place}");
        assert!(operation["tags"][0].is_string(), "{place}");
        let id = operation["operationId"].as_str().expect("an id");
        assert!(ids.insert(id.to_owned()), "{place}: {id} is taken");
        let responses = operation["responses"].as_object().expect("responses");
        assert!(
            ["200", "202"]
                .iter()
                .any(|good| responses.contains_key(*good))
                && responses.contains_key("500"),
            "{place}"
        );
        for (status, response) in responses {
            assert!(response["description"].is_string(), "{place} {status}");
            assert!(response["content"].is_object(), "{place} {status}");
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{place} {status}"
            );
        }
        let secured = !operation["security"]
            .as_array()
            .expect("security")
            .is_empty();
        assert_eq!(secured, rules.of(Some(&path)) != Rule::Public, "{place}");
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let name = name.trim_end_matches('}');
            let parameters = operation["parameters"].as_array().expect("parameters");
            assert!(
                parameters
                    .iter()
                    .any(|p| p["name"] == name && p["in"] == "path"),
                "{place}"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, document: &Value, count: &mut usize) {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').expect("a local reference");
            assert!(document.pointer(pointer).is_some(), "{reference}");
            *count += 1;
        }
        match value {
            Value::Object(map) => map.values().for_each(|v| walk(v, document, count)),
            Value::Array(items) => items.iter().for_each(|v| walk(v, document, count)),
            _ => {}
        }
    }
    let document = document("hub,tools");
    let mut count = 0;
    walk(&document, &document, &mut count);
    assert!(count > 100, "{count} references");
}

#[test]
fn without_a_key_no_operation_asks_for_one() {
    let document = with_keys(&doors("hub,tools"), &Rules::new(), |_| false);
    for (_, path, operation) in operations(&document) {
        assert_eq!(operation["security"], json!([]), "{path}");
    }
}

#[test]
fn the_page_of_the_tools_door_names_every_route_of_it() {
    let page = include_str!("../../../docs/doors/tools.md");
    let pages = document("");
    let document = document("tools");
    let mut count = 0;
    for (method, path, operation) in operations(&document) {
        if pages["paths"].get(&path).is_some() {
            continue;
        }
        let named = format!("`{} {path}`", method.to_uppercase());
        assert!(
            page.contains(&named),
            "docs/doors/tools.md does not name {named}"
        );
        assert_eq!(operation["tags"], json!(["tools"]));
        count += 1;
    }
    assert_eq!(count, 29);
}

#[test]
fn the_doors_page_names_every_route() {
    let page = include_str!("../../../docs/doors/hub.md");
    for (method, path) in ROUTES {
        let named = match path {
            "/openapi.json" => path.to_owned(),
            _ => format!("`{} {path}`", method.to_uppercase()),
        };
        assert!(
            page.contains(&named),
            "docs/doors/hub.md does not name {named}"
        );
    }
}

fn parameter<'a>(document: &'a Value, path: &str, name: &str) -> &'a Value {
    let parameters = document["paths"][path]["get"]["parameters"].as_array();
    let mut parameters = parameters.expect("parameters").iter();
    let found = parameters.find(|parameter| parameter["name"] == name);
    found.unwrap_or_else(|| panic!("{path} has no {name}"))
}

#[test]
fn the_document_forbids_what_the_hub_refuses() {
    let document = document("hub,tools");
    let schema = |path, name| &parameter(&document, path, name)["schema"];
    let gaps = "/session/{session_id}/gaps";
    assert_eq!(
        schema(gaps, "state")["enum"],
        json!(["open", "closed", "all"])
    );
    let since = &schema("/admin/messages", "since")["anyOf"];
    assert_eq!(since[0]["format"], "date-time");
    assert_eq!(since[1]["type"], "integer");
    assert_eq!(parameter(&document, gaps, "state")["allowEmptyValue"], true);
    let session = &schema("/api/me", "X-Session-Id")["pattern"];
    assert_eq!(session, "^[!-.0-~]+$");
    assert!(schema("/api/sessions", "after")["pattern"].is_string());
    let parameters = document["paths"]["/api/sessions"]["get"]["parameters"].as_array();
    let mut names = parameters.expect("parameters").iter().map(|p| &p["name"]);
    assert!(names.all(|name| name != "X-Session-Id"));
    let mode = "/paths/~1api~1messages/post/requestBody/content/application~1json/schema\
                /properties/parse_mode/anyOf/0/pattern";
    assert!(document.pointer(mode).is_some_and(Value::is_string));
}

/// A schema of one door must not take the place of another's of the same name.
#[test]
fn what_two_doors_call_alike_is_alike() {
    let all: Vec<_> = ["hub", "archive", "tools", "reader"].map(document).into();
    let whole = document("hub,archive,tools,reader");
    for one in &all {
        let schemas = one["components"]["schemas"].as_object().expect("schemas");
        for (name, schema) in schemas {
            assert_eq!(&whole["components"]["schemas"][name], schema, "{name}");
        }
    }
}
