//! The contract of the tools door's REST half.

mod accepted;
mod chats;
mod errors;
mod far_files;
mod files;
mod input;
mod keys;
mod limits;
mod marks;
mod mcp;
mod messages;
mod numbers;
mod passing;
mod sessions;
mod slow_files;
mod texts;

use crate::support::http::{Answer, read};
use crate::support::hub::TestHub;
use reqwest::Method;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// A request with a JSON body, under the id `r-1`.
pub(super) async fn ask(hub: &TestHub, line: &str, body: &Value) -> Result<Answer, Failure> {
    read(request(hub, line)?.body(body.to_string())).await
}

/// A request without a body, under the id `r-1`.
async fn get(hub: &TestHub, path: &str) -> Result<Answer, Failure> {
    read(request(hub, &format!("GET {path}"))?).await
}

/// A request that a test completes itself, from a line such as `GET /api/me`.
fn request(hub: &TestHub, line: &str) -> Result<reqwest::RequestBuilder, Failure> {
    let (method, path) = line.split_once(' ').ok_or("no path")?;
    let method = Method::from_bytes(method.as_bytes())?;
    let request = hub.client.request(method, path);
    Ok(request.header("x-request-id", "r-1"))
}

/// The result in the envelope of a success, which holds nothing else.
#[track_caller]
pub(super) fn result(answer: Answer) -> Value {
    let mut body = answer.expect(200);
    let fields = body.as_object().map_or(0, serde_json::Map::len);
    assert_eq!(fields, 1, "{body}");
    assert!(body.get("result").is_some(), "{body}");
    body["result"].take()
}

/// The text of a refusal with 400.
#[track_caller]
pub(super) fn why(answer: Answer, code: &str) -> String {
    let body = answer.refused(400, code);
    body["detail"]
        .as_str()
        .map(str::to_owned)
        .unwrap_or_default()
}

/// Every endpoint with arguments that it takes, as far as their form goes.
fn endpoints() -> Vec<(&'static str, Value)> {
    vec![
        ("GET /api/me", Value::Null),
        ("GET /api/entities?chat=me", Value::Null),
        ("GET /api/dialogs", Value::Null),
        ("GET /api/messages?chat=me", Value::Null),
        ("POST /api/messages", json!({ "chat": "me", "text": "x" })),
        (
            "PATCH /api/messages/1",
            json!({ "chat": "me", "text": "x" }),
        ),
        (
            "DELETE /api/messages",
            json!({ "chat": "me", "message_ids": [1] }),
        ),
        (
            "POST /api/messages/forward",
            json!({ "from_chat": "me", "to_chat": "me", "message_ids": [1] }),
        ),
        ("POST /api/messages/read", json!({ "chat": "me" })),
        (
            "POST /api/files",
            json!({ "chat": "me", "file_url": "ftp://x" }),
        ),
        ("GET /api/participants?chat=me", Value::Null),
        ("POST /api/chats", json!({ "title": "x" })),
        ("DELETE /api/chats", json!({ "chat": "me" })),
        ("POST /api/chats/join", json!({ "chat": "me" })),
        ("POST /api/chats/leave", json!({ "chat": "me" })),
        ("GET /api/messages/1?chat=me", Value::Null),
        ("GET /api/messages/1/media?chat=me", Value::Null),
        ("POST /api/messages/1/pin", json!({ "chat": "me" })),
        ("POST /api/messages/1/unpin", json!({ "chat": "me" })),
        (
            "POST /api/messages/1/reactions",
            json!({ "chat": "me", "emoji": "👍" }),
        ),
        ("DELETE /api/messages/1/reactions", json!({ "chat": "me" })),
        ("GET /api/messages/scheduled?chat=me", Value::Null),
        (
            "DELETE /api/messages/scheduled",
            json!({ "chat": "me", "message_ids": [1] }),
        ),
        ("POST /api/chats/invite", json!({ "invite": "x" })),
        (
            "POST /api/files/album",
            json!({ "chat": "me", "urls": ["ftp://x", "ftp://y"] }),
        ),
        (
            "POST /api/files/upload?chat=me&filename=x",
            Value::from("bytes"),
        ),
        ("GET /api/sessions", Value::Null),
        ("GET /api/captured", Value::Null),
    ]
}
