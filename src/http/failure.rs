//! How an error leaves over HTTP, in the shape of FastAPI that most doors share.
//!
//! Owns the shape `{"detail": …}` and the headers that go with every error. It must not know
//! which operation failed.

use crate::error::{Code, Error, FieldFault};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// The header that carries [`Code::wire`].
pub(crate) const X_ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// An error on its way out: `{"detail": text}`, or for a refused request
/// `{"detail": [{"type", "loc", "msg"}]}`.
#[derive(Debug)]
pub(crate) struct Failure(Error);

impl Failure {
    /// What has failed.
    pub(crate) const fn error(&self) -> &Error {
        &self.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(&self.0)
    }

    /// The hall renders it anew where a door has another shape.
    fn error_response(&self) -> HttpResponse {
        render(&self.0)
    }
}

/// The shape that most doors share.
pub(crate) fn render(error: &Error) -> HttpResponse {
    let mut response = HttpResponse::build(status(error));
    response.insert_header((X_ERROR_CODE, error.code.wire()));
    if let Some(seconds) = retry_after(error) {
        response.insert_header((RETRY_AFTER, seconds));
    }
    response.json(json!({ "detail": detail(error) }))
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// That shape in the OpenAPI document.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "description": "An error",
        "required": ["detail"],
        "properties": {
            "detail": {
                "description": "What went wrong in words, or every fault of a refused request",
                "oneOf": [
                    { "type": "string" },
                    { "type": "array", "items": {
                        "type": "object",
                        "required": ["type", "loc", "msg"],
                        "properties": {
                            "type": { "type": "string", "examples": ["missing"] },
                            "loc": {
                                "type": "array",
                                "items": { "type": ["string", "integer"] },
                                "examples": [["body", "session_id"]],
                            },
                            "msg": { "type": "string", "examples": ["Field required"] },
                        },
                    } },
                ],
            },
        },
    })
}

fn detail(error: &Error) -> Value {
    if error.fields.is_empty() {
        return Value::from(error.message());
    }
    error.fields.iter().map(fault).collect()
}

/// One fault as pydantic words it. The input is left out: it may be a password.
fn fault(fault: &FieldFault) -> Value {
    json!({ "type": fault.kind, "loc": location(&fault.location), "msg": fault.message })
}

/// Positions are numbers in FastAPI's locations, and no field of ours is named by digits.
fn location(parts: &[String]) -> Value {
    parts
        .iter()
        .map(|part| {
            part.parse::<u64>()
                .map_or_else(|_| Value::from(part.as_str()), Value::from)
        })
        .collect()
}

/// How many seconds a client should wait, when waiting helps; at least 1.
pub(crate) fn retry_after(error: &Error) -> Option<u64> {
    let wait = error.retry_after.or_else(|| default_wait(error.code));
    wait.map(whole_seconds)
}

/// What a client should wait when nobody knows better.
fn default_wait(code: Code) -> Option<Duration> {
    match code {
        Code::DatabaseUnavailable | Code::Unavailable => Some(Duration::from_secs(5)),
        // Limits that Telegram names without a time, such as `PEER_FLOOD`, last for hours or days.
        Code::FloodWait => Some(Duration::from_hours(1)),
        _ => None,
    }
}

/// Rounded up, and never zero: a client that comes back too early is refused again.
fn whole_seconds(wait: Duration) -> u64 {
    let more = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(more).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    async fn rendered(error: Error) -> (u16, actix_web::http::header::HeaderMap, Value) {
        let response = Failure(error).error_response();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body()).await.expect("a body");
        (
            status,
            headers,
            serde_json::from_slice(&body).expect("JSON"),
        )
    }

    #[actix_web::test]
    async fn an_error_carries_its_code_and_how_long_to_wait() {
        let flood = Error::new(Code::FloodWait, "Please wait 42 seconds")
            .retry_after(Duration::from_millis(41_200));
        let (status, headers, body) = rendered(flood).await;
        assert_eq!(status, 429);
        assert_eq!(headers.get("x-error-code").expect("present"), "flood_wait");
        assert_eq!(headers.get("retry-after").expect("present"), "42");
        assert_eq!(body, json!({ "detail": "Please wait 42 seconds" }));
    }

    #[actix_web::test]
    async fn a_limit_without_a_time_says_when_to_come_back_all_the_same() {
        let (status, headers, _) = rendered(Error::new(Code::FloodWait, "PEER_FLOOD")).await;
        assert_eq!(status, 429);
        assert_eq!(headers.get("retry-after").expect("present"), "3600");
    }

    #[actix_web::test]
    async fn a_refused_request_lists_its_faults_as_pydantic_does() {
        let error = Error::invalid(vec![FieldFault {
            location: vec!["body".to_owned(), "17".to_owned()],
            message: "JSON decode error".to_owned(),
            kind: "json_invalid",
        }]);
        let (status, headers, body) = rendered(error).await;
        assert_eq!(status, 422);
        assert!(!headers.contains_key("retry-after"));
        assert_eq!(
            body,
            json!({ "detail": [{ "type": "json_invalid", "loc": ["body", 17], "msg": "JSON decode error" }] })
        );
    }
}
