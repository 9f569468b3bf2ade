//! Bringing sessions back, one by one and all at once.

use super::{done, scripted};
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use serde_json::{Value, json};
use std::time::Duration;

/// A hub whose sessions stay in back-off until they are told to come back.
fn patient() -> Options {
    let mut options = Options::default();
    options.timing.backoff.base = Duration::from_mins(10);
    options.timing.backoff.cap = Duration::from_mins(10);
    options
}

contract! {
    async fn a_connected_session_is_left_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let answer = hub.client.post("/session/a/reconnect", Value::Null).await?.expect(200);
        assert_eq!(answer, done("Session is already connected"));
        hub.stop().await?;
    }

    async fn a_session_in_backoff_comes_back_at_once(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = TestHub::start_with(db, dc, patient()).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("*", 500, "RPC_CALL_FAIL").of(scripted(hub.dc.user("alice"))?).times(50));
        scripted(hub.dc.drop_links("alice"))?;
        hub.client.wait_for_state("a", "backoff").await?;
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["is_authenticated"], true);
        assert_eq!(status["is_connected"], false);
        assert_eq!(status["backoff"]["attempt"], 1);
        assert!(status["backoff"]["until"].is_string() && status["reason"].is_string());

        let failed = hub.client.post("/session/a/reconnect", Value::Null).await?;
        drop(failed.refused(502, "telegram_error"));
        hub.client.wait_for_state("a", "backoff").await?;
        hub.dc.clear_faults();
        let answer = hub.client.post("/session/a/reconnect", Value::Null).await?.expect(200);
        assert_eq!(answer, done("Session reconnected successfully"));
        hub.client.wait_for_state("a", "online").await?;
        hub.client.send("a", "me", "back").await?;
        hub.stop().await?;
    }

    async fn a_refused_session_is_tried_again_when_asked(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 401, "SESSION_REVOKED"));
        let body = json!({ "session_id": "a", "chat_id": "me", "message": "x" });
        drop(hub.client.post("/message/send", body).await?.refused(401, "session_not_authorized"));
        hub.client.wait_for_state("a", "needs_login").await?;
        // The key was good all along.
        let answer = hub.client.post("/session/a/reconnect", Value::Null).await?.expect(200);
        assert_eq!(answer["status"], "success");
        assert!(answer["message"].as_str().is_some_and(|text| text.contains("Alice")), "{answer}");
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["is_authenticated"], true);
        assert_eq!(status["state"], "online");
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        hub.stop().await?;
    }

    async fn a_refused_session_that_comes_back_late_is_logged_in_too(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 401, "SESSION_REVOKED"));
        let body = json!({ "session_id": "a", "chat_id": "me", "message": "x" });
        drop(hub.client.post("/message/send", body).await?.refused(401, "session_not_authorized"));
        hub.client.wait_for_state("a", "needs_login").await?;
        hub.dc.fault(Fault::error("users.getUsers", 500, "INTERNAL"));
        let answer = hub.client.post("/session/a/reconnect", Value::Null).await?;
        drop(answer.refused(502, "telegram_error"));
        hub.client.wait_for_state("a", "online").await?;
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["is_authenticated"], true);
        hub.stop().await?;
    }

    async fn what_cannot_be_revived_is_not_found(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("out", "+15550000001").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "out" })).await?.expect(200));
        hub.log_in("gone", "+15550000003").await?;
        scripted(hub.dc.revoke("carol"))?;
        hub.client.wait_for_state("gone", "needs_login").await?;
        let start = json!({ "session_id": "new", "phone_number": "+15550000011" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        for session in ["nobody", "out", "gone", "new"] {
            let path = format!("/session/{session}/reconnect");
            drop(hub.client.post(&path, Value::Null).await?.refused(404, "session_not_found"));
        }
        let status = hub.client.get("/session/new/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], true, "the login goes on");
        hub.stop().await?;
    }

    async fn telegram_being_away_is_a_502(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = TestHub::start_with(db, dc, patient()).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.stop().await;
        hub.client.wait_for_state("a", "backoff").await?;
        let answer = hub.client.post("/session/a/reconnect", Value::Null).await?;
        drop(answer.refused(502, "telegram_unreachable"));
        hub.stop().await?;
    }

    async fn a_restore_counts_who_is_online(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let restored = |count: u64| json!({
            "status": "success",
            "message": format!("Restored {count} sessions from database"),
            "restored_count": count,
        });
        let none = hub.client.request(reqwest::Method::POST, "/admin/restore-sessions");
        assert_eq!(crate::support::http::read(none).await?.expect(200), restored(0));

        for (name, phone) in [("a", "+15550000001"), ("out", "+15550000010"), ("gone", "+15550000003")] {
            hub.log_in(name, phone).await?;
        }
        hub.log_in("b", "+15550000002").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "out" })).await?.expect(200));
        scripted(hub.dc.revoke("carol"))?;
        hub.client.wait_for_state("gone", "needs_login").await?;
        for body in [json!({}), json!("anything"), Value::Null] {
            let answer = hub.client.post("/admin/restore-sessions", body).await?.expect(200);
            assert_eq!(answer, restored(2));
        }
        let hub = hub.restart().await?;
        let answer = hub.client.post("/admin/restore-sessions", Value::Null).await?.expect(200);
        assert_eq!(answer, restored(2));
        for session in ["a", "b"] {
            assert_eq!(hub.client.state(session).await?, "online");
        }
        hub.stop().await?;
    }
}
