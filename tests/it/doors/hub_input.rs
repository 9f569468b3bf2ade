//! What every body, path and query of the door refuses, and in which words.

use super::{fault, faults};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use crate::support::raw::raw;
use reqwest::Method;
use serde_json::{Value, json};

/// Every route with a body, and a body that it takes.
fn bodies() -> [(&'static str, Value); 7] {
    [
        (
            "/login/start",
            json!({ "session_id": "a", "phone_number": "+15550000001" }),
        ),
        (
            "/login/code",
            json!({ "session_id": "a", "phone_code": "1", "phone_code_hash": "h" }),
        ),
        (
            "/login/password",
            json!({ "session_id": "a", "password": "secret" }),
        ),
        ("/logout", json!({ "session_id": "a" })),
        (
            "/message/send",
            json!({ "session_id": "a", "chat_id": "me", "message": "x" }),
        ),
        (
            "/message/reply",
            json!({ "session_id": "a", "chat_id": "me", "message_id": 1, "message": "x" }),
        ),
        (
            "/entity/resolve",
            json!({ "session_id": "a", "entity_identifier": "me" }),
        ),
    ]
}

fn fields(body: &Value) -> Vec<String> {
    body.as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}

fn kind(place: &str, kind: &str) -> (String, String) {
    (place.to_owned(), kind.to_owned())
}

contract! {
    async fn a_missing_field_is_named(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, body) in bodies() {
            for field in fields(&body) {
                let mut body = body.clone();
                drop(body.as_object_mut().and_then(|fields| fields.remove(&field)));
                let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
                let expected = json!({
                    "detail": [{ "type": "missing", "loc": ["body", field], "msg": "Field required" }],
                });
                assert_eq!(refused, expected, "{path}");
            }
            let refused = hub.client.post(path, json!({ "other": 1 })).await?.refused(422, "invalid_request");
            let mut places: Vec<_> = faults(&refused).into_iter().map(|(place, _)| place).collect();
            places.sort_unstable();
            let mut expected: Vec<_> = fields(&body).iter().map(|field| format!("body.{field}")).collect();
            expected.sort_unstable();
            assert_eq!(places, expected, "{path}: every fault in one answer");
        }
        hub.stop().await?;
    }

    async fn a_field_of_the_wrong_type_is_named(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, body) in bodies() {
            for field in fields(&body) {
                for wrong in [Value::Null, json!([]), json!({}), json!(true), json!(1.5)] {
                    let mut body = body.clone();
                    body[&field] = wrong.clone();
                    let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
                    let expected = if field == "message_id" { "int_type" } else { "string_type" };
                    assert_eq!(fault(&refused), kind(&format!("body.{field}"), expected), "{path} {wrong}");
                }
            }
        }
        // A number is no text, but for chats, which are numbers to many clients.
        for (path, field) in [
            ("/login/start", "session_id"), ("/login/start", "phone_number"), ("/login/code", "phone_code"),
            ("/login/password", "password"), ("/message/send", "message"),
        ] {
            let mut body = bodies().into_iter().find(|(route, _)| *route == path).map(|(_, body)| body).unwrap_or_default();
            body[field] = json!(12345);
            let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
            assert_eq!(fault(&refused), kind(&format!("body.{field}"), "string_type"));
            assert!(!refused.to_string().contains("12345"), "{refused}");
        }
        hub.stop().await?;
    }

    async fn a_body_that_is_no_object_is_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, _) in bodies() {
            for (body, expected) in [
                ("{\"session_id\": \"a\",", kind("body.18", "json_invalid")),
                ("not json", kind("body.0", "json_invalid")),
                ("{\"session_id\": \"\\ud800\"}", kind("body.22", "json_invalid")),
                ("[]", kind("body", "model_attributes_type")),
                ("\"text\"", kind("body", "model_attributes_type")),
                ("null", kind("body", "model_attributes_type")),
                ("", kind("body", "missing")),
            ] {
                let request = hub.client.request(Method::POST, path);
                let request = request.header("content-type", "application/json").body(body);
                let refused = read(request).await?.refused(422, "invalid_request");
                let (place, kind) = fault(&refused);
                if kind == "json_invalid" {
                    // Positions are for people; that there is one is the contract.
                    let position = &refused["detail"][0]["loc"][1];
                    assert!(position.is_u64(), "{refused}");
                    assert_eq!(kind, expected.1, "{path} {body}");
                } else {
                    assert_eq!((place, kind), expected, "{path} {body}");
                }
            }
            let form = hub.client.request(Method::POST, path);
            let form = form.header("content-type", "application/x-www-form-urlencoded").body("session_id=a");
            drop(read(form).await?.refused(422, "invalid_request"));
            let deep = "[".repeat(200_000);
            let request = hub.client.request(Method::POST, path).body(deep);
            drop(read(request).await?.refused(422, "invalid_request"));
        }
        hub.stop().await?;
    }

    async fn a_session_name_has_bounds_in_every_body(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let (long, longest) = ("ж".repeat(129), "ж".repeat(128));
        for (path, body) in bodies() {
            for name in ["", &long, "a/b", "/", "a\u{0}", "a\n", "\u{7f}", "\u{85}"] {
                let mut body = body.clone();
                body["session_id"] = name.into();
                let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
                assert_eq!(fault(&refused), kind("body.session_id", "value_error"), "{path} {name:?}");
            }
        }
        let body = json!({ "session_id": longest });
        drop(hub.client.post("/logout", body).await?.expect(200));
        hub.stop().await?;
    }

    async fn a_session_name_has_bounds_in_every_path(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let long = "x".repeat(129);
        for (method, rest) in [
            ("GET", "/status"), ("GET", "/entities"), ("GET", "/messages"), ("DELETE", ""),
            ("POST", "/reconnect"), ("POST", "/cache-from-messages"),
        ] {
            for name in [&long, "a%2Fb", "a%2fb", "%2F", "a%00", "a%0A", "%ff", "%C3%28"] {
                let line = format!("{method} /session/{name}{rest}");
                let refused = raw(&hub.client, &line, &[("Host", "localhost")], b"").await?;
                let refused = refused.refused(422, "invalid_request");
                assert_eq!(fault(&refused), kind("path.session_id", "value_error"), "{line}");
            }
        }
        hub.stop().await?;
    }

    async fn the_further_fields_of_a_send_have_bounds(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, body) in bodies().into_iter().filter(|(path, _)| path.starts_with("/message/")) {
            for (field, value, expected) in [
                ("parse_mode", json!("html"), "literal_error"),
                ("parse_mode", json!(1), "string_type"),
                ("silent", json!("maybe"), "bool_parsing"),
                ("silent", json!([]), "bool_type"),
                ("client_id", json!(7), "string_type"),
                ("client_id", json!("two words"), "value_error"),
                ("chat_id", json!(18_446_744_073_709_551_615_u64), "string_type"),
                ("message_id", json!(0), "greater_than_equal"),
                ("message_id", json!(-5), "greater_than_equal"),
                ("message_id", json!(2_147_483_648_i64), "less_than_equal"),
                ("message_id", json!("2147483648"), "less_than_equal"),
                ("message_id", json!("five"), "int_parsing"),
                ("message_id", json!("5.0"), "int_parsing"),
            ] {
                if field == "message_id" && path == "/message/send" {
                    continue;
                }
                let mut body = body.clone();
                body[field] = value.clone();
                let refused = hub.client.post(path, body).await?.refused(422, "invalid_request");
                assert_eq!(fault(&refused), kind(&format!("body.{field}"), expected), "{path} {value}");
            }
        }
        hub.stop().await?;
    }

    async fn the_queries_of_sessions_have_bounds(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (query, place, expected) in [
            ("limit=0", "query.limit", "greater_than_equal"),
            ("limit=1001", "query.limit", "less_than_equal"),
            ("limit=all", "query.limit", "int_parsing"),
            ("state=happy", "query.state", "literal_error"),
            ("state=Online", "query.state", "literal_error"),
            ("cursor=%FF", "query.cursor", "value_error"),
            ("cursor=====", "query.cursor", "value_error"),
        ] {
            let refused = hub.client.get(&format!("/sessions?{query}")).await?.refused(422, "invalid_request");
            assert_eq!(fault(&refused), kind(place, expected), "{query}");
        }
        drop(hub.client.get("/sessions?limit=1000&unknown=1").await?.expect(200));
        let refused = hub.client.delete("/session/a?purge=perhaps").await?.refused(422, "invalid_request");
        assert_eq!(fault(&refused), kind("query.purge", "bool_parsing"));
        hub.stop().await?;
    }
}
