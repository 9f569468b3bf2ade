//! What is asked of a message before the protocol is spoken: its media types and its JSON.
//!
//! Owns the answers to what is no message at all, in the shape of the original. It must not know
//! the methods of the protocol.

use crate::error::Error;
use crate::http::failure::X_ERROR_CODE;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use actix_web::{HttpResponse, HttpResponseBuilder};
use rmcp::model::ClientJsonRpcMessage;
use serde_json::{Value, json};

/// The id of an answer to a message without one.
const NO_ID: &str = "server-error";

/// Why a request carries no message. Codes: <https://www.jsonrpc.org/specification#error_object>.
#[derive(Debug)]
pub(super) enum Malformed {
    /// The client does not take both forms of an answer.
    Accept,
    /// The body is not called JSON.
    ContentType,
    /// The body could not be taken in.
    Unread(Error),
    /// The body is no JSON, and why.
    Json(String),
    /// The JSON is no JSON-RPC message; with the id that it has.
    Message(Value),
}

/// Asks for a JSON body and for a client that takes both JSON and events.
pub(super) fn check_headers(headers: &HeaderMap) -> Result<(), Malformed> {
    if !(accepts(headers, "application/json") && accepts(headers, "text/event-stream")) {
        return Err(Malformed::Accept);
    }
    let essence = headers.get(CONTENT_TYPE).and_then(|kind| {
        let essence = kind.to_str().ok()?.split(';').next()?;
        Some(essence.trim().to_ascii_lowercase())
    });
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(Malformed::ContentType),
    }
}

/// Whether a media type is among those of `Accept`, also by a wildcard (RFC 9110, 12.5.1).
fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let family = wanted.split('/').next().unwrap_or(wanted);
    headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| {
            let mut parts = range
                .split(';')
                .map(|part| part.trim().to_ascii_lowercase());
            let essence = parts.next().unwrap_or_default();
            let refused = parts.any(|part| {
                let weight = part.strip_prefix("q=").map(str::parse::<f32>);
                weight.is_some_and(|weight| weight.is_ok_and(|weight| weight <= 0.0))
            });
            let any_of_family = essence.strip_suffix("/*") == Some(family);
            !refused && (essence == wanted || essence == "*/*" || any_of_family)
        })
}

/// Asks for one JSON-RPC message; lists of them have left the protocol again.
pub(super) fn check_body(body: &[u8]) -> Result<(), Malformed> {
    let value: Value =
        serde_json::from_slice(body).map_err(|error| Malformed::Json(error.to_string()))?;
    let id = match value.get("id") {
        Some(id @ (Value::String(_) | Value::Number(_))) => id.clone(),
        _ => NO_ID.into(),
    };
    serde_json::from_value::<ClientJsonRpcMessage>(value)
        .map(drop)
        .or(Err(Malformed::Message(id)))
}

impl Malformed {
    /// The answer, a JSON-RPC error wherever the client can read one.
    pub(super) fn respond(&self) -> HttpResponse {
        match self {
            Self::Accept => rpc_error(
                StatusCode::NOT_ACCEPTABLE,
                NO_ID,
                -32600,
                "Not Acceptable: Client must accept both application/json and text/event-stream",
            ),
            Self::ContentType => HttpResponse::BadRequest()
                .content_type("text/plain; charset=utf-8")
                .body("Invalid Content-Type header: application/json is needed"),
            Self::Unread(error) => {
                let status = StatusCode::from_u16(error.code.status())
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = rpc_error(status, NO_ID, -32600, error.message());
                if let Ok(code) = error.code.wire().parse() {
                    response.headers_mut().insert(X_ERROR_CODE, code);
                }
                response
            }
            Self::Json(why) => {
                let why = format!("Parse error: {why}");
                rpc_error(StatusCode::BAD_REQUEST, NO_ID, -32700, &why)
            }
            Self::Message(id) => rpc_error(
                StatusCode::BAD_REQUEST,
                id.clone(),
                -32600,
                "Invalid request: the body must be one JSON-RPC 2.0 message",
            ),
        }
    }
}

fn rpc_error(status: StatusCode, id: impl Into<Value>, code: i32, message: &str) -> HttpResponse {
    HttpResponseBuilder::new(status).json(json!({
        "jsonrpc": "2.0",
        "id": id.into(),
        "error": { "code": code, "message": message },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn headers(accept: &'static str, content_type: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers
    }

    #[test]
    fn a_client_must_take_json_and_events() {
        for (accept, taken) in [
            ("application/json, text/event-stream", true),
            ("text/event-stream;q=0.5,Application/JSON; q=1", true),
            ("*/*", true),
            ("application/*, text/*", true),
            ("application/json", false),
            ("text/event-stream", false),
            ("application/json, text/event-stream;q=0", false),
            ("application/json, text/event-stream; Q=0.000", false),
            ("application/json, text/event-stream; note=\"q=0\"", true),
            // What older Java sends, an empty parameter, and weights that are none.
            ("text/html, image/gif, *; q=.2, */*; q=.2", true),
            ("application/json;, text/event-stream;", true),
            ("application/json;q=1.5, text/event-stream;q=0.1234", true),
            ("", false),
        ] {
            let checked = check_headers(&headers(accept, "application/json; charset=utf-8"));
            assert_eq!(checked.is_ok(), taken, "{accept}");
        }
        let other = check_headers(&headers("*/*", "text/plain"));
        assert!(matches!(other, Err(Malformed::ContentType)));
    }

    #[test]
    fn only_one_message_is_a_body() {
        let ping = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        assert!(check_body(ping).is_ok());
        assert!(check_body(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).is_ok());
        assert!(matches!(check_body(b"{"), Err(Malformed::Json(_))));
        assert!(matches!(check_body(b""), Err(Malformed::Json(_))));
        for (body, id) in [
            (r#"{"id":"a"}"#, json!("a")),
            (r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, json!(7)),
            ("[]", json!(NO_ID)),
            ("7", json!(NO_ID)),
        ] {
            let Err(Malformed::Message(found)) = check_body(body.as_bytes()) else {
                panic!("{body} was taken for a message");
            };
            assert_eq!(found, id, "{body}");
        }
    }
}
