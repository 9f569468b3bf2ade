//! From a request to the arguments of a tool.

use crate::error::{Code, Error};
use crate::http::doors::tools::refusal::Refusal;
use crate::http::doors::tools::schema::{Arguments, Strictness, whole_number};
use crate::http::doors::tools::tool::{Source, Tool};
use crate::http::input::body_bytes;
use crate::model::SessionName;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The header that names the account.
pub(super) const SESSION: &str = "X-Session-Id";

/// Reads the arguments from where the tool has them. The number in the path wins.
///
/// # Errors
/// The faults of the arguments; `invalid_request` for a body that is no JSON object,
/// `payload_too_large`.
pub(super) async fn read(
    tool: &Tool,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Arguments, Refusal> {
    let number = number(tool, request)?;
    let mut given = match tool.route.source {
        Source::Nothing => Map::new(),
        Source::Query | Source::Download | Source::Upload => query(request.query_string()),
        Source::Body => object(&body_bytes(request, payload).await?)?,
    };
    if let Some(number) = number {
        given.insert("message_id".to_owned(), number.into());
    }
    tool.arguments(&given, Strictness::RefuseUnknown)
        .map_err(Refusal::Faults)
}

fn number(tool: &Tool, request: &HttpRequest) -> Result<Option<i64>, Refusal> {
    if !tool.route.names_message() {
        return Ok(None);
    }
    let text = request.match_info().query("message_id");
    match whole_number(text) {
        Some(number) => Ok(Some(number)),
        None => Err(Refusal::Path(text.to_owned())),
    }
}

/// Empty values count, and of a repeated name the last value counts.
fn query(query: &str) -> Map<String, Value> {
    form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

/// An empty body is an empty object.
fn object(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let refused = |why: String| Error::new(Code::InvalidRequest, why);
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(given)) => Ok(given),
        Ok(_) => Err(refused("request body must be a JSON object".to_owned())),
        Err(error) => Err(refused(format!("invalid JSON: {error}"))),
    }
}

/// The account that the request names.
///
/// # Errors
/// `invalid_request` when the header holds no session name.
pub(super) fn session(request: &HttpRequest) -> Result<Option<SessionName>, Error> {
    let Some(header) = request.headers().get(SESSION) else {
        return Ok(None);
    };
    let refused = |why: &str| Error::new(Code::InvalidRequest, format!("{SESSION} {why}"));
    let name = std::str::from_utf8(header.as_bytes())
        .map_err(|error| refused("must be UTF-8").because(error))?;
    match SessionName::parse(name) {
        Ok(name) => Ok(Some(name)),
        Err(error) => Err(refused(&error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_object_or_nothing() {
        assert!(object(b"").expect("empty").is_empty());
        assert_eq!(object(b" {\"a\": 1}").expect("an object").len(), 1);
        for (body, message) in [
            (&b"[]"[..], "request body must be a JSON object"),
            (b"null", "request body must be a JSON object"),
            (b"{", "invalid JSON: "),
            (b" ", "invalid JSON: "),
            (b"\xff", "invalid JSON: "),
        ] {
            let error = object(body).expect_err("refused");
            assert!(error.message().starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_query_keeps_empty_values_and_the_last_of_a_name() {
        let given = query("a=&b=1&b=2&c=x%20y+z");
        let expected = serde_json::json!({ "a": "", "b": "2", "c": "x y z" });
        assert_eq!(Value::Object(given), expected);
    }
}
