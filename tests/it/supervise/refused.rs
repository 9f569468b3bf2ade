//! Refusals after which only a login helps: noticed, told, stored, and never retried.

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::gate::Gate;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done, stored_keys};
use crate::support::observe::{lasts, session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::time::{Duration, Instant};
use telegram_hub::model::StringKind;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Makes Telegram refuse Carol's key.
type Refuse = fn(&Dc) -> Result<(), Failure>;

fn revoke(dc: &Dc) -> Result<(), Failure> {
    done(dc.revoke("carol")).map(drop)
}

fn deactivate(dc: &Dc) -> Result<(), Failure> {
    done(dc.deactivate("carol")).map(drop)
}

fn forget(dc: &Dc) -> Result<(), Failure> {
    done(dc.refuse("carol", Some(-404))).map(drop)
}

fn duplicate(dc: &Dc) -> Result<(), Failure> {
    refuse_calls(dc, 406, "AUTH_KEY_DUPLICATED")
}

fn expire(dc: &Dc) -> Result<(), Failure> {
    refuse_calls(dc, 401, "SESSION_EXPIRED")
}

fn refuse_calls(dc: &Dc, code: i32, name: &str) -> Result<(), Failure> {
    let carol = done(dc.user("carol"))?;
    dc.fault(Fault::error("*", code, name).of(carol).times(1_000));
    Ok(())
}

/// Every way to refuse, with the reason that the hub is to tell.
const WAYS: [(Refuse, &str); 5] = [
    (revoke, "SESSION_REVOKED"),
    (deactivate, "USER_DEACTIVATED"),
    (forget, "AUTH_KEY_REJECTED"),
    (duplicate, "AUTH_KEY_DUPLICATED"),
    (expire, "SESSION_EXPIRED"),
];

/// Waits until Carol needs a login, and checks what is told, that she is left alone, and what
/// her clients are told.
async fn is_refused(hub: &TestHub, reason: &str) -> Result<(), Failure> {
    let told = session_in(&hub.client, "carol", "needs_login").await?;
    assert_eq!(told["reason"], reason, "{told}");
    assert_eq!(told["is_authenticated"], false, "{told}");
    assert_eq!(told["is_connected"], false, "{told}");
    eventually(|| async { Ok((hub.dc.connections() == 0).then_some(())) }).await?;
    let dc = &hub.dc;
    lasts(|| async { Ok((dc.all_calls(), dc.link_counts().accepted)) }).await?;
    let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "no" });
    let answer = hub.client.post("/message/send", body).await?;
    let answer = answer.refused(401, "session_not_authorized");
    assert!(
        answer["detail"]
            .as_str()
            .is_some_and(|text| text.contains(reason)),
        "{answer}"
    );
    Ok(())
}

/// How often anything has been asked that needs an authorisation.
fn calls(dc: &Dc) -> u64 {
    let all = dc.all_calls().into_iter();
    let asked = all.filter(|(method, _)| *method != "help.getConfig");
    asked.map(|(_, count)| count).sum()
}

/// Revokes Carol's session, and checks that one call finds it out and no other follows. Telegram
/// closes the links of a session that ends, if they are to be cut.
async fn is_revoked_once(hub: &TestHub, cut: bool) -> Result<(), Failure> {
    hub.log_in("carol", CAROL).await?;
    session_in(&hub.client, "carol", "online").await?;
    revoke(&hub.dc)?;
    let (before, asked) = (calls(&hub.dc), Instant::now());
    if cut {
        hub.dc.drop_all_links();
    }
    let told = session_in(&hub.client, "carol", "needs_login").await?;
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(lasts(|| async { Ok(calls(&hub.dc)) }).await?, before + 1);
    assert_eq!(told["healing"]["needs_login"], 1, "{told}");
    assert_eq!(
        told["healing"]["last"]["reason"], "SESSION_REVOKED",
        "{told}"
    );
    Ok(())
}

/// A key that is used from another address ends for both, and neither tries again.
#[tokio::test]
async fn a_key_that_two_hubs_use_from_two_addresses_ends_for_both() -> crate::support::TestResult {
    let dc = Dc::start(DcOptions::default())?;
    let first = TestHub::start_with(TestDb::sqlite()?, dc, Options::default()).await?;
    first.log_in("carol", CAROL).await?;
    let name = telegram_hub::model::SessionName::parse("carol")?;
    let server = &first.hub.registry.context().link.server;
    let string =
        telegram_hub::session::export(&first.hub.store, server, &name, StringKind::Telethon);
    let string = string.await?;
    let mut gate = Gate::seen_at(first.dc.addr(), [127, 0, 0, 2])?;
    gate.open().await?;
    let options = Options {
        way: Some(gate.address()),
        ..Options::default()
    };
    let second = TestHub::start_with(TestDb::sqlite()?, first.dc.clone(), options).await?;
    let body = json!({ "session_id": "carol", "session_string": string.expose_secret() });
    // Its trial may be answered before both have ended.
    drop(second.client.post("/sessions/import", body).await?);
    is_refused(&first, "AUTH_KEY_DUPLICATED").await?;
    let overlaps = first.dc.overlaps();
    assert_eq!(
        overlaps.iter().filter(|one| one.duplicated).count(),
        1,
        "{overlaps:?}"
    );
    assert_eq!(overlaps[0].latter.to_string(), "127.0.0.2");
    second.stop().await?;
    first.stop().await?;
    Ok(())
}

contract! {
    async fn a_revoked_account_needs_a_login_at_once_after_one_call_by_a_probe(db: TestDb) {
        let mut options = Options::default();
        options.timing.reconcile_after = Duration::from_mins(10);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        is_revoked_once(&hub, false).await?;
        hub.stop().await?;
    }

    async fn a_revoked_account_needs_a_login_at_once_after_one_call_by_the_reading(db: TestDb) {
        let mut options = Options::default();
        options.timing.reconcile_after = Duration::from_mins(10);
        options.timing.probe_every = Duration::from_mins(10);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        is_revoked_once(&hub, true).await?;
        hub.stop().await?;
    }

    async fn a_refused_key_ends_the_session_without_retry(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        for (refuse, reason) in WAYS {
            hub.log_in("carol", CAROL).await?;
            done(hub.dc.send("alice", "carol", reason))?;
            complete(&hub.dc, &hub.client, "carol").await?;
            let keys = stored_keys(&hub.hub.store, "carol").await?;
            assert!(keys.iter().any(|key| key.auth_key.is_some()));

            refuse(&hub.dc)?;
            is_refused(&hub, reason).await?;
            assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys, "{reason}");

            // A start remembers: nothing is connected for an account that needs a login.
            let accepted = hub.dc.link_counts().accepted;
            hub = hub.restart().await?;
            let told = session(&hub.client, "carol").await?;
            assert_eq!((&told["state"], &told["reason"]), (&json!("needs_login"), &json!(reason)));
            assert_eq!(hub.dc.link_counts().accepted, accepted);
            assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys, "{reason}");
            complete(&hub.dc, &hub.client, "carol").await?;
            hub.dc.clear_faults();
        }
        hub.stop().await?;
    }

    async fn a_key_refused_while_the_hub_is_away_is_found_out_at_the_start(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        for (refuse, reason) in WAYS {
            hub.log_in("carol", CAROL).await?;
            let keys = stored_keys(&hub.hub.store, "carol").await?;
            let (db, dc, options) = hub.stop().await?;
            refuse(&dc)?;
            hub = TestHub::start_with(db, dc, options).await?;
            is_refused(&hub, reason).await?;
            assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys, "{reason}");
            hub.dc.clear_faults();
        }
        hub.stop().await?;
    }

    async fn a_refusal_told_to_a_call_ends_the_session_at_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.client.send("carol", "@alice", "still allowed").await?;
        revoke(&hub.dc)?;
        let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "no more" });
        let answer = hub.client.post("/message/send", body).await?;
        drop(answer.refused(401, "session_not_authorized"));
        is_refused(&hub, "SESSION_REVOKED").await?;
        assert_eq!(hub.dc.ledger_len(), 1);
        hub.stop().await?;
    }

    async fn one_refused_account_touches_no_other(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let since = session(&hub.client, "alice").await?["state_since"].clone();
        revoke(&hub.dc)?;
        session_in(&hub.client, "carol", "needs_login").await?;
        done(hub.dc.send("carol", "alice", "from elsewhere"))?;
        hub.client.send("alice", "me", "a note").await?;
        complete(&hub.dc, &hub.client, "alice").await?;
        let told = session(&hub.client, "alice").await?;
        assert_eq!((&told["state"], &told["state_since"]), (&json!("online"), &since));
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_reconnect_of_a_refused_account_asks_once_and_keeps_the_key() -> crate::support::TestResult
{
    let hub = TestHub::start(TestDb::sqlite()?).await?;
    hub.log_in("carol", CAROL).await?;
    let keys = stored_keys(&hub.hub.store, "carol").await?;
    hub.dc
        .fault(Fault::new("*", FaultKind::TransportError(-404)).times(1_000));
    session_in(&hub.client, "carol", "needs_login").await?;
    let accepted = hub.dc.link_counts().accepted;
    let answer = reconnect(&hub.client, "carol").await?;
    assert_eq!(answer, 404);
    is_refused(&hub, "AUTH_KEY_REJECTED").await?;
    // grammers makes a second link of its own accord, to ask for a new key, which it does not get.
    assert!(hub.dc.link_counts().accepted - accepted <= 2);
    assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys);

    hub.dc.clear_faults();
    assert_eq!(reconnect(&hub.client, "carol").await?, 200);
    hub.client.wait_for_state("carol", "online").await?;
    hub.stop().await?;
    Ok(())
}

async fn reconnect(client: &Client, name: &str) -> Result<u16, Failure> {
    let path = format!("/session/{name}/reconnect");
    Ok(client.post(&path, json!({})).await?.status)
}
