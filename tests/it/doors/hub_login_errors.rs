//! Logging in, the ways that lead nowhere: each error, and that the login can go on after it.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

fn start(session: &str, phone: &str) -> Value {
    json!({ "session_id": session, "phone_number": phone })
}

fn code(session: &str, hash: &Value, code: &str) -> Value {
    json!({ "session_id": session, "phone_code": code, "phone_code_hash": hash })
}

fn password(session: &str, password: &str) -> Value {
    json!({ "session_id": session, "password": password })
}

/// What Telegram answers to a step, and what the hub makes of it.
type Case = (i32, &'static str, u16, &'static str);

const ANY_STEP: [Case; 2] = [
    (400, "SOMETHING_NEW", 502, "telegram_error"),
    (500, "INTERNAL", 502, "telegram_error"),
];

contract! {
    async fn a_wrong_code_can_be_corrected(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        let hash = &started["phone_code_hash"];
        for wrong in ["54321", "1", "", "not a code", "12345 "] {
            let answer = hub.client.post("/login/code", code("a", hash, wrong)).await?;
            let body = answer.refused(400, "phone_code_invalid");
            assert!(body["detail"].is_string(), "{body}");
            let status = hub.client.get("/session/a/status").await?.expect(200);
            assert_eq!(status["in_login_cache"], true);
        }
        let right = hub.client.post("/login/code", code("a", hash, "12345")).await?;
        assert_eq!(right.expect(200)["status"], "success");
        hub.stop().await?;
    }

    async fn an_expired_code_leaves_the_login_in_place(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", "+15550000001")).await?.expect(200);
        let hash = &started["phone_code_hash"];
        hub.dc.fault(Fault::error("auth.signIn", 400, "PHONE_CODE_EXPIRED"));
        let expired = hub.client.post("/login/code", code("a", hash, "12345")).await?;
        drop(expired.refused(400, "phone_code_expired"));
        let unknown = hub.client.post("/login/code", code("a", &json!("no-such-hash"), "12345")).await?;
        drop(unknown.refused(400, "phone_code_expired"));
        let again = hub.client.post("/login/code", code("a", hash, "12345")).await?;
        assert_eq!(again.expect(200)["status"], "success");
        hub.stop().await?;
    }

    async fn a_wrong_password_can_be_corrected(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("b", "+15550000002")).await?.expect(200);
        let early = hub.client.post("/login/password", password("b", "bob-password")).await?;
        drop(early.refused(404, "login_not_found"));
        let asked = hub.client.post("/login/code", code("b", &started["phone_code_hash"], "12345"));
        assert_eq!(asked.await?.expect(200)["status"], "2fa_required");
        for wrong in ["wrong", "", "bob-password ", "пароль"] {
            let answer = hub.client.post("/login/password", password("b", wrong)).await?;
            drop(answer.refused(400, "password_invalid"));
        }
        let right = hub.client.post("/login/password", password("b", "bob-password")).await?;
        assert_eq!(right.expect(200)["status"], "success");
        hub.stop().await?;
    }

    async fn a_step_without_a_login_is_not_found(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.log_in("c", "+15550000003").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "c" })).await?.expect(200));
        for session in ["nobody", "a", "c"] {
            let step = hub.client.post("/login/code", code(session, &json!("hash"), "12345")).await?;
            let body = step.refused(404, "login_not_found");
            assert!(body["detail"].as_str().is_some_and(|text| text.contains("/login/start")));
            let step = hub.client.post("/login/password", password(session, "x")).await?;
            drop(step.refused(404, "login_not_found"));
        }
        let listed = hub.client.get("/sessions").await?.expect(200);
        assert_eq!(listed["total_sessions"], 2, "a step makes no session");
        hub.stop().await?;
    }

    async fn a_number_that_telegram_refuses_is_told_apart(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for phone in ["+4915112345678", "+1", "", "no digits"] {
            let answer = hub.client.post("/login/start", start("a", phone)).await?;
            let body = answer.refused(400, "phone_number_invalid");
            assert!(body["detail"].is_string(), "{phone}: {body}");
        }
        for (code, name, status, wire) in [
            (400, "PHONE_NUMBER_BANNED", 400, "phone_number_banned"),
            (400, "API_ID_INVALID", 400, "api_id_invalid"),
            (420, "FLOOD_WAIT_77", 429, "flood_wait"),
        ].into_iter().chain(ANY_STEP) {
            hub.dc.fault(Fault::error("auth.sendCode", code, name));
            // A name of its own: the flood wait is kept with it.
            let answer = hub.client.post("/login/start", start(name, "+15550000001")).await?;
            let waits = match code {
                420 => "77",
                // Telegram's own fault passes.
                500 => "5",
                _ => "",
            };
            assert_eq!(answer.header("retry-after"), waits, "{name}");
            drop(answer.refused(status, wire));
        }
        hub.log_in("a", "+15550000001").await?;
        hub.stop().await?;
    }

    async fn an_error_of_a_step_leaves_the_login_in_place(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("b", "+15550000002")).await?.expect(200);
        let sent = code("b", &started["phone_code_hash"], "12345");
        for (code, name, status, wire) in [
            (400, "PHONE_NUMBER_UNOCCUPIED", 400, "sign_up_required"),
        ].into_iter().chain(ANY_STEP) {
            hub.dc.fault(Fault::error("auth.signIn", code, name));
            let answer = hub.client.post("/login/code", sent.clone()).await?;
            drop(answer.refused(status, wire));
        }
        hub.dc.fault(Fault::error("auth.signIn", 420, "FLOOD_WAIT_1"));
        let answer = hub.client.post("/login/code", sent.clone()).await?;
        assert_eq!(answer.header("retry-after"), "1");
        drop(answer.refused(429, "flood_wait"));
        let asked = hub.dc.calls("auth.signIn");
        drop(hub.client.post("/login/code", sent.clone()).await?.refused(429, "flood_wait"));
        assert_eq!(hub.dc.calls("auth.signIn"), asked, "Telegram is not asked within the wait");
        let sent = eventually(|| async {
            let answer = hub.client.post("/login/code", sent.clone()).await?;
            Ok((answer.status != 429).then_some(answer))
        })
        .await?;
        assert_eq!(sent.expect(200)["status"], "2fa_required");
        for (code, name, status, wire) in ANY_STEP {
            hub.dc.fault(Fault::error("auth.checkPassword", code, name));
            let answer = hub.client.post("/login/password", password("b", "bob-password")).await?;
            drop(answer.refused(status, wire));
        }
        let right = hub.client.post("/login/password", password("b", "bob-password")).await?;
        assert_eq!(right.expect(200)["status"], "success");
        hub.stop().await?;
    }

    async fn a_crowd_of_requests_for_one_session_is_told_to_come_back(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let slow = FaultKind::Delay(Duration::from_millis(300));
        hub.dc.fault(Fault::new("auth.sendCode", slow));
        let crowd = (0..30).map(|_| hub.client.post("/login/start", start("a", "+15550000001")));
        let mut busy = 0;
        for answer in futures_util::future::join_all(crowd).await {
            let answer = answer?;
            if answer.status == 200 {
                continue;
            }
            assert_eq!(answer.header("retry-after"), "1");
            drop(answer.refused(409, "session_busy"));
            busy += 1;
        }
        assert!((1..30).contains(&busy), "{busy} were refused");
        hub.log_in("a", "+15550000001").await?;
        hub.stop().await?;
    }

    async fn a_data_centre_that_is_away_answers_502_and_leaves_nothing_behind(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.dc.stop().await;
        let answer = hub.client.post("/login/start", start("a", "+15550000001")).await?;
        let body = answer.refused(502, "telegram_unreachable");
        assert!(body["detail"].as_str().is_some_and(|text| text.contains("request ")), "{body}");
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], false);
        assert_eq!(status["is_authenticated"], false);
        hub.stop().await?;
    }
}
