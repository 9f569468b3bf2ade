//! What the door refuses before it asks anybody, and in which words.

use super::{ask, endpoints, get, request, why};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use serde_json::{Value, json};

/// Where and what, for every fault.
fn faults(refused: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let listed = refused["detail"].as_array().cloned().unwrap_or_default();
    listed
        .iter()
        .map(|fault| {
            assert!(
                fault["msg"].is_string() && fault.get("input").is_some(),
                "{fault}"
            );
            let place = fault["loc"].as_array().into_iter().flatten().map(text);
            (place.collect::<Vec<_>>().join("."), text(&fault["type"]))
        })
        .collect()
}

/// A request line, the name of an argument, a value that is refused, and the fault.
#[expect(clippy::too_many_lines, reason = "one table of one line each")]
fn bounds() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let long = |count: usize| Value::from("é".repeat(count));
    let ids = |count: i64| (1..=count).collect::<Value>();
    vec![
        ("POST /api/messages", "chat", json!(7), "chat string_type"),
        (
            "POST /api/messages",
            "text",
            json!(""),
            "text string_too_short",
        ),
        (
            "POST /api/messages",
            "text",
            long(4097),
            "text string_too_long",
        ),
        ("POST /api/messages", "text", json!(7), "text string_type"),
        (
            "POST /api/messages",
            "parse_mode",
            json!(7),
            "parse_mode string_type",
        ),
        (
            "POST /api/messages",
            "reply_to",
            json!(0),
            "reply_to greater_than_equal",
        ),
        (
            "POST /api/messages",
            "reply_to",
            json!("x"),
            "reply_to int_parsing",
        ),
        (
            "POST /api/messages",
            "silent",
            json!("maybe"),
            "silent bool_parsing",
        ),
        (
            "POST /api/messages",
            "silent",
            json!(null),
            "silent bool_type",
        ),
        (
            "POST /api/messages",
            "link_preview",
            json!(2),
            "link_preview bool_parsing",
        ),
        (
            "POST /api/messages",
            "schedule",
            json!("soon"),
            "schedule datetime_parsing",
        ),
        (
            "POST /api/messages",
            "more",
            json!(1),
            "more extra_forbidden",
        ),
        (
            "PATCH /api/messages/1",
            "text",
            json!(""),
            "text string_too_short",
        ),
        (
            "PATCH /api/messages/1",
            "text",
            long(4097),
            "text string_too_long",
        ),
        (
            "DELETE /api/messages",
            "message_ids",
            json!([]),
            "message_ids too_short",
        ),
        (
            "DELETE /api/messages",
            "message_ids",
            ids(101),
            "message_ids too_long",
        ),
        (
            "DELETE /api/messages",
            "message_ids",
            json!(1),
            "message_ids list_type",
        ),
        (
            "DELETE /api/messages",
            "message_ids",
            json!([1, "x"]),
            "message_ids.1 int_parsing",
        ),
        (
            "DELETE /api/messages",
            "message_ids",
            json!([1.5]),
            "message_ids.0 int_from_float",
        ),
        (
            "DELETE /api/messages",
            "revoke",
            json!([]),
            "revoke bool_type",
        ),
        (
            "POST /api/messages/forward",
            "message_ids",
            json!([]),
            "message_ids too_short",
        ),
        (
            "POST /api/messages/forward",
            "message_ids",
            ids(101),
            "message_ids too_long",
        ),
        (
            "POST /api/messages/forward",
            "to_chat",
            json!(null),
            "to_chat string_type",
        ),
        (
            "POST /api/messages/read",
            "max_id",
            json!(-1),
            "max_id greater_than_equal",
        ),
        (
            "POST /api/files",
            "max_bytes",
            json!(0),
            "max_bytes greater_than_equal",
        ),
        (
            "POST /api/files",
            "max_bytes",
            json!(2_147_483_649_i64),
            "max_bytes less_than_equal",
        ),
        (
            "POST /api/files",
            "file_url",
            json!(null),
            "file_url string_type",
        ),
        (
            "POST /api/chats",
            "title",
            json!(""),
            "title string_too_short",
        ),
        (
            "POST /api/chats",
            "title",
            long(256),
            "title string_too_long",
        ),
        (
            "POST /api/chats",
            "megagroup",
            json!("x"),
            "megagroup bool_parsing",
        ),
        ("DELETE /api/chats", "chat", json!(1), "chat string_type"),
        ("POST /api/chats/join", "chat", json!(1), "chat string_type"),
        (
            "POST /api/chats/leave",
            "chat",
            json!(1),
            "chat string_type",
        ),
        (
            "POST /api/chats/invite",
            "invite",
            json!(""),
            "invite string_too_short",
        ),
        (
            "POST /api/messages/1/reactions",
            "emoji",
            json!(""),
            "emoji string_too_short",
        ),
        (
            "POST /api/messages/1/pin",
            "notify",
            json!("x"),
            "notify bool_parsing",
        ),
        (
            "POST /api/files/album",
            "urls",
            json!(["x"]),
            "urls too_short",
        ),
        (
            "POST /api/files/album",
            "urls",
            (0..11).map(|_| json!("x")).collect(),
            "urls too_long",
        ),
    ]
}

contract! {
    async fn each_bound_of_a_body_is_kept(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (line, name, value, fault) in bounds() {
            let whole = endpoints().into_iter().find(|(known, _)| *known == line);
            let (_, mut body) = whole.ok_or(line)?;
            body[name] = value;
            let refused = ask(&hub, line, &body).await?.refused(400, "invalid_request");
            let found: Vec<_> = faults(&refused).into_iter().map(|(place, kind)| format!("{place} {kind}")).collect();
            assert_eq!(found, [fault], "{line}");
        }
        hub.stop().await?;
    }

    async fn each_bound_of_a_query_is_kept(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, fault) in [
            ("/api/messages?chat=me&limit=0", "limit greater_than_equal"),
            ("/api/messages?chat=me&limit=201", "limit less_than_equal"),
            ("/api/messages?chat=me&limit=x", "limit int_parsing"),
            ("/api/messages?chat=me&limit=", "limit int_parsing"),
            ("/api/messages?chat=me&offset_id=-1", "offset_id greater_than_equal"),
            ("/api/messages", "chat missing"),
            ("/api/entities", "chat missing"),
            ("/api/entities?chat=me&x=1", "x extra_forbidden"),
            ("/api/dialogs?limit=201", "limit less_than_equal"),
            ("/api/dialogs?limit=0", "limit greater_than_equal"),
            ("/api/dialogs?archived=maybe", "archived bool_parsing"),
            ("/api/dialogs?x", "x extra_forbidden"),
            ("/api/participants", "chat missing"),
            ("/api/participants?chat=me&limit=1001", "limit less_than_equal"),
            ("/api/participants?chat=me&limit=0", "limit greater_than_equal"),
            ("/api/messages/1", "chat missing"),
            ("/api/messages/0?chat=me", "message_id greater_than_equal"),
            ("/api/messages/2147483648?chat=me", "message_id less_than_equal"),
            ("/api/messages/99999999999999999999?chat=me", "message_id less_than_equal"),
            ("/api/messages/1/media?chat=me&x=1", "x extra_forbidden"),
            ("/api/captured?limit=501", "limit less_than_equal"),
            ("/api/captured?since=soon", "since datetime_parsing"),
            ("/api/captured?cursor=elsewhere", "cursor value_error"),
            ("/api/sessions?limit=0", "limit greater_than_equal"),
            ("/api/sessions?after=nobody", "after value_error"),
        ] {
            let refused = get(&hub, path).await?.refused(400, "invalid_request");
            let found: Vec<_> = faults(&refused).into_iter().map(|(place, kind)| format!("{place} {kind}")).collect();
            assert_eq!(found, [fault], "{path}");
        }
        hub.stop().await?;
    }

    async fn every_missing_argument_is_named_at_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (line, body) in endpoints() {
            let Some(fields) = body.as_object().filter(|fields| !fields.is_empty()) else { continue };
            let refused = ask(&hub, line, &json!({})).await?.refused(400, "invalid_request");
            let expected: Vec<_> = fields.keys().map(|name| (name.clone(), "missing".to_owned())).collect();
            assert_eq!(faults(&refused), expected, "{line}");
            // An empty body is an empty object.
            let empty = read(request(&hub, line)?).await?.refused(400, "invalid_request");
            assert_eq!(faults(&empty), expected, "{line}");
        }
        let several = json!({ "text": "", "silent": "x", "b": 1, "reply_to": "y", "a": 2 });
        let refused = ask(&hub, "POST /api/messages", &several).await?.refused(400, "invalid_request");
        insta::assert_json_snapshot!("several_faults", refused);
        hub.stop().await?;
    }

    async fn a_body_is_read_whatever_it_is_called_and_is_an_object(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let line = "POST /api/messages/read";
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json"] {
            let read = read(request(&hub, line)?.header("content-type", kind).body("{\"x\": 1}")).await?;
            assert_eq!(faults(&read.refused(400, "invalid_request")).len(), 2, "{kind}");
        }
        for body in ["{", "nonsense", "{\"chat\": \"me\"} more", "\u{0}"] {
            let refused = read(request(&hub, line)?.body(body)).await?;
            assert!(why(refused, "invalid_request").starts_with("invalid JSON: "), "{body}");
        }
        for body in ["[]", "null", "7", "\"text\""] {
            let refused = read(request(&hub, line)?.body(body)).await?;
            assert_eq!(why(refused, "invalid_request"), "request body must be a JSON object");
        }
        let large = "x".repeat(1024 * 1024 + 1);
        drop(read(request(&hub, line)?.body(large)).await?.refused(413, "payload_too_large"));
        hub.stop().await?;
    }

    async fn a_number_in_a_path_is_one(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (line, body) in endpoints().into_iter().filter(|(line, _)| line.contains("/messages/1")) {
            for number in ["abc", "1.5", "%20", "1x"] {
                let line = line.replace("/messages/1", &format!("/messages/{number}"));
                let refused = ask(&hub, &line, &body).await?.refused(422, "invalid_request");
                assert_eq!(faults(&refused), [("path.message_id".to_owned(), "int_parsing".to_owned())], "{line}");
                assert!(refused["detail"][0].get("url").is_none());
            }
        }
        hub.stop().await?;
    }

    async fn unknown_paths_and_methods_are_told_apart(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/api", "/api/", "/api/nothing", "/api/messages/1/2/3", "/api/chats/x"] {
            let refused = get(&hub, path).await?.refused(404, "not_found");
            assert_eq!(refused, json!({ "detail": "Not Found" }), "{path}");
        }
        for (line, allow) in [
            ("POST /api/me", "GET, HEAD"),
            ("PUT /api/messages", "GET, HEAD, POST, DELETE"),
            ("GET /api/messages/read", "POST"),
            ("POST /api/messages/scheduled", "GET, HEAD, DELETE"),
            ("PUT /api/messages/1", "GET, HEAD, PATCH"),
            ("GET /api/files/upload", "POST"),
            ("POST /healthz", "GET, HEAD"),
        ] {
            let answer = read(request(&hub, line)?).await?;
            assert_eq!(answer.header("allow"), allow, "{line}");
            assert_eq!(answer.refused(405, "method_not_allowed"), json!({ "detail": "Method Not Allowed" }));
        }
        hub.stop().await?;
    }

    async fn a_parse_mode_is_known(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let body = json!({ "chat": "me", "text": "x", "parse_mode": "rst" });
        let refused = ask(&hub, "POST /api/messages", &body).await?;
        assert_eq!(why(refused, "invalid_request"), "Unknown parse mode \"rst\"");
        hub.stop().await?;
    }
}
