//! Which bodies are taken, and what is said of the others.

use super::*;
use crate::http::input::reader::tests::PLAIN;
use crate::http::input::{kind, request};
use actix_web::test::TestRequest;

request! {
    policy PLAIN;
    struct Name {
        name: String = kind::text(),
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
        .map_or_else(|failure| failure.to_string(), |body| body.0.name)
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

#[test]
fn a_body_is_an_object_or_nothing() {
    assert!(told_in_words(b"").expect("empty").is_empty());
    assert_eq!(told_in_words(b" {\"a\": 1}").expect("an object").len(), 1);
    for (body, message) in [
        (&b"[]"[..], "request body must be a JSON object"),
        (b"null", "request body must be a JSON object"),
        (b"{", "invalid JSON: "),
        (b" ", "invalid JSON: "),
        (b"\xff", "invalid JSON: "),
    ] {
        let error = told_in_words(body).expect_err("refused");
        assert!(error.message().starts_with(message), "{error}");
    }
}
