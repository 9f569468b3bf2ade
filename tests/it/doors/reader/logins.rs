//! Logging in to get a session string.

use super::{API_HASH, API_ID, flags, get};
use crate::doors::fault;
use crate::support::contract;
use crate::support::http::Answer;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use serde_json::{Value, json};
use std::time::Duration;
use telegram_hub::model::StringKind;
use telegram_hub::telegram::SessionString;

type Failure = Box<dyn std::error::Error>;

const ALICE: &str = "+15550000001";
const BOB: &str = "+15550000002";

async fn send(hub: &TestHub, phone: &str) -> Result<Answer, Failure> {
    // Workflows send numbers as text.
    let body = json!({ "api_id": API_ID, "api_hash": API_HASH, "phone": phone });
    hub.client.post("/auth/send-code", body).await
}

async fn verify(hub: &TestHub, phone: &str, more: Value) -> Result<Answer, Failure> {
    let mut body = json!({ "api_id": 12_345_678, "api_hash": API_HASH, "phone": phone });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name.as_str()] = value.clone();
    }
    hub.client.post("/auth/verify-code", body).await
}

/// The string of a successful login, which works.
async fn working(hub: &TestHub, answer: Answer, name: &str) -> Result<String, Failure> {
    let body = answer.expect(200);
    assert_eq!(body["detail"], "Authenticated successfully.");
    let string = body["session_string"]
        .as_str()
        .ok_or("no string")?
        .to_owned();
    assert_eq!(string.len(), 353);
    let read = SessionString::parse(&string, StringKind::Telethon)?;
    assert_eq!(read.address, Some(hub.dc.addr()));
    let me = get(hub, "/me", &string).await?.expect(200);
    assert_eq!(me["username"], name);
    Ok(string)
}

contract! {
    async fn a_code_leads_to_a_string_that_works_after_a_restart(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let sent = send(&hub, ALICE).await?.expect(200);
        assert_eq!(sent, json!({ "detail": "Verification code sent." }));
        let done = verify(&hub, ALICE, json!({ "code": "12345", "password": "" })).await?;
        let string = working(&hub, done, "alice").await?;
        drop(verify(&hub, ALICE, json!({ "code": "12345" })).await?.refused(400, "login_not_found"));
        let sessions = hub.client.get("/sessions").await?.expect(200);
        assert_eq!(sessions["sessions"], json!([]), "nothing is kept");
        let hub = hub.restart().await?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        hub.stop().await?;
    }

    async fn a_password_comes_with_the_code_or_after_it(db: TestDb) {
        let hub = TestHub::start(db).await?;
        drop(send(&hub, BOB).await?.expect(200));
        let both = json!({ "code": "12345", "password": "bob-password" });
        working(&hub, verify(&hub, BOB, both.clone()).await?, "bob").await?;

        drop(send(&hub, BOB).await?.expect(200));
        for _ in 0..2 {
            let missing = verify(&hub, BOB, json!({ "code": "12345" })).await?;
            drop(missing.refused(400, "password_required"));
        }
        let wrong = json!({ "code": "12345", "password": "wrong" });
        drop(verify(&hub, BOB, wrong).await?.refused(400, "password_invalid"));
        working(&hub, verify(&hub, BOB, both).await?, "bob").await?;

        drop(send(&hub, BOB).await?.expect(200));
        drop(verify(&hub, BOB, json!({ "code": 12345 })).await?.refused(400, "password_required"));
        let alone = json!({ "password": "bob-password" });
        working(&hub, verify(&hub, BOB, alone).await?, "bob").await?;
        hub.stop().await?;
    }

    async fn a_wrong_code_leaves_the_login_and_the_right_one_may_be_a_number(db: TestDb) {
        let hub = TestHub::start(db).await?;
        drop(send(&hub, ALICE).await?.expect(200));
        drop(verify(&hub, ALICE, json!({ "code": "54321" })).await?.refused(400, "phone_code_invalid"));
        let nothing = verify(&hub, ALICE, json!({})).await?.refused(422, "invalid_request");
        assert_eq!(fault(&nothing), ("body.code".to_owned(), "missing".to_owned()));
        working(&hub, verify(&hub, "1 (555) 000-0001", json!({ "code": 12345 })).await?, "alice").await?;
        hub.stop().await?;
    }

    async fn a_second_code_takes_the_place_of_the_first(db: TestDb) {
        let hub = TestHub::start(db).await?;
        drop(send(&hub, ALICE).await?.expect(200));
        let links = hub.dc.link_counts().accepted;
        drop(send(&hub, ALICE).await?.expect(200));
        assert_eq!(hub.dc.link_counts().accepted, links, "over the same connection");
        working(&hub, verify(&hub, ALICE, json!({ "code": "12345" })).await?, "alice").await?;
        hub.stop().await?;
    }

    async fn logins_are_of_one_application_and_lapse(db: TestDb) {
        let mut options = Options::default();
        options.timing.login_lifetime = Duration::from_millis(600);
        options.flags = vec!["--reader-idle=1".to_owned()];
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        drop(send(&hub, ALICE).await?.expect(200));
        let other = json!({ "api_id": 7, "code": "12345" });
        drop(verify(&hub, ALICE, other).await?.refused(400, "login_not_found"));
        crate::support::http::eventually(|| async {
            Ok((hub.dc.link_counts().open == 0).then_some(()))
        }).await?;
        let late = verify(&hub, ALICE, json!({ "code": "12345" })).await?;
        let text = late.refused(400, "login_not_found");
        assert!(text["detail"].as_str().unwrap_or_default().contains("/auth/send-code"), "{text}");
        hub.stop().await?;
    }

    async fn logins_are_bounded_and_share_the_hubs_budget(db: TestDb) {
        let options = flags(&["--reader-clients=1", "--logins-per-minute=2"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        drop(send(&hub, ALICE).await?.expect(200));
        drop(send(&hub, BOB).await?.refused(429, "rate_limited"));
        drop(send(&hub, ALICE).await?.expect(200));
        drop(send(&hub, ALICE).await?.refused(429, "rate_limited"));
        working(&hub, verify(&hub, ALICE, json!({ "code": "12345" })).await?, "alice").await?;
        hub.stop().await?;
    }

    async fn refusals_of_a_code_have_their_statuses_and_leave_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (error, code) in [
            ("PHONE_NUMBER_INVALID", "phone_number_invalid"),
            ("PHONE_NUMBER_BANNED", "phone_number_banned"),
            ("API_ID_INVALID", "api_id_invalid"),
        ] {
            hub.dc.fault(Fault::error("auth.sendCode", 400, error));
            drop(send(&hub, ALICE).await?.refused(400, code));
            drop(verify(&hub, ALICE, json!({ "code": "12345" })).await?.refused(400, "login_not_found"));
        }
        drop(send(&hub, "no digits").await?.refused(400, "phone_number_invalid"));
        hub.dc.fault(Fault::error("auth.sendCode", 420, "FLOOD_WAIT_77"));
        let waiting = send(&hub, ALICE).await?;
        assert_eq!(waiting.header("retry-after"), "77");
        drop(waiting.refused(429, "flood_wait"));
        let body = json!({ "api_id": "x", "phone": null });
        let refused = hub.client.post("/auth/send-code", body).await?.expect(422);
        assert_eq!(crate::doors::faults(&refused), [
            ("body.api_id".to_owned(), "int_parsing".to_owned()),
            ("body.api_hash".to_owned(), "missing".to_owned()),
            ("body.phone".to_owned(), "string_type".to_owned()),
        ]);
        crate::support::http::eventually(|| async {
            Ok((hub.dc.link_counts().open == 0).then_some(()))
        }).await?;
        hub.stop().await?;
    }
}
