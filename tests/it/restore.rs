//! Bringing the stored accounts back at a start.

use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::session_in;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Waits until the restore is over, and answers its figures.
async fn restored(client: &Client) -> Result<Value, Failure> {
    eventually(|| async {
        let restore = client.get("/health").await?.expect(200)["restore"].take();
        Ok((restore["running"] == false).then_some(restore))
    })
    .await
}

/// Logs this many accounts of the fleet in, each under its number.
async fn log_in_fleet(client: &Client, count: u32) -> Result<Vec<String>, Failure> {
    stream::iter((1..=count).map(|n| format!("1555000{:04}", 1000 + n)))
        .map(|phone| async move {
            client.log_in(&phone, &phone).await?;
            Ok::<_, Failure>(phone)
        })
        .buffered(16)
        .try_collect()
        .await
}

contract! {
    async fn http_answers_while_the_restore_is_under_way(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        let mut gate = Gate::before(dc.addr())?;
        gate.hold().await?;
        let options = Options { way: Some(gate.address()), ..options };
        let hub = TestHub::start_with(db, dc, options).await?;

        let health = eventually(|| async {
            let health = hub.client.get("/health").await?.expect(200);
            Ok((health["restore"]["total"] == 2).then_some(health))
        })
        .await?;
        let under_way = json!({ "total": 2, "done": 0, "online": 0, "failed": 0, "running": true });
        assert_eq!(health["restore"], under_way);
        assert_eq!(health["status"], "healthy");
        for name in ["alice", "carol"] {
            let told = session_in(&hub.client, name, "connecting").await?;
            assert_eq!(told["is_authenticated"], true, "{told}");
        }
        gate.open().await?;
        let over = json!({ "total": 2, "done": 2, "online": 2, "failed": 0, "running": false });
        assert_eq!(restored(&hub.client).await?, over);
        hub.stop().await?;
    }

    async fn one_bad_account_stops_nobody(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let fleet = log_in_fleet(&hub.client, 4).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.revoke("carol"))?;
        done(dc.deactivate(&fleet[1]))?;
        // One at a time, and the bad one first, as it was the first to log in.
        let options = Options { flags: vec!["--restore-concurrency=1".to_owned()], ..options };
        let hub = TestHub::start_with(db, dc, options).await?;
        let over = json!({ "total": 5, "done": 5, "online": 3, "failed": 2, "running": false });
        assert_eq!(restored(&hub.client).await?, over);
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["sessions_by_state"]["online"], 3);
        assert_eq!(health["sessions_by_state"]["needs_login"], 2);
        assert_eq!(session_in(&hub.client, "carol", "needs_login").await?["reason"], "SESSION_REVOKED");
        for phone in [&fleet[0], &fleet[2], &fleet[3]] {
            done(hub.dc.send("alice", phone, "hello"))?;
            complete(&hub.dc, &hub.client, phone).await?;
        }
        hub.stop().await?;
    }

    async fn only_logged_in_accounts_are_brought_back(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.log_in("gone", "+15550001001").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "gone" })).await?.expect(200));
        let start = json!({ "session_id": "half way", "phone_number": ALICE });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        let hub = hub.restart().await?;
        let over = json!({ "total": 1, "done": 1, "online": 1, "failed": 0, "running": false });
        assert_eq!(restored(&hub.client).await?, over);
        // The login that was half way is looked at once, and given up.
        eventually(|| async { Ok((hub.dc.connections() == 1).then_some(())) }).await?;
        let half_way = json!({ "session_id": "half way", "password": "none" });
        let answer = hub.client.post("/login/password", half_way).await?;
        drop(answer.refused(404, "login_not_found"));
        hub.stop().await?;
    }

    async fn a_fleet_of_two_hundred_comes_back(db: TestDb) {
        let flags = vec!["--restore-concurrency=20".to_owned()];
        let dc = local_dc::dc::Dc::start(local_dc::dc::DcOptions::default())?;
        let mut options = Options { flags, ..Options::default() };
        // Two hundred links share two processors with other tests.
        options.timing.probe_timeout = Duration::from_secs(5);
        let hub = TestHub::start_with(db, dc, options).await?;
        let fleet = log_in_fleet(&hub.client, 200).await?;
        let (db, dc, options) = hub.stop().await?;
        for phone in &fleet {
            done(dc.send("alice", phone, "welcome back"))?;
        }
        let hub = TestHub::start_with(db, dc, options).await?;
        let over = json!({ "total": 200, "done": 200, "online": 200, "failed": 0, "running": false });
        assert_eq!(restored(&hub.client).await?, over);
        for phone in &fleet {
            complete(&hub.dc, &hub.client, phone).await?;
        }
        assert_eq!(hub.dc.connections(), 200);
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn no_more_accounts_connect_at_once_than_allowed() -> crate::support::TestResult {
    let hub = TestHub::start(crate::support::db::TestDb::sqlite()?).await?;
    log_in_fleet(&hub.client, 8).await?;
    let (db, dc, options) = hub.stop().await?;
    let mut gate = Gate::before(dc.addr())?;
    gate.hold().await?;
    let flags = vec!["--restore-concurrency=3".to_owned()];
    let way = Some(gate.address());
    let hub = TestHub::start_with(
        db,
        dc,
        Options {
            way,
            flags,
            ..options
        },
    )
    .await?;
    eventually(|| async { Ok((gate.accepted() == 3).then_some(())) }).await?;
    let most = crate::support::observe::lasts(|| async { Ok(gate.accepted()) }).await?;
    assert_eq!(most, 3);
    gate.open().await?;
    assert_eq!(restored(&hub.client).await?["online"], 8);
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_stop_does_not_wait_for_a_restore_that_is_stuck() -> crate::support::TestResult {
    let hub = TestHub::start(crate::support::db::TestDb::sqlite()?).await?;
    log_in_fleet(&hub.client, 4).await?;
    let (db, dc, options) = hub.stop().await?;
    let mut gate = Gate::before(dc.addr())?;
    gate.hold().await?;
    let options = Options {
        way: Some(gate.address()),
        ..options
    };
    let hub = TestHub::start_with(db, dc, options).await?;
    eventually(|| async { Ok((gate.accepted() == 4).then_some(())) }).await?;
    let asked = Instant::now();
    hub.stop().await?;
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    Ok(())
}
