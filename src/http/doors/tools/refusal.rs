//! How a refusal leaves the REST half.
//!
//! Owns this door's statuses: 400 for a wrong request, 502 with Telethon's class name for an error
//! of Telegram, 401 for a wrong key. It must not know the tools.

use crate::error::{Code, Error, FieldFault};
use crate::http::doors::tools::telethon;
use crate::http::failure::{Failure, X_ERROR_CODE, retry_after};
use crate::http::input::Fault;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};
use std::fmt;

/// Why a request gets no result.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Its arguments have faults: 400 with all of them.
    Faults(Vec<Fault>),
    /// The number in its path is none: 422, as FastAPI answers; this is what stands there.
    Path(String),
    /// The operation failed.
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
            Self::Faults(faults) => {
                let faults: Vec<_> = faults.iter().map(Fault::to_string).collect();
                f.write_str(&faults.join("; "))
            }
            Self::Path(_) => f.write_str("message_id: Input should be a valid integer"),
            Self::Error(error) => error.fmt(f),
        }
    }
}

/// How an error leaves that has nothing to do with a tool: that of its status, and for a wrong key
/// `{"detail": "unauthorized"}` with 401.
pub(crate) fn render(error: &Error) -> HttpResponse {
    if error.code == Code::InvalidKey {
        return HttpResponse::Unauthorized()
            .insert_header((X_ERROR_CODE, Code::InvalidKey.wire()))
            .json(json!({ "detail": "unauthorized" }));
    }
    failed(error)
}

fn failed(error: &Error) -> HttpResponse {
    let mut response = HttpResponse::build(known(status(error)));
    if let Some(seconds) = retry_after(error) {
        response.insert_header((RETRY_AFTER, seconds));
    }
    response.insert_header((X_ERROR_CODE, error.code.wire()));
    response.json(json!({ "detail": detail(error) }))
}

/// A wrong request, with its faults.
fn invalid(status: StatusCode, faults: &Value) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((X_ERROR_CODE, Code::InvalidRequest.wire()))
        .json(json!({ "detail": faults }))
}

fn known(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        let status = match self {
            Self::Faults(_) => 400,
            Self::Path(_) => 422,
            Self::Error(error) => status(error),
        };
        known(status)
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Faults(faults) => {
                let faults = faults.iter().map(Fault::to_json).collect();
                invalid(self.status_code(), &faults)
            }
            Self::Path(found) => invalid(self.status_code(), &path_fault(found)),
            Self::Error(error) => failed(error),
        }
    }
}

/// Telethon's name of the error, when it is one of Telegram or would have been one there.
pub(crate) fn telegram_error(error: &Error) -> Option<&'static str> {
    match (&error.refusal, error.code) {
        (Some(refusal), _) => Some(telethon::class(refusal)),
        (None, Code::FloodWait) => Some("FloodWaitError"),
        (None, Code::SessionNotAuthorized) => Some(telethon::class_of_kind(401)),
        (None, Code::WriteForbidden) => Some(telethon::class_of_kind(403)),
        (None, Code::TelegramError) => Some(telethon::class_of_kind(0)),
        (None, _) => None,
    }
}

fn status(error: &Error) -> u16 {
    if telegram_error(error).is_some() {
        return 502;
    }
    match error.code {
        Code::InvalidRequest | Code::ChatNotFound | Code::MessageNotFound | Code::MediaNotFound => {
            400
        }
        code => code.status(),
    }
}

fn detail(error: &Error) -> Value {
    if let Some(class) = telegram_error(error) {
        return json!({ "telegram_error": class, "message": error.message() });
    }
    if error.fields.is_empty() {
        return error.message().into();
    }
    error.fields.iter().map(field_fault).collect()
}

/// A fault that an operation found. The place in the request is left out, as everywhere here.
fn field_fault(fault: &FieldFault) -> Value {
    json!({
        "type": fault.kind,
        "loc": fault.location.iter().skip(1).collect::<Vec<_>>(),
        "msg": fault.message,
        "input": null,
    })
}

fn path_fault(found: &str) -> Value {
    json!([{
        "type": "int_parsing",
        "loc": ["path", "message_id"],
        "msg": "Input should be a valid integer, unable to parse string as an integer",
        "input": found,
    }])
}
