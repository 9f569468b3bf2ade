//! Who gets in: the key, the `Host` and the page that a request comes from.

use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use crate::support::raw::raw;
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};

const KEY: &str = "the-key-of-this-hub";

/// Wrong keys are shown here by the hundred.
fn keyed() -> Options {
    Options {
        api_key: Some(KEY),
        flags: vec!["--wrong-keys-per-minute=0".to_owned()],
        ..Options::default()
    }
}

/// Every operation of the document as a request line.
fn operations(document: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, _) in item.as_object().into_iter().flatten() {
            let path = path
                .replace("{session_id}", "nobody")
                .replace("{message_id}", "1");
            lines.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    lines
}

fn is_public(line: &str) -> bool {
    ["GET /", "GET /health", "GET /healthz", "GET /openapi.json"].contains(&line)
}

/// Headers that each show the right key, or none or a wrong one.
const RIGHT: [(&str, &str); 4] = [
    ("X-API-Key", KEY),
    ("x-api-key", KEY),
    ("Authorization", "Bearer the-key-of-this-hub"),
    ("authorization", "bearer the-key-of-this-hub"),
];
const WRONG: [(&str, &str); 9] = [
    ("X-Other", KEY),
    ("X-API-Key", ""),
    ("X-API-Key", "wrong"),
    ("X-API-Key", "the-key-of-this-hu"),
    ("X-API-Key", "the-key-of-this-hub2"),
    ("X-API-Key", "THE-KEY-OF-THIS-HUB"),
    ("Authorization", KEY),
    ("Authorization", "Basic the-key-of-this-hub"),
    ("Authorization", "Bearer wrong"),
];

contract! {
    async fn every_route_but_the_public_ones_asks_for_the_key(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed()).await?;
        let document = hub.client.get("/openapi.json").await?.expect(200);
        let lines = operations(&document);
        assert_eq!(lines.len(), 37 + 15 + 29);
        for line in &lines {
            let path = line.split(' ').nth(1).unwrap_or_default();
            for shown in WRONG {
                let answer = raw(&hub.client, line, &[("Host", "localhost"), shown], b"not json").await?;
                if is_public(line) {
                    drop(answer.expect(200));
                } else if path.starts_with("/api/") && !path.starts_with("/api/v3/") {
                    // Clients of this door may leave the word Bearer out.
                    if shown != ("Authorization", KEY) {
                        drop(answer.refused(401, "invalid_key"));
                    }
                } else {
                    let body = answer.refused(403, "invalid_key");
                    assert_eq!(body, json!({ "detail": "Could not validate credentials" }), "{path}");
                }
            }
        }
        for line in ["GET /docs/", "GET /docs/swagger-ui.css"] {
            drop(raw(&hub.client, line, &[("Host", "localhost")], b"").await?.expect(200));
        }
        for line in ["GET /no/such/path", "PUT /sessions", "GET /docsx", "GET /health/x", "GET //health"] {
            let answer = raw(&hub.client, line, &[("Host", "localhost")], b"").await?;
            drop(answer.refused(403, "invalid_key"));
        }
        hub.stop().await?;
    }

    async fn the_right_key_opens_every_route_in_both_headers(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed()).await?;
        let document = hub.client.get("/openapi.json").await?.expect(200);
        for line in operations(&document) {
            for shown in RIGHT {
                let headers = [("Host", "anything.example"), shown, ("Content-Length", "2")];
                let answer = raw(&hub.client, &line, &headers, b"{}").await?;
                assert_ne!(answer.status, 403, "{line} {shown:?}");
                assert!(answer.status < 500, "{line} {shown:?}");
            }
        }
        // One right key among two is enough: proxies add headers of their own.
        let both = [("Host", "x"), ("Authorization", "Bearer of-a-proxy"), ("X-API-Key", KEY)];
        drop(raw(&hub.client, "GET /sessions", &both, b"").await?.expect(200));
        hub.stop().await?;
    }

    async fn the_document_says_where_the_key_is_needed(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed()).await?;
        let document = hub.client.get("/openapi.json").await?.expect(200);
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let asks = operation["security"].as_array().is_some_and(|all| !all.is_empty());
                let line = format!("{} {path}", method.to_uppercase());
                assert_eq!(asks, !is_public(&line), "{line}");
            }
        }
        hub.stop().await?;
    }

    async fn without_a_key_only_loopback_names_are_answered(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for host in ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]:8000", "hub.localhost", "localhost."] {
            drop(raw(&hub.client, "GET /sessions", &[("Host", host)], b"").await?.expect(200));
        }
        for host in [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8000", "10.0.0.1",
            "[2001:db8::1]", "0.0.0.0", "localhost@evil.example", "notlocalhost",
        ] {
            for line in ["GET /sessions", "GET /health", "GET /", "GET /docs/", "POST /message/send"] {
                let answer = raw(&hub.client, line, &[("Host", host)], b"").await?;
                let body = answer.refused(403, "host_not_allowed");
                assert!(body["detail"].as_str().is_some_and(|text| text.contains("HUB_ALLOWED_HOSTS")), "{host}");
            }
        }
        // RFC 9112, section 3.2: a request without a host is malformed.
        drop(raw(&hub.client, "GET /sessions", &[], b"").await?.expect(400));
        hub.stop().await?;
    }

    async fn the_gate_decides_by_the_route_and_not_by_the_path(db: TestDb) {
        let options = Options { flags: vec!["--tools-key=the-key-of-the-tools".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        let host = ("Host", "localhost");
        for line in [
            "GET /api/me", "GET /%61pi/me", "GET /%61%70%69/%6d%65", "GET /api/%6De", "POST /mcp", "POST /%6dcp",
            "GET http://localhost/%61pi/me", "HEAD /%61pi/me", "GET /api/me?x", "GET /%61pi/nothing", "GET /api/",
        ] {
            let answer = raw(&hub.client, line, &[host], b"").await?;
            assert_eq!((answer.status, answer.header("x-error-code")), (401, "invalid_key"), "{line}");
            if !line.starts_with("HEAD") {
                assert_eq!(answer.body, json!({ "detail": "unauthorized" }), "{line}");
            }
        }
        // What no route owns asks for a key, as there is one.
        for line in ["GET /nowhere", "GET //api/me", "GET /API/me", "GET /api%2fme", "GET /%2561pi/me", "OPTIONS *"] {
            drop(raw(&hub.client, line, &[host], b"").await?.refused(403, "invalid_key"));
        }
        drop(raw(&hub.client, "GET /%73essions", &[host], b"").await?.expect(200));
        drop(raw(&hub.client, "GET /heal%74h", &[host], b"").await?.expect(200));
        hub.stop().await?;
    }

    async fn the_host_of_a_target_in_absolute_form_counts_as_well(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (line, host, allowed) in [
            ("GET http://localhost/sessions", "localhost", true),
            ("GET http://127.0.0.1:80/sessions", "localhost:8000", true),
            ("GET http://evil.example/sessions", "localhost", false),
            ("GET http://localhost/sessions", "evil.example", false),
            ("GET http://localhost@evil.example/sessions", "localhost", false),
            ("GET http://evil.example/health", "localhost", false),
            ("GET /sessions", "localhost:80@evil.example", false),
            ("CONNECT localhost:443", "evil.example", false),
        ] {
            let answer = raw(&hub.client, line, &[("Host", host)], b"").await?;
            if allowed {
                drop(answer.expect(200));
            } else {
                drop(answer.refused(403, "host_not_allowed"));
            }
        }
        hub.stop().await?;
    }

    async fn an_allowed_host_is_answered(db: TestDb) {
        let options = Options { flags: vec!["--allowed-hosts=hub.example, Other.Example".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        for host in ["hub.example", "hub.example:8000", "other.example", "localhost"] {
            drop(raw(&hub.client, "GET /sessions", &[("Host", host)], b"").await?.expect(200));
        }
        let page = [("Host", "hub.example"), ("Origin", "https://hub.example")];
        drop(raw(&hub.client, "GET /sessions", &page, b"").await?.expect(200));
        let answer = raw(&hub.client, "GET /sessions", &[("Host", "sub.hub.example")], b"").await?;
        drop(answer.refused(403, "host_not_allowed"));
        hub.stop().await?;
    }

    async fn without_a_key_pages_of_other_sites_are_refused(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for header in [
            ("Origin", "https://evil.example"),
            ("Origin", "http://localhost.evil.example"),
            ("Origin", "null"),
            ("Origin", ""),
            ("Sec-Fetch-Site", "cross-site"),
        ] {
            for line in ["POST /logout", "GET /sessions", "DELETE /session/a", "GET /metrics"] {
                let answer = raw(&hub.client, line, &[("Host", "localhost"), header], b"").await?;
                drop(answer.refused(403, "cross_site_request"));
            }
            drop(raw(&hub.client, "GET /health", &[("Host", "localhost"), header], b"").await?.expect(200));
        }
        for header in [
            ("Origin", "http://localhost:3000"),
            ("Origin", "http://127.0.0.1"),
            ("Origin", "http://[::1]:8000"),
            ("Sec-Fetch-Site", "same-origin"),
            ("Sec-Fetch-Site", "none"),
        ] {
            let answer = raw(&hub.client, "GET /sessions", &[("Host", "localhost"), header], b"").await?;
            drop(answer.expect(200));
        }
        hub.stop().await?;
    }

    async fn with_a_key_a_page_of_another_site_is_judged_by_its_key(db: TestDb) {
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, keyed()).await?;
        let origin = ("Origin", "https://panel.example");
        let headers = [("Host", "hub.example"), origin, ("X-API-Key", KEY)];
        drop(raw(&hub.client, "GET /sessions", &headers, b"").await?.expect(200));
        let answer = raw(&hub.client, "GET /sessions", &[("Host", "hub.example"), origin], b"").await?;
        drop(answer.refused(403, "invalid_key"));
        hub.stop().await?;
    }
}
