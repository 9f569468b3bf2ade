//! Logins that end between Telegram's yes and the hub's own note of it, and those that Telegram
//! refuses.

use super::{ALICE, destroyed_for_now, keys, pending, until_keys, until_nothing_is_pending};
use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::process::{HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use telegram_hub::model::SessionName;
use telegram_hub::store::sessions;

type Failure = Box<dyn std::error::Error>;

fn start(session: &str, phone: &str) -> Value {
    json!({ "session_id": session, "phone_number": phone })
}

/// Sends the code, and kills the hub when Telegram has let the account in and nobody knows.
async fn killed_in_sign_in(hub: HubProcess, dc: &Dc) -> Result<(), Failure> {
    let started = hub
        .client
        .post("/login/start", start("a", ALICE))
        .await?
        .expect(200);
    let code = json!({
        "session_id": "a", "phone_code": "12345", "phone_code_hash": started["phone_code_hash"],
    });
    dc.fault(Fault::new("auth.signIn", FaultKind::LoseAnswer));
    let client = hub.client.clone();
    let step = tokio::spawn(async move { client.post("/login/code", code).await.is_ok() });
    until_keys(dc, "alice", 1).await?;
    hub.kill()?;
    drop(step.await);
    Ok(())
}

contract! {
    async fn a_login_killed_after_telegrams_yes_is_completed_by_the_next_start(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        killed_in_sign_in(HubProcess::start(&db, &dc).await?, &dc).await?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.wait_for_state("a", "online").await?;
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["user_info"]["username"], "alice");
        let answer = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!((&answer["logged_out"], keys(&dc, "alice")?), (&json!(true), 0));
        hub.terminate().await?;
    }

    async fn a_login_killed_after_telegrams_yes_and_destroyed_is_logged_out(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut gate = Gate::before(dc.addr())?;
        gate.open().await?;
        let mut env = environment(&db, &dc);
        env.insert("TELEGRAM_SERVER", gate.address().to_string());
        killed_in_sign_in(HubProcess::start_with(&db, &env).await?, &dc).await?;
        gate.shut().await;
        gate.hold().await?;
        let hub = HubProcess::start_with(&db, &env).await?;
        hub.client.wait_for_state("a", "connecting").await?;
        destroyed_for_now(&hub.client, "a").await?;
        assert_eq!(keys(&dc, "alice")?, 1);
        gate.open().await?;
        until_keys(&dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;
        hub.terminate().await?;
    }

    async fn a_login_that_was_never_let_in_is_given_up_by_the_next_start(db: TestDb) {
        let hub = TestHub::start(db).await?;
        drop(hub.client.post("/login/start", start("a", ALICE)).await?.expect(200));
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "stopped").await?;
        assert_eq!(pending(&hub.client).await?, 0);
        hub.log_in("a", ALICE).await?;
        let answer = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!((&answer["logged_out"], keys(&hub.dc, "alice")?), (&json!(true), 0));
        hub.stop().await?;
    }

    async fn a_code_whose_answer_was_lost_logs_in_when_it_is_sent_again(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let started = hub.client.post("/login/start", start("a", ALICE)).await?.expect(200);
        let code = json!({
            "session_id": "a", "phone_code": "12345", "phone_code_hash": started["phone_code_hash"],
        });
        hub.dc.fault(Fault::new("auth.signIn", FaultKind::LoseAnswer));
        let lost = hub.client.post("/login/code", code.clone()).await?;
        drop(lost.refused(502, "telegram_unreachable"));
        let answer = hub.client.post("/login/code", code).await?.expect(200);
        assert_eq!(answer["user"]["username"], "alice");
        hub.client.wait_for_state("a", "online").await?;
        hub.stop().await?;
    }

    async fn a_refused_login_leaves_no_name_behind(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let name = SessionName::parse("a")?;
        let refusals = [
            (400, "PHONE_NUMBER_BANNED"), (400, "API_ID_INVALID"), (500, "INTERNAL"),
            (400, "PHONE_NUMBER_INVALID"),
        ];
        for round in 0..=refusals.len() {
            match refusals.get(round) {
                Some((code, text)) => hub.dc.fault(Fault::error("auth.sendCode", *code, text)),
                None => hub.dc.fault(Fault::new("auth.sendCode", FaultKind::Close)),
            }
            let crowd = (0..4).map(|_| hub.client.post("/login/start", start("a", "+4915112345678")));
            for answer in futures_util::future::join_all(crowd).await {
                assert!(answer?.status >= 400);
            }
            eventually(|| async { Ok(hub.hub.registry.is_empty().then_some(())) }).await?;
            let listed = hub.client.get("/sessions").await?.expect(200);
            assert_eq!(listed["total_sessions"], 0, "round {round}: {listed}");
            let wanted = name.clone();
            let id = hub.hub.store.read(move |conn| sessions::id_of_name(conn, &wanted)).await?;
            assert_eq!(id, None, "round {round}");
            assert_eq!(pending(&hub.client).await?, 0);
            drop(hub.client.get("/session/a/messages").await?.refused(404, "session_not_found"));
        }
        hub.log_in("a", ALICE).await?;
        hub.stop().await?;
    }

    async fn a_refused_login_leaves_a_session_with_a_past_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", ALICE).await?;
        hub.client.send("a", "me", "note").await?;
        hub.client.wait_for_messages("a", 1).await?;
        drop(hub.client.post("/logout", json!({ "session_id": "a" })).await?.expect(200));
        drop(hub.client.post("/login/start", start("a", "+1")).await?.refused(400, "phone_number_invalid"));
        assert_eq!(hub.client.state("a").await?, "stopped");
        drop(hub.client.delete("/session/a").await?.expect(200));
        drop(hub.client.post("/login/start", start("a", "+1")).await?.refused(400, "phone_number_invalid"));
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 0);
        assert_eq!(hub.client.messages("a").await?.len(), 1);
        hub.stop().await?;
    }
}
