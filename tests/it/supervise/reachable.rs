//! Links that fail, stall or are limited: waited for with growing patience, and healed.

use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::{lasts, micros, session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;
use telegram_hub::session::BackoffPolicy;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Waits until a session has failed to connect at least this often.
async fn failed_at_least(hub: &TestHub, name: &str, attempts: u64) -> Result<Value, Failure> {
    eventually(|| async {
        let told = session(&hub.client, name).await?;
        let enough = told["backoff"]["attempt"].as_u64() >= Some(attempts);
        Ok(enough.then_some(told))
    })
    .await
}

contract! {
    async fn a_data_centre_that_is_down_at_the_start_is_waited_for(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "meanwhile {n}", 3))?;

        let mut gate = Gate::before(dc.addr())?;
        let options = Options { way: Some(gate.address()), ..options };
        let hub = TestHub::start_with(db, dc, options).await?;
        for name in ["alice", "carol"] {
            let first = failed_at_least(&hub, name, 1).await?;
            assert_eq!(first["state"], "backoff");
            assert!(first["reason"].as_str().is_some_and(|text| !text.is_empty()), "{first}");
            assert!(micros(&first["backoff"]["until"])? > micros(&first["state_since"])?);
            assert_eq!(first["is_authenticated"], true, "the key is as good as before: {first}");
            failed_at_least(&hub, name, 4).await?;
        }
        gate.open().await?;
        for name in ["alice", "carol"] {
            session_in(&hub.client, name, "online").await?;
            complete(&hub.dc, &hub.client, name).await?;
        }
        hub.stop().await?;
    }

    async fn a_link_that_fails_under_way_comes_back_by_itself(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut gate = Gate::before(dc.addr())?;
        gate.open().await?;
        let options = Options { way: Some(gate.address()), ..Options::default() };
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.log_in("carol", CAROL).await?;
        gate.shut().await;
        failed_at_least(&hub, "carol", 2).await?;
        done(hub.dc.send_many("alice", "carol", "meanwhile {n}", 3))?;
        let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
        let (answer, opened) = tokio::join!(hub.client.post("/message/send", body), async {
            failed_at_least(&hub, "carol", 3).await?;
            gate.open().await.map_err(Failure::from)
        });
        opened?;
        drop(answer?.expect(200));
        session_in(&hub.client, "carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_half_open_link_is_noticed_and_healed(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut gate = Gate::before(dc.addr())?;
        gate.open().await?;
        let options = Options { way: Some(gate.address()), ..Options::default() };
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.log_in("carol", CAROL).await?;
        for round in 1..=3 {
            gate.freeze();
            done(hub.dc.send_many("alice", "carol", &format!("round {round}, {{n}}"), 4))?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        session_in(&hub.client, "carol", "online").await?;
        hub.stop().await?;
    }

    async fn a_stalled_data_centre_is_told_and_healed(db: TestDb) {
        let mut options = Options::default();
        // The next attempt hears nothing for half a minute, so that this one wait must be seen.
        options.timing.backoff.base = Duration::from_secs(2);
        options.timing.backoff.cap = Duration::from_secs(2);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let since = session(&hub.client, "alice").await?["state_since"].clone();
        done(hub.dc.stall("carol", true))?;
        let told = failed_at_least(&hub, "carol", 1).await?;
        assert!(told["reason"].as_str().is_some_and(|text| text.contains("in time")), "{told}");
        done(hub.dc.send("alice", "carol", "hello"))?;
        hub.client.send("alice", "me", "not my trouble").await?;
        done(hub.dc.stall("carol", false))?;
        for name in ["alice", "carol"] {
            complete(&hub.dc, &hub.client, name).await?;
        }
        assert_eq!(session(&hub.client, "alice").await?["state_since"], since);
        hub.stop().await?;
    }

    async fn a_flood_wait_at_connecting_is_waited_out_in_full(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        let method = "users.getUsers";
        dc.fault(Fault::error(method, 420, "FLOOD_WAIT_3"));
        let calls = dc.calls(method);
        let hub = TestHub::start_with(db, dc, options).await?;
        let told = session_in(&hub.client, "carol", "backoff").await?;
        assert_eq!(told["backoff"]["attempt"], 1);
        assert!(told["reason"].as_str().is_some_and(|text| text.contains("wait 3 s")), "{told}");
        let since = micros(&told["state_since"])?;
        assert!(micros(&told["backoff"]["until"])? >= since + 2_990_000, "{told}");
        // Somebody in a hurry would only make the wait longer.
        let hurried = hub.client.post("/session/carol/reconnect", json!({})).await?;
        assert!(!hurried.header("retry-after").is_empty());
        drop(hurried.refused(429, "flood_wait"));
        let dc = &hub.dc;
        assert_eq!(lasts(|| async { Ok(dc.calls(method)) }).await?, calls + 1);
        let online = session_in(&hub.client, "carol", "online").await?;
        assert!(micros(&online["state_since"])? >= since + 2_990_000);
        hub.stop().await?;
    }

    async fn a_flood_wait_of_a_send_leaves_the_account_online(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let since = session(&hub.client, "carol").await?["state_since"].clone();
        hub.dc.fault(Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_31"));
        let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
        let answer = hub.client.post("/message/send", body).await?;
        assert_eq!(answer.header("retry-after"), "31");
        drop(answer.refused(429, "flood_wait"));
        done(hub.dc.send("alice", "carol", "hello"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_eq!(session(&hub.client, "carol").await?["state_since"], since);
        hub.stop().await?;
    }

    async fn too_many_connections_are_a_reason_to_wait_and_not_to_log_in(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.refuse("carol", Some(-429)))?;
        failed_at_least(&hub, "carol", 3).await?;
        assert_eq!(session(&hub.client, "carol").await?["is_authenticated"], true);
        done(hub.dc.send("alice", "carol", "meanwhile"))?;
        done(hub.dc.refuse("carol", None))?;
        session_in(&hub.client, "carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn waits_grow_from_failure_to_failure() -> crate::support::TestResult {
    let mut options = Options::default();
    options.timing.backoff = BackoffPolicy {
        base: Duration::from_millis(200),
        cap: Duration::from_mins(1),
    };
    let dc = Dc::start(DcOptions::default())?;
    let db = crate::support::db::TestDb::sqlite()?;
    let hub = TestHub::start_with(db, dc, options).await?;
    hub.log_in("carol", CAROL).await?;
    done(hub.dc.refuse("carol", Some(-429)))?;
    for attempt in 1..=4_u32 {
        let told = failed_at_least(&hub, "carol", attempt.into()).await?;
        let wait = micros(&told["backoff"]["until"])? - micros(&told["state_since"])?;
        let seen = told["backoff"]["attempt"].as_u64().ok_or("no attempt")?;
        let full = 200_000 << (seen - 1);
        assert!(
            (full / 2 - 5_000..=full + 5_000).contains(&wait),
            "{seen}: {wait}"
        );
    }
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_probe_that_is_refused_for_now_is_a_sign_of_life() -> crate::support::TestResult {
    let hub = TestHub::start(crate::support::db::TestDb::sqlite()?).await?;
    hub.log_in("carol", CAROL).await?;
    let told = session_in(&hub.client, "carol", "online").await?;
    let probe = "updates.getState";
    let calls = hub.dc.calls(probe);
    hub.dc
        .fault(Fault::error(probe, 420, "FLOOD_WAIT_1").times(2));
    hub.dc.fault(Fault::error(probe, 500, "INTERNAL").times(2));
    // One lost answer is no dead link; the second try tells.
    hub.dc.fault(Fault::new(probe, FaultKind::Silence));
    let dc = &hub.dc;
    eventually(|| async { Ok((dc.calls(probe) >= calls + 8).then_some(())) }).await?;
    let now = session(&hub.client, "carol").await?;
    assert_eq!(
        (&now["state"], &now["state_since"]),
        (&json!("online"), &told["state_since"])
    );
    hub.stop().await?;
    Ok(())
}
