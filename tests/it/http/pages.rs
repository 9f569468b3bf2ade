//! Front page, health, documentation and metrics.

use crate::support::contract;
use crate::support::http::{eventually, read};
use crate::support::hub::TestHub;
use crate::support::raw::raw;
use local_dc::world::faults::Fault;
use reqwest::Method;
use serde_json::{Value, json};

/// Every route of the contract, as the document must name it.
const ROUTES: [(&str, &str); 37] = [
    ("get", "/"),
    ("get", "/health"),
    ("get", "/metrics"),
    ("get", "/openapi.json"),
    ("post", "/login/start"),
    ("post", "/login/code"),
    ("post", "/login/password"),
    ("post", "/login/qr"),
    ("get", "/login/qr/{token}"),
    ("delete", "/login/qr/{token}"),
    ("get", "/login/qr/{token}/image"),
    ("post", "/login/qr/{token}/password"),
    ("post", "/logout"),
    ("get", "/sessions"),
    ("post", "/sessions/import"),
    ("get", "/session/{session_id}/status"),
    ("delete", "/session/{session_id}"),
    ("post", "/session/{session_id}/reconnect"),
    ("post", "/message/send"),
    ("post", "/message/reply"),
    ("post", "/entity/resolve"),
    ("get", "/session/{session_id}/entities"),
    ("post", "/session/{session_id}/cache-from-messages"),
    ("get", "/session/{session_id}/messages"),
    ("get", "/session/{session_id}/gaps"),
    ("post", "/session/{session_id}/backfill"),
    ("get", "/session/{session_id}/backfill"),
    ("delete", "/session/{session_id}/backfill/{backfill_id}"),
    ("get", "/admin/messages"),
    ("post", "/admin/restore-sessions"),
    ("post", "/auth/send-code"),
    ("post", "/auth/verify-code"),
    ("get", "/me"),
    ("get", "/dialogs"),
    ("get", "/messages"),
    ("get", "/messages/{id}"),
    ("get", "/search"),
];

contract! {
    async fn the_front_page_says_that_the_hub_runs(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let front = hub.client.get("/").await?.expect(200);
        assert_eq!(front["status"], "running");
        assert_eq!(front["version"], "1.0.0");
        for field in ["message", "name", "docs"] {
            assert!(front[field].is_string(), "{field}");
        }
        assert!(front["endpoints"].is_object());
        let html = hub.client.request(Method::GET, "/").header("accept", "text/html,*/*;q=0.8");
        let html = read(html).await?;
        assert!(html.header("content-type").starts_with("text/html"));
        assert!(html.expect(200).as_str().is_some_and(|page| page.starts_with("<!doctype html>")));
        hub.stop().await?;
    }

    async fn the_health_counts_sessions_by_state(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let empty = hub.client.get("/health").await?.expect(200);
        let states = |online: u64, login: u64| json!({
            "connecting": 0, "online": online, "backoff": 0, "login": login, "needs_login": 0, "stopped": 0,
        });
        let expected = |active: u64, states: Value, restore: Value| json!({
            "status": "healthy",
            "active_sessions": active,
            // Of the two, one is not logged in.
            "receiving_sessions": 1,
            "doubted_sessions": 0,
            "held_down_sessions": 0,
            "kept_out_chats": 0,
            "unreadable_messages": 0,
            "stored_sessions": 2,
            "sessions_by_state": states,
            "restore": restore,
            "database": "ok",
            "media_store": "ok",
            "open_gaps": 0,
            "pending_log_outs": 0,
            "guests": 0,
            "version": env!("CARGO_PKG_VERSION"),
        });
        let nothing = json!({ "total": 0, "done": 0, "online": 0, "failed": 0, "running": false });
        assert_eq!(empty["active_sessions"], 0);
        hub.log_in("a", "+15550000001").await?;
        let start = json!({ "session_id": "b", "phone_number": "+15550000002" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        let two = hub.client.get("/health").await?.expect(200);
        assert_eq!(two, expected(2, states(1, 1), nothing));
        let hub = hub.restart().await?;
        let restored = json!({ "total": 1, "done": 1, "online": 1, "failed": 0, "running": false });
        let settled = eventually(|| async {
            let health = hub.client.get("/health").await?.expect(200);
            // The login that was under way is looked at too, and given up.
            let over = health["restore"] == restored
                && health["active_sessions"] == 1
                && health["receiving_sessions"] == 1;
            Ok(over.then_some(health))
        });
        assert_eq!(settled.await?, expected(1, states(1, 0), restored.clone()));
        hub.stop().await?;
    }

    async fn the_document_names_every_route_and_no_other(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let document = hub.client.get("/openapi.json").await?.expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let mut named = Vec::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                named.push((method.clone(), path.clone()));
                let responses = operation["responses"].as_object();
                let good = ["200", "202"];
                let good = responses.is_some_and(|all| good.iter().any(|code| all.contains_key(*code)));
                assert!(good, "{method} {path}");
            }
        }
        // The tools door's are held by its page and its table.
        named.retain(|(_, path)| !path.starts_with("/api/") && path != "/healthz");
        named.sort_unstable();
        let mut expected = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
        expected.sort_unstable();
        assert_eq!(named, expected);
        hub.stop().await?;
    }

    async fn the_documentation_needs_nothing_from_elsewhere(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/docs", "/docs/"] {
            let page = hub.client.get(path).await?.expect(200);
            let page = page.as_str().ok_or("no page")?;
            assert!(page.contains("swagger-ui"), "{path}");
            let mut files = 0;
            for piece in page.split(['"', '\'']) {
                assert!(!piece.starts_with("http") && !piece.starts_with("//"), "{piece}");
                if std::path::Path::new(piece).extension().is_some_and(|kind| kind == "js" || kind == "css") {
                    let file = piece.trim_start_matches("./");
                    drop(hub.client.get(&format!("/docs/{file}")).await?.expect(200));
                    files += 1;
                }
            }
            assert!(files > 2, "{page}");
        }
        let script = hub.client.get("/docs/swagger-initializer.js").await?.expect(200);
        assert!(script.as_str().is_some_and(|text| text.contains("/openapi.json") && !text.contains("petstore")));
        drop(hub.client.get("/docs/no-such-file.js").await?.refused(404, "not_found"));
        hub.stop().await?;
    }

    async fn the_metrics_count_by_route_and_never_by_name(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let name = format!("name-{}", uuid::Uuid::new_v4().simple());
        drop(hub.client.get(&format!("/session/{name}/status")).await?.expect(200));
        drop(hub.client.get(&format!("/nowhere/{name}")).await?.refused(404, "not_found"));
        drop(hub.client.get(&format!("/session/{name}/messages")).await?.refused(404, "session_not_found"));
        hub.log_in(&name, "+15550000001").await?;
        hub.client.send(&name, "me", "counted").await?;
        hub.client.wait_for_messages(&name, 1).await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_31"));
        let body = json!({ "session_id": name, "chat_id": "me", "message": "flooded" });
        drop(hub.client.post("/message/send", body).await?.refused(429, "flood_wait"));
        let metrics = hub.client.get("/metrics").await?;
        assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
        let metrics = metrics.expect(200);
        let text = metrics.as_str().unwrap_or_default();
        for line in [
            r#"telegram_hub_http_requests_total{door="hub",method="GET",route="/session/{session_id}/status",status="200"}"#,
            r#"telegram_hub_http_requests_total{door="none",method="GET",route="none",status="404"}"#,
            "# TYPE telegram_hub_http_request_seconds histogram",
            r#"operation="messages.list",outcome="session_not_found""#,
            r#"telegram_hub_sessions{state="online"}"#,
            "telegram_hub_messages_captured_total",
            "telegram_hub_flood_wait_seconds_total",
            r#"telegram_hub_connects_total{outcome="online"}"#,
            "telegram_hub_build_info{version=",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains(&name), "names are no labels");
        hub.stop().await?;
    }

    async fn no_page_of_another_site_can_frame_an_answer(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/", "/docs", "/docs/", "/docs/index.html", "/docs/swagger-ui-bundle.js", "/%64ocs/"] {
            let answer = raw(&hub.client, &format!("GET {path}"), &[("Host", "localhost"), ("Accept", "text/html")], b"").await?;
            assert!(answer.status < 400, "{path}: {answer:?}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{path}: {policy}");
            assert_eq!(policy.contains("script-src 'self'"), path != "/", "{path}: {policy}");
            assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{path}: {policy}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
        for line in ["GET /health", "GET /sessions", "GET /nowhere", "POST /message/send", "PUT /sessions", "GET /openapi.json"] {
            let answer = raw(&hub.client, line, &[("Host", "localhost")], b"").await?;
            assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'", "{line}");
        }
        // What the documentation runs stands in files of its own, as its policy asks.
        let page = hub.client.get("/docs/").await?.expect(200).to_string();
        assert!(page.contains("swagger-initializer.js") && !page.contains("<style"), "{page}");
        assert!(page.split("<script").skip(1).all(|script| script.trim_start().starts_with("src=")), "{page}");
        hub.stop().await?;
    }
}
