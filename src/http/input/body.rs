//! JSON bodies.

use crate::error::{Code, Error, FieldFault};
use crate::http::failure::Failure;
use crate::http::input::fault::invalid;
use crate::http::input::policy::BodyForm;
use crate::http::input::{OwnRequest, Policy};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde_json::{Map, Value};
use std::time::Duration;

/// The largest body that is read, in bytes.
const LIMIT_BYTES: usize = 1024 * 1024;

/// How long a body may take to arrive.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(30);

/// A JSON object in the body, read as a `T`.
///
/// # Errors
/// `payload_too_large` above 1 MiB; `invalid_request` with every fault otherwise.
#[derive(Debug)]
pub(crate) struct Body<T>(pub T);

impl<T: OwnRequest + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let given = object(&request, &mut payload, T::POLICY).await?;
            let read = T::read("body", &given, T::POLICY);
            read.map(Self).map_err(|faults| invalid(faults).into())
        })
    }
}

/// The values of the object in a body.
///
/// # Errors
/// `payload_too_large`; `invalid_request` for what is no JSON object, or not called one.
pub(crate) async fn object(
    request: &HttpRequest,
    payload: &mut Payload,
    policy: Policy,
) -> Result<Map<String, Value>, Error> {
    match policy.body {
        BodyForm::Required => {
            check_length(request.headers())?;
            check_type(request.headers())?;
            of_fastapi(&body_bytes(request, payload).await?)
        }
        BodyForm::Optional => told_in_words(&body_bytes(request, payload).await?),
    }
}

/// The bytes of a body, whatever they are called.
///
/// # Errors
/// `payload_too_large` above 1 MiB; `invalid_request` when they do not all arrive.
pub(crate) async fn body_bytes(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<BytesMut, Error> {
    check_length(request.headers())?;
    tokio::time::timeout(ARRIVAL_LIMIT, collect(payload.take()))
        .await
        .map_err(|elapsed| {
            let why = "The body did not arrive within 30 seconds";
            Error::new(Code::RequestTimeout, why).because(elapsed)
        })?
}

fn check_length(headers: &HeaderMap) -> Result<(), Error> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced
        .is_some_and(|length| usize::try_from(length).map_or(true, |length| length > LIMIT_BYTES))
    {
        return Err(too_large());
    }
    Ok(())
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get(CONTENT_TYPE) {
        Some(kind) if !is_json(kind.as_bytes()) => Err(refused(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from; send it with \
             the content type application/json",
        )),
        _ => Ok(()),
    }
}

/// `application/json` or a type that ends in `+json` (RFC 6839), whatever its parameters.
fn is_json(content_type: &[u8]) -> bool {
    let kind = content_type
        .split(|b| *b == b';')
        .next()
        .unwrap_or(content_type);
    let kind = kind.trim_ascii().to_ascii_lowercase();
    kind.is_empty() || kind == b"application/json" || kind.ends_with(b"+json")
}

async fn collect(mut payload: Payload) -> Result<BytesMut, Error> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            refused("body_incomplete", "The body ended too early").because(error.to_string())
        })?;
        if bytes.len() + chunk.len() > LIMIT_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// An empty body is an empty object.
fn told_in_words(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
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

fn of_fastapi(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    if bytes.is_empty() {
        return Err(refused("missing", "Field required"));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(given)) => Ok(given),
        Ok(_) => Err(refused(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        )),
        Err(error) => Err(Error::invalid(vec![FieldFault {
            location: vec!["body".to_owned(), position(bytes, &error).to_string()],
            message: "JSON decode error".to_owned(),
            kind: "json_invalid",
        }])),
    }
}

/// The offset of a syntax error in the text, from 0.
fn position(bytes: &[u8], error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let start: usize = bytes
        .split_inclusive(|b| *b == b'\n')
        .take(lines_before)
        .map(<[u8]>::len)
        .sum();
    (start + error.column()).saturating_sub(1)
}

fn refused(kind: &'static str, message: &str) -> Error {
    Error::invalid(vec![FieldFault {
        location: vec!["body".to_owned()],
        message: message.to_owned(),
        kind,
    }])
}

fn too_large() -> Error {
    Error::new(Code::PayloadTooLarge, "The body is larger than 1 MiB")
}

#[cfg(test)]
mod tests;
