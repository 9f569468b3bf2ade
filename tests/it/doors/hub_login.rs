//! Logging in, the ways that lead somewhere.

use super::{logged_out, user};
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use serde_json::{Value, json};

fn start(session: &str, phone: &str) -> Value {
    json!({ "session_id": session, "phone_number": phone })
}

fn code(session: &str, hash: &Value, code: &str) -> Value {
    json!({ "session_id": session, "phone_code": code, "phone_code_hash": hash })
}

fn password(session: &str, password: &str) -> Value {
    json!({ "session_id": session, "password": password })
}

contract! {
    async fn a_login_by_code_answers_in_the_contracts_shapes(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?;
        assert_eq!(started.header("content-type"), "application/json");
        let mut started = started.expect(200);
        let hash = started["phone_code_hash"].take();
        assert!(hash.as_str().is_some_and(|hash| !hash.is_empty()));
        let expected = json!({
            "status": "success",
            "message": "Verification code sent to your phone",
            "phone_code_hash": null,
        });
        assert_eq!(started, expected);

        let done = hub.client.post("/login/code", code("a", &hash, "12345")).await?.expect(200);
        let expected = json!({
            "status": "success",
            "message": "Login successful",
            "user": user(1, "Alice"),
        });
        assert_eq!(done, expected);
        hub.stop().await?;
    }

    async fn a_password_is_asked_for_with_status_200(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("b", "+15550000002")).await?.expect(200);
        let hash = &started["phone_code_hash"];
        let required = json!({
            "status": "2fa_required",
            "message": "Two-factor authentication is enabled. Please provide your password",
        });
        // The code is used up at Telegram; a client that sends it again learns the same.
        for _ in 0..2 {
            let asked = hub.client.post("/login/code", code("b", hash, "12345")).await?.expect(200);
            assert_eq!(asked, required);
        }
        let status = hub.client.get("/session/b/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], true);
        assert_eq!(status["is_authenticated"], false);
        assert_eq!(status["user_info"], Value::Null);

        let answer = hub.client.post("/login/password", password("b", "bob-password")).await?;
        let expected = json!({
            "status": "success",
            "message": "Login successful",
            "user": user(2, "Bob"),
        });
        assert_eq!(answer.expect(200), expected);
        let status = hub.client.get("/session/b/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], false);
        assert_eq!(status["is_authenticated"], true);
        hub.stop().await?;
    }

    async fn a_second_start_replaces_the_first_one(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let first = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        let second = hub.client.post("/login/start", start("a", "+15550000003")).await?.expect(200);
        assert_ne!(first["phone_code_hash"], second["phone_code_hash"]);
        let old = hub.client.post("/login/code", code("a", &first["phone_code_hash"], "12345"));
        drop(old.await?.refused(400, "phone_code_expired"));
        let new = hub.client.post("/login/code", code("a", &second["phone_code_hash"], "12345"));
        assert_eq!(new.await?.expect(200)["user"], user(3, "Carol"));
        hub.stop().await?;
    }

    async fn a_start_while_the_password_is_awaited_begins_anew(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let first = hub.client.post("/login/start", start("b", "+15550000002")).await?.expect(200);
        let asked = hub.client.post("/login/code", code("b", &first["phone_code_hash"], "12345"));
        assert_eq!(asked.await?.expect(200)["status"], "2fa_required");
        hub.log_in("b", "+15550000002").await?;
        hub.client.wait_for_state("b", "online").await?;
        hub.stop().await?;
    }

    async fn a_logged_in_session_sends_no_code(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let codes = hub.dc.calls("auth.sendCode");
        let again = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        let expected = json!({
            "status": "already_logged_in",
            "message": "This session is already logged in",
        });
        assert_eq!(again, expected);
        assert_eq!(hub.dc.calls("auth.sendCode"), codes);
        hub.stop().await?;
    }

    async fn a_phone_number_may_be_written_in_any_form(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for phone in [
            "+15550000001",
            "15550000001",
            "+1 (555) 000-0001",
            " 1.555.000.0001 ",
            "tel:+1/555/0000001",
        ] {
            let started = hub.client.post("/login/start", start("a", phone)).await?.expect(200);
            let hash = &started["phone_code_hash"];
            let wrong = hub.client.post("/login/code", code("a", hash, "99999")).await?;
            drop(wrong.refused(400, "phone_code_invalid"));
        }
        hub.stop().await?;
    }

    async fn a_session_can_be_logged_in_again_and_keeps_its_messages(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.client.send("a", "me", "before").await?;
        hub.client.wait_for_messages("a", 1).await?;
        let out = json!({ "session_id": "a" });
        let answer = hub.client.post("/logout", out).await?.expect(200);
        assert_eq!(answer, logged_out("Logged out successfully"));

        hub.log_in("a", "+15550000001").await?;
        hub.client.wait_for_state("a", "online").await?;
        hub.client.send("a", "me", "after").await?;
        let messages = hub.client.wait_for_messages("a", 2).await?;
        let texts: Vec<_> = messages.iter().map(|message| &message["text"]).collect();
        assert_eq!(texts, ["after", "before"]);
        hub.stop().await?;
    }

    async fn a_login_outlives_a_link_that_breaks(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        hub.dc.drop_all_links();
        let hash = &started["phone_code_hash"];
        let first = hub.client.post("/login/code", code("a", hash, "12345")).await?;
        if first.status != 200 {
            drop(first.refused(502, "telegram_unreachable"));
            let second = hub.client.post("/login/code", code("a", hash, "12345")).await?;
            assert_eq!(second.expect(200)["status"], "success");
        }
        hub.stop().await?;
    }

    async fn a_login_lapses(db: TestDb) {
        let mut options = Options::default();
        options.timing.login_lifetime = std::time::Duration::from_millis(200);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        hub.client.wait_for_state("a", "stopped").await?;
        let hash = &started["phone_code_hash"];
        let late = hub.client.post("/login/code", code("a", hash, "12345")).await?;
        drop(late.refused(404, "login_not_found"));
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], false);
        hub.stop().await?;
    }

    async fn a_code_that_telegram_is_slow_to_take_is_taken_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        let delay = local_dc::world::faults::FaultKind::Delay(std::time::Duration::from_millis(200));
        hub.dc.fault(Fault::new("auth.signIn", delay));
        let body = code("a", &started["phone_code_hash"], "12345");
        let twice = tokio::join!(
            hub.client.post("/login/code", body.clone()),
            hub.client.post("/login/code", body.clone()),
        );
        let mut statuses = [twice.0?.status, twice.1?.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        assert_eq!(hub.dc.calls("auth.signIn"), 1);
        hub.stop().await?;
    }
}
