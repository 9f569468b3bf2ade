//! JSON bodies.

use crate::error::{Code, Error, FieldFault};
use crate::http::failure::Failure;
use crate::http::input::{Fields, FromFields};
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
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

impl<T: FromFields + 'static> FromRequest for Body<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            check_length(request.headers())?;
            check_type(request.headers())?;
            let bytes = body_bytes(&request, &mut payload).await?;
            Ok(Self(object(&bytes)?.read()?))
        })
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

fn object(bytes: &[u8]) -> Result<Fields, Error> {
    if bytes.is_empty() {
        return Err(refused("missing", "Field required"));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(values)) => Ok(Fields::new("body", values)),
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
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[derive(Debug)]
    struct Name(String);

    impl FromFields for Name {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            fields.text("name").map(Self)
        }
    }

    async fn extract(request: TestRequest) -> Result<Body<Name>, Failure> {
        let (request, mut payload) = request.to_http_parts();
        Body::from_request(&request, &mut payload).await
    }

    async fn kind(content_type: Option<&str>, body: impl Into<bytes::Bytes>) -> String {
        let mut request = TestRequest::post().set_payload(body);
        if let Some(content_type) = content_type {
            request = request.insert_header((CONTENT_TYPE, content_type));
        }
        extract(request)
            .await
            .map_or_else(|failure| failure.to_string(), |body| body.0.0)
    }

    #[actix_web::test]
    async fn json_is_read_whatever_kind_of_json_it_is_called() {
        for content_type in [
            None,
            Some("application/json; charset=utf-8"),
            Some("application/vnd.x+json"),
        ] {
            assert_eq!(kind(content_type, r#"{"name":"x","more":[]}"#).await, "x");
        }
    }

    #[actix_web::test]
    async fn anything_else_is_refused_with_its_place() {
        let json = Some("application/json");
        for (content_type, body, expected) in [
            (json, "", "body: Field required"),
            (
                json,
                "[]",
                "body: Input should be a valid dictionary or object to extract fields from",
            ),
            (json, "{}", "body.name: Field required"),
            (json, "{\n\"name\": x}", "body.10: JSON decode error"),
            (json, "{\"name\": \"\u{fe}", "body.11: JSON decode error"),
            (
                Some("application/x-www-form-urlencoded"),
                "{\"name\":\"x\"}",
                "body: Input should be",
            ),
        ] {
            let found = kind(content_type, body).await;
            assert!(found.starts_with(expected), "{body}: {found}");
        }
        let deep = "[".repeat(100_000);
        assert!(kind(json, deep).await.ends_with("JSON decode error"));
        assert!(
            kind(json, vec![b'"', 0xff, b'"'])
                .await
                .ends_with("JSON decode error")
        );
    }

    #[actix_web::test]
    async fn a_body_above_one_mebibyte_is_refused_whether_announced_or_not() {
        let large = vec![b' '; LIMIT_BYTES + 1];
        let streamed = extract(TestRequest::post().set_payload(large)).await;
        assert_eq!(
            streamed.expect_err("refused").to_string(),
            "The body is larger than 1 MiB"
        );
        let announced = TestRequest::post().insert_header((CONTENT_LENGTH, "99999999999999999999"));
        assert!(extract(announced).await.is_err());
        let announced = TestRequest::post().insert_header((CONTENT_LENGTH, "1048577"));
        assert_eq!(
            extract(announced).await.expect_err("refused").to_string(),
            "The body is larger than 1 MiB"
        );
    }
}
