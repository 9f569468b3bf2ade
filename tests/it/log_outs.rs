//! What the hub says of log-outs is so: Telegram keeps no authorisation that the hub has forgotten.

mod damaged;
mod logins;

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::gate::Gate;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use telegram_hub::model::StringKind;

type Failure = Box<dyn std::error::Error>;

const ALICE: &str = "+15550000001";

/// How many keys are logged in as an account.
fn keys(dc: &Dc, account: &str) -> Result<usize, Failure> {
    let account = dc
        .account(account)
        .map_err(|refusal| format!("{refusal:?}"))?;
    Ok(account.keys)
}

async fn until_keys(dc: &Dc, account: &str, wanted: usize) -> Result<(), Failure> {
    eventually(|| async { Ok((keys(dc, account)? == wanted).then_some(())) }).await
}

async fn pending(client: &Client) -> Result<Value, Failure> {
    Ok(client.get("/health").await?.expect(200)["pending_log_outs"].clone())
}

async fn until_nothing_is_pending(client: &Client) -> Result<(), Failure> {
    eventually(|| async { Ok((pending(client).await? == 0).then_some(())) }).await
}

/// Destroys a session whose key Telegram cannot take back yet.
async fn destroyed_for_now(client: &Client, name: &str) -> Result<(), Failure> {
    let asked = Instant::now();
    let answer = client
        .delete(&format!("/session/{name}"))
        .await?
        .expect(200);
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(
        (&answer["status"], &answer["logged_out"]),
        (&json!("success"), &json!(false))
    );
    let message = answer["message"].as_str().unwrap_or_default();
    assert!(
        !message.contains("completely") && message.contains("log-out"),
        "{answer}"
    );
    assert_eq!(
        client.get("/sessions").await?.expect(200)["total_sessions"],
        0
    );
    assert_eq!(pending(client).await?, 1);
    Ok(())
}

/// A hub whose way to the data centre a test can shut.
async fn behind_a_gate(db: TestDb) -> Result<(TestHub, Gate), Failure> {
    let dc = Dc::start(DcOptions::default())?;
    let mut gate = Gate::before(dc.addr())?;
    gate.open().await?;
    let options = Options {
        way: Some(gate.address()),
        ..Options::default()
    };
    Ok((TestHub::start_with(db, dc, options).await?, gate))
}

contract! {
    async fn a_session_destroyed_while_telegram_is_away_is_logged_out_after_a_restart(db: TestDb) {
        let (hub, mut gate) = behind_a_gate(db).await?;
        hub.log_in("a", ALICE).await?;
        hub.client.send("a", "me", "note").await?;
        hub.client.wait_for_messages("a", 1).await?;
        gate.shut().await;
        hub.client.wait_for_state("a", "backoff").await?;
        destroyed_for_now(&hub.client, "a").await?;
        // Asked again, the answer is as true.
        destroyed_for_now(&hub.client, "a").await?;
        let again = hub.client.post("/logout", json!({ "session_id": "a" })).await?.expect(200);
        assert_eq!(again["logged_out"], false);
        assert_eq!(keys(&hub.dc, "alice")?, 1);

        let hub = hub.restart().await?;
        assert_eq!((pending(&hub.client).await?, keys(&hub.dc, "alice")?), (json!(1), 1));
        gate.open().await?;
        until_keys(&hub.dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;
        let done = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!(done["logged_out"], true);
        assert_eq!(done["message"], "Session a destroyed completely");
        assert_eq!(hub.client.messages("a").await?.len(), 1, "the messages stay");
        let metrics = hub.client.get("/metrics").await?.expect(200);
        let metrics = metrics.as_str().unwrap_or_default();
        assert!(metrics.contains("telegram_hub_log_outs_pending 0"), "{metrics}");
        assert!(metrics.contains(r#"telegram_hub_log_outs_total{outcome="done"}"#), "{metrics}");
        hub.stop().await?;
    }

    async fn a_session_destroyed_over_a_stalled_link_is_logged_out_later(db: TestDb) {
        let (hub, mut gate) = behind_a_gate(db).await?;
        hub.log_in("a", ALICE).await?;
        gate.freeze();
        gate.hold().await?;
        destroyed_for_now(&hub.client, "a").await?;
        assert_eq!(keys(&hub.dc, "alice")?, 1);
        gate.open().await?;
        until_keys(&hub.dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;
        hub.stop().await?;
    }

    async fn a_session_destroyed_in_a_restore_is_logged_out_later(db: TestDb) {
        let (hub, mut gate) = behind_a_gate(db).await?;
        hub.log_in("a", ALICE).await?;
        let (db, dc, options) = hub.stop().await?;
        gate.shut().await;
        gate.hold().await?;
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("a", "connecting").await?;
        destroyed_for_now(&hub.client, "a").await?;
        assert_eq!(keys(&hub.dc, "alice")?, 1);
        gate.open().await?;
        until_keys(&hub.dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;
        hub.stop().await?;
    }

    async fn a_logout_while_telegram_is_away_says_so_and_is_done_later(db: TestDb) {
        let (hub, mut gate) = behind_a_gate(db).await?;
        hub.log_in("a", ALICE).await?;
        gate.shut().await;
        hub.client.wait_for_state("a", "backoff").await?;
        let answer = hub.client.post("/logout", json!({ "session_id": "a" })).await?.expect(200);
        assert_eq!((&answer["status"], &answer["logged_out"]), (&json!("success"), &json!(false)));
        assert_ne!(answer["message"], "Logged out successfully");
        assert_eq!(hub.client.state("a").await?, "stopped");
        let string = json!({ "session_id": "a", "phone_number": ALICE });
        drop(hub.client.post("/login/start", string).await?.refused(502, "telegram_unreachable"));
        gate.open().await?;
        until_keys(&hub.dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;
        // The name has been free all along.
        hub.log_in("a", ALICE).await?;
        assert_eq!(keys(&hub.dc, "alice")?, 1);
        hub.stop().await?;
    }

    async fn a_logout_that_telegram_refuses_is_asked_for_again(db: TestDb) {
        use local_dc::world::faults::Fault;
        let hub = TestHub::start(db).await?;
        hub.log_in("a", ALICE).await?;
        let refusal = || Fault::error("auth.logOut", 500, "INTERNAL").times(10_000);
        hub.dc.fault(refusal());
        let answer = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!(answer["logged_out"], false);
        eventually(|| async { Ok((hub.dc.calls("auth.logOut") >= 4).then_some(())) }).await?;
        hub.dc.clear_faults();
        until_keys(&hub.dc, "alice", 0).await?;
        until_nothing_is_pending(&hub.client).await?;

        // Ended from elsewhere, nothing is left to log out.
        hub.log_in("a", ALICE).await?;
        hub.dc.fault(refusal());
        let answer = hub.client.delete("/session/a").await?.expect(200);
        assert_eq!(answer["logged_out"], false);
        hub.dc.revoke("alice").map_err(|refusal| format!("{refusal:?}"))?;
        hub.dc.clear_faults();
        until_nothing_is_pending(&hub.client).await?;
        hub.stop().await?;
    }

    async fn a_key_that_waits_for_its_log_out_is_not_taken_over(db: TestDb) {
        use secrecy::ExposeSecret as _;
        let (hub, mut gate) = behind_a_gate(db).await?;
        hub.log_in("a", ALICE).await?;
        let server = &hub.hub.registry.context().link.server;
        let name = telegram_hub::model::SessionName::parse("a")?;
        let kind = StringKind::Telethon;
        let string = telegram_hub::session::export(&hub.hub.store, server, &name, kind).await?;
        gate.shut().await;
        hub.client.wait_for_state("a", "backoff").await?;
        destroyed_for_now(&hub.client, "a").await?;
        let import = json!({ "session_id": "b", "session_string": string.expose_secret() });
        let answer = hub.client.post("/sessions/import", import).await?;
        drop(answer.refused(409, "session_in_use"));
        gate.open().await?;
        until_nothing_is_pending(&hub.client).await?;
        hub.stop().await?;
    }
}
