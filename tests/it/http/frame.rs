//! What every answer carries, and requests that no route takes.

use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use crate::support::raw::raw;
use reqwest::Method;
use serde_json::{Value, json};

const HOST: (&str, &str) = ("Host", "localhost");
const MEBIBYTE: usize = 1024 * 1024;

contract! {
    async fn a_request_id_is_kept_or_made(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (line, status) in [
            ("GET /health", 200), ("GET /sessions", 200), ("GET /nowhere", 404), ("PUT /sessions", 405),
            ("POST /message/send", 422), ("GET /session/nobody/messages", 404),
        ] {
            let named = raw(&hub.client, line, &[HOST, ("X-Request-Id", "order-66/a")], b"").await?;
            assert_eq!((named.status, named.header("x-request-id")), (status, "order-66/a"), "{line}");
            let mut made = Vec::new();
            for sent in ["", "two words", &"x".repeat(129)] {
                let answer = raw(&hub.client, line, &[HOST, ("X-Request-Id", sent)], b"").await?;
                let id = answer.header("x-request-id").to_owned();
                assert!(id.len() == 36 && id != sent && !made.contains(&id), "{line} {id}");
                made.push(id);
            }
        }
        let refused = raw(&hub.client, "GET /", &[("Host", "evil.example"), ("X-Request-Id", "r-1")], b"").await?;
        assert_eq!(refused.header("x-request-id"), "r-1");
        hub.stop().await?;
    }

    async fn a_fault_outside_names_the_request_in_its_sentence(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.dc.stop().await;
        let start = json!({ "session_id": "a", "phone_number": "+15550000001" });
        let request = hub.client.request(Method::POST, "/login/start").header("x-request-id", "find-me");
        let refused = read(request.json(&start)).await?.refused(502, "telegram_unreachable");
        assert!(refused["detail"].as_str().is_some_and(|text| text.ends_with("(request find-me)")), "{refused}");
        hub.stop().await?;
    }

    async fn an_unknown_path_is_a_404_and_a_wrong_method_a_405(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for line in [
            "GET /nowhere", "POST /", "GET /session", "GET /session/", "GET /session//status", "GET /session/a/b/c",
            "GET /sessions/", "POST /message", "GET /SESSIONS", "GET /healthz/", "DELETE /session/",
        ] {
            let answer = raw(&hub.client, line, &[HOST], b"").await?;
            if line == "POST /" {
                assert_eq!(answer.header("allow"), "GET, HEAD");
                drop(answer.refused(405, "method_not_allowed"));
                continue;
            }
            assert_eq!(answer.refused(404, "not_found"), json!({ "detail": "Not Found" }), "{line}");
        }
        for (line, allow) in [
            ("POST /sessions", "GET, HEAD"),
            ("DELETE /health", "GET, HEAD"),
            ("GET /login/start", "POST"),
            ("PATCH /message/send", "POST"),
            ("OPTIONS /message/send", "POST"),
            ("HEAD /message/send", "POST"),
            ("GET /session/a", "DELETE"),
            ("POST /session/a%20b/status", "GET, HEAD"),
            ("GET /session/a/reconnect", "POST"),
            ("BREW /sessions", "GET, HEAD"),
        ] {
            let answer = raw(&hub.client, line, &[HOST], b"").await?;
            assert_eq!((answer.status, answer.header("allow")), (405, allow), "{line}");
            assert_eq!(answer.header("x-error-code"), "method_not_allowed", "{line}");
            if !line.starts_with("HEAD") {
                assert_eq!(answer.body, json!({ "detail": "Method Not Allowed" }), "{line}");
            }
        }
        hub.stop().await?;
    }

    async fn a_head_is_a_get_without_its_body(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/", "/health", "/sessions", "/openapi.json", "/docs/", "/session/a/status", "/metrics"] {
            let get = raw(&hub.client, &format!("GET {path}"), &[HOST], b"").await?;
            let head = raw(&hub.client, &format!("HEAD {path}"), &[HOST], b"").await?;
            assert_eq!((head.status, &head.body), (200, &Value::from("")), "{path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
            drop(get.expect(200));
        }
        hub.stop().await?;
    }

    async fn a_body_above_one_mebibyte_is_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let body = json!({ "session_id": "nobody", "chat_id": "me", "message": "x" }).to_string();
        let fits = format!("{body}{}", " ".repeat(MEBIBYTE - body.len()));
        let json = ("Content-Type", "application/json");
        for path in ["/message/send", "/message/reply", "/login/start", "/login/code", "/login/password", "/logout", "/entity/resolve"] {
            let line = format!("POST {path}");
            let length = (MEBIBYTE + 1).to_string();
            let announced = raw(&hub.client, &line, &[HOST, json, ("Content-Length", &length)], b"").await?;
            let refused = announced.refused(413, "payload_too_large");
            assert!(refused["detail"].is_string(), "{path}");
            let mut chunks = format!("{:x}\r\n{fits}\r\n", fits.len()).into_bytes();
            chunks.extend_from_slice(b"1\r\n \r\n0\r\n\r\n");
            let chunked = raw(&hub.client, &line, &[HOST, json, ("Transfer-Encoding", "chunked")], &chunks).await?;
            drop(chunked.refused(413, "payload_too_large"));
        }
        let length = fits.len().to_string();
        let exact = raw(&hub.client, "POST /message/send", &[HOST, json, ("Content-Length", &length)], fits.as_bytes()).await?;
        drop(exact.refused(401, "session_not_authorized"));
        hub.stop().await?;
    }

    async fn answers_are_not_to_be_stored_or_guessed_at(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/", "/health", "/sessions", "/nowhere", "/session/nobody/messages", "/openapi.json"] {
            let answer = hub.client.get(path).await?;
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
        hub.stop().await?;
    }
}
