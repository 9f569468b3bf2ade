//! How a refusal leaves this door.
//!
//! Owns its statuses: 400 for a wrong date, 401 for a session that is not there, 500 for whatever
//! Telegram fails in once there is an account. It must not know which operation failed.

use crate::error::{Code, Error};
use crate::http::failure::{self, Failure, X_ERROR_CODE, retry_after};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;
use std::fmt;

const NOT_ASKED: &str = "No password is asked for by this login";

/// Why a request gets no result.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A value that can be read and is wrong all the same, such as a date: 400.
    Wrong(String),
    /// A login cannot begin; what Telegram fails in is 502 there.
    Connecting(Error),
    /// A password for a login that asks for none: 409.
    NotAsked,
    /// Something else.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Error(failure.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(why) => f.write_str(why),
            Self::NotAsked => f.write_str(NOT_ASKED),
            Self::Connecting(error) | Self::Error(error) => error.fmt(f),
        }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.error_response().status()
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Wrong(why) => told(StatusCode::BAD_REQUEST, Code::InvalidRequest, why),
            Self::NotAsked => told(StatusCode::CONFLICT, Code::LoginNotFound, NOT_ASKED),
            Self::Connecting(error) if is_of_telegram(error.code) => failure::render(error),
            Self::Connecting(error) | Self::Error(error) => render(error),
        }
    }
}

/// How an error leaves, whatever has failed.
pub(crate) fn render(error: &Error) -> HttpResponse {
    let code = error.code;
    match code {
        // Neither the caller nor the account may learn which of the two is not so.
        Code::SessionNotFound => told(StatusCode::UNAUTHORIZED, code, error.message()),
        Code::FloodWait => {
            let seconds = retry_after(error).unwrap_or(1);
            let why = format!("Telegram rate limit exceeded. Retry after {seconds} seconds.");
            let mut response = told(StatusCode::TOO_MANY_REQUESTS, code, &why);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
            response
        }
        _ if is_of_telegram(code) => {
            let why = format!("Internal server error: {}", error.message());
            let mut response = told(StatusCode::INTERNAL_SERVER_ERROR, code, &why);
            if let Some(seconds) = retry_after(error) {
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            response
        }
        _ => failure::render(error),
    }
}

const fn is_of_telegram(code: Code) -> bool {
    matches!(
        code,
        Code::TelegramError | Code::TelegramUnreachable | Code::TelegramUnreadable
    )
}

fn told(status: StatusCode, code: Code, why: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((X_ERROR_CODE, code.wire()))
        .json(json!({ "detail": why }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FieldFault;
    use actix_web::body::to_bytes;
    use serde_json::Value;
    use std::time::Duration;

    async fn seen(refusal: Refusal) -> (u16, String, Option<String>, Value) {
        let response = refusal.error_response();
        let text = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let (code, wait) = (text("x-error-code"), text("retry-after"));
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body()).await.expect("a body");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        (
            status,
            code.unwrap_or_default(),
            wait,
            body["detail"].clone(),
        )
    }

    #[actix_web::test]
    async fn every_failure_has_the_status_of_the_original() {
        let error = |code, why: &'static str| Refusal::from(Error::new(code, why));
        let fault = FieldFault {
            location: vec!["query".to_owned(), "limit".to_owned()],
            message: "Field required".to_owned(),
            kind: "missing",
        };
        for (refusal, status, detail) in [
            (Refusal::Wrong("no".to_owned()), 400, json!("no")),
            (error(Code::SessionNotAuthorized, "no"), 401, json!("no")),
            (error(Code::SessionNotFound, "no"), 401, json!("no")),
            (error(Code::ChatNotFound, "no"), 404, json!("no")),
            (
                error(Code::TelegramError, "X"),
                500,
                json!("Internal server error: X"),
            ),
            (
                error(Code::TelegramUnreachable, "X"),
                500,
                json!("Internal server error: X"),
            ),
            (Refusal::NotAsked, 409, json!(NOT_ASKED)),
            (
                Refusal::Connecting(Error::new(Code::TelegramError, "X")),
                502,
                json!("X"),
            ),
            (
                Refusal::Connecting(Error::new(Code::SessionInUse, "no")),
                409,
                json!("no"),
            ),
            (error(Code::InvalidRequest, "no"), 422, json!("no")),
            (
                Refusal::from(Error::invalid(vec![fault])),
                422,
                json!([{ "type": "missing", "loc": ["query", "limit"], "msg": "Field required" }]),
            ),
        ] {
            let seen = seen(refusal).await;
            assert_eq!((seen.0, seen.3), (status, detail));
            assert!(!seen.1.is_empty() && seen.2.is_none());
        }
        let flood = Error::new(Code::FloodWait, "x").retry_after(Duration::from_millis(41_200));
        let why = json!("Telegram rate limit exceeded. Retry after 42 seconds.");
        let expected = (429, "flood_wait".to_owned(), Some("42".to_owned()), why);
        assert_eq!(seen(flood.into()).await, expected);
    }
}
