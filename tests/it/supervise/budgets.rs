//! What all accounts together may do in a time, and how often one that is refused tries.

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::{session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::json;
use std::time::{Duration, Instant};

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

fn phone(n: u32) -> String {
    format!("1555000{:04}", 1000 + n)
}

async fn all_online(hub: &TestHub, count: u32) -> Result<(), Failure> {
    eventually(|| async {
        let health = hub.client.get("/health").await?.expect(200);
        Ok((health["sessions_by_state"]["online"] == count).then_some(()))
    })
    .await
}

/// A hub that may connect this many accounts a second.
fn at_most(connects: u32) -> Options {
    let flags = vec![
        format!("--connects-per-second={connects}"),
        "--restore-concurrency=100".to_owned(),
    ];
    let mut options = Options {
        flags,
        ..Options::default()
    };
    // Nothing else is to make or lose a link.
    options.timing.probe_every = Duration::from_mins(10);
    options
}

contract! {
    async fn logins_are_bounded_over_all_sessions(db: TestDb) {
        let flags = vec!["--logins-per-minute=3".to_owned()];
        let options = Options { flags, ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        for n in 1..=3 {
            let start = json!({ "session_id": phone(n), "phone_number": phone(n) });
            drop(hub.client.post("/login/start", start).await?.expect(200));
        }
        let (calls, links) = (hub.dc.calls("auth.sendCode"), hub.dc.link_counts().accepted);
        let start = json!({ "session_id": "one too many", "phone_number": phone(4) });
        let answer = hub.client.post("/login/start", start).await?;
        let wait: u64 = answer.header("retry-after").parse()?;
        assert!((1..=20).contains(&wait), "{wait}");
        drop(answer.refused(429, "rate_limited"));
        // Also a second code for a login that is under way.
        let again = json!({ "session_id": phone(1), "phone_number": phone(1) });
        drop(hub.client.post("/login/start", again).await?.refused(429, "rate_limited"));
        assert_eq!((hub.dc.calls("auth.sendCode"), hub.dc.link_counts().accepted), (calls, links));
        let listed = hub.client.get("/sessions").await?.expect(200);
        assert_eq!(listed["total_sessions"], 3, "a refused login leaves nothing");
        hub.stop().await?;
    }

    async fn a_refused_login_leaves_no_session_unless_there_was_one(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let start = |name: &str| json!({ "session_id": name, "phone_number": CAROL });
        for (code, name) in [(400, "PHONE_NUMBER_BANNED"), (500, "INTERNAL"), (420, "FLOOD_WAIT_1")] {
            hub.dc.fault(Fault::error("auth.sendCode", code, name));
            assert_ne!(hub.client.post("/login/start", start("new")).await?.status, 200);
            let listed = hub.client.get("/sessions").await?.expect(200);
            assert_eq!(listed["total_sessions"], 0, "{name}: {listed}");
        }
        hub.log_in("known", CAROL).await?;
        drop(hub.client.post("/logout", json!({ "session_id": "known" })).await?.expect(200));
        hub.dc.fault(Fault::error("auth.sendCode", 400, "PHONE_NUMBER_BANNED"));
        assert_eq!(hub.client.post("/login/start", start("known")).await?.status, 400);
        assert_eq!(session(&hub.client, "known").await?["state"], "stopped");
        hub.log_in("known", CAROL).await?;
        hub.stop().await?;
    }

    async fn one_account_that_hangs_stops_no_others_restore(db: TestDb) {
        let mut options = Options { flags: vec!["--restore-concurrency=1".to_owned()], ..Options::default() };
        options.timing.call_timeout = Duration::from_secs(2);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        for n in 1..=5 {
            hub.log_in(&phone(n), &phone(n)).await?;
        }
        let carol = done(hub.dc.user("carol"))?;
        let (db, dc, options) = hub.stop().await?;
        dc.fault(Fault::new("users.getUsers", FaultKind::Silence).of(carol).times(1_000));
        let hub = TestHub::start_with(db, dc, options).await?;
        all_online(&hub, 5).await?;
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["state"] == "backoff").then_some(told))
        })
        .await?;
        assert!(told["reason"].as_str().is_some_and(|text| text.contains("in time")), "{told}");
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_restore_and_a_common_outage_connect_no_faster_than_allowed() -> crate::support::TestResult
{
    const ACCOUNTS: u32 = 40;
    let dc = Dc::start(DcOptions::default())?;
    let hub = TestHub::start_with(TestDb::sqlite()?, dc, at_most(20)).await?;
    for n in 1..=ACCOUNTS {
        hub.log_in(&phone(n), &phone(n)).await?;
    }
    // Two at once, and then twenty a second.
    let least = Duration::from_millis(u64::from(ACCOUNTS - 2) * 50 - 200);
    let (db, dc, options) = hub.stop().await?;
    let started = Instant::now();
    let hub = TestHub::start_with(db, dc, options).await?;
    all_online(&hub, ACCOUNTS).await?;
    assert!(started.elapsed() >= least, "{:?}", started.elapsed());

    // The links of all accounts at once, over which the client library connects by itself.
    let before = hub.dc.link_counts().accepted;
    let cut = Instant::now();
    hub.dc.drop_all_links();
    let dc = &hub.dc;
    eventually(|| async {
        let made = dc.link_counts().accepted - before;
        Ok((made >= u64::from(ACCOUNTS)).then_some(()))
    })
    .await?;
    assert!(cut.elapsed() >= least, "{:?}", cut.elapsed());

    // And all that fail together come back together.
    let before = hub.dc.link_counts().accepted;
    let cut = Instant::now();
    hub.dc.drop_all_links();
    eventually(|| async {
        let made = dc.link_counts().accepted - before;
        Ok((made >= u64::from(ACCOUNTS)).then_some(()))
    })
    .await?;
    assert!(cut.elapsed() >= least, "{:?}", cut.elapsed());
    all_online(&hub, ACCOUNTS).await?;
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn calls_over_links_that_were_cut_connect_no_faster_than_allowed()
-> crate::support::TestResult {
    const ACCOUNTS: u32 = 40;
    let dc = Dc::start(DcOptions::default())?;
    let mut options = at_most(20);
    options.timing.reconcile_after = Duration::from_mins(10);
    let hub = TestHub::start_with(TestDb::sqlite()?, dc, options).await?;
    for n in 1..=ACCOUNTS {
        hub.log_in(&phone(n), &phone(n)).await?;
    }
    all_online(&hub, ACCOUNTS).await?;
    let least = Duration::from_millis(u64::from(ACCOUNTS - 2) * 50 - 200);
    let before = hub.dc.link_counts().accepted;
    let cut = Instant::now();
    hub.dc.drop_all_links();
    // Each account is called at once, before its link can be there again.
    let sends = (1..=ACCOUNTS).map(|n| {
        let (client, session) = (&hub.client, phone(n));
        async move {
            client
                .send(&session, "@alice", "over a new connection")
                .await
        }
    });
    for sent in futures_util::future::join_all(sends).await {
        sent?;
    }
    assert!(hub.dc.link_counts().accepted - before >= u64::from(ACCOUNTS));
    assert!(cut.elapsed() >= least, "{:?}", cut.elapsed());
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn an_account_that_is_refused_tries_ever_more_rarely() -> crate::support::TestResult {
    let dc = Dc::start(DcOptions::default())?;
    let mut gate = Gate::before(dc.addr())?;
    gate.open().await?;
    let way = Some(gate.address());
    let hub = TestHub::start_with(
        TestDb::sqlite()?,
        dc,
        Options {
            way,
            ..Options::default()
        },
    )
    .await?;
    hub.log_in("carol", CAROL).await?;
    done(hub.dc.refuse("carol", Some(-429)))?;
    session_in(&hub.client, "carol", "backoff").await?;
    let (before, seen) = (gate.accepted(), Instant::now());
    eventually(|| async { Ok((seen.elapsed() > Duration::from_secs(4)).then_some(())) }).await?;
    // At least half of 50, 100, 200 and 400 ms, and then of half a second each.
    let most = 4 + usize::try_from(seen.elapsed().as_millis() / 250)?;
    let made = gate.accepted() - before;
    assert!((2..=most).contains(&made), "{made} of at most {most}");
    done(hub.dc.refuse("carol", None))?;
    session_in(&hub.client, "carol", "online").await?;
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_connection_that_is_closed_again_and_again_is_no_loop_without_pauses()
-> crate::support::TestResult {
    let dc = Dc::start(DcOptions::default())?;
    let hub = TestHub::start_with(TestDb::sqlite()?, dc, Options::default()).await?;
    hub.log_in("alice", ALICE).await?;
    hub.log_in("carol", CAROL).await?;
    let before = hub.dc.link_counts().accepted;
    let seen = Instant::now();
    // Every connection works, and is closed as soon as it is there.
    eventually(|| async {
        done(hub.dc.drop_links("carol"))?;
        Ok((seen.elapsed() > Duration::from_secs(4)).then_some(()))
    })
    .await?;
    // One is made at once, and then waits of at least 25, 50, 100, 200 and 250 ms come first;
    // the first of each link is made anew over the same one.
    let most = 2 * (5 + u64::try_from(seen.elapsed().as_millis() / 250)?);
    let made = hub.dc.link_counts().accepted - before;
    assert!((2..=most).contains(&made), "{made} of at most {most}");
    done(hub.dc.send("alice", "carol", "welcome back"))?;
    complete(&hub.dc, &hub.client, "carol").await?;
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_wish_to_reconnect_is_no_attempt_of_the_sessions_own() -> crate::support::TestResult {
    let mut options = Options::default();
    options.timing.backoff.base = Duration::from_mins(10);
    options.timing.backoff.cap = Duration::from_mins(10);
    let dc = Dc::start(DcOptions::default())?;
    let hub = TestHub::start_with(TestDb::sqlite()?, dc, options).await?;
    hub.log_in("carol", CAROL).await?;
    done(hub.dc.refuse("carol", Some(-429)))?;
    let told = session_in(&hub.client, "carol", "backoff").await?;
    for _ in 0..3 {
        let answer = hub
            .client
            .post("/session/carol/reconnect", json!({}))
            .await?;
        drop(answer.refused(502, "telegram_unreachable"));
        let now = session_in(&hub.client, "carol", "backoff").await?;
        assert_eq!(now["backoff"], told["backoff"]);
    }
    hub.stop().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_link_whose_task_dies_again_and_again_is_no_loop_without_pauses()
-> crate::support::TestResult {
    let mut options = Options::default();
    options.timing.probe_every = Duration::from_millis(10);
    let dc = Dc::start(DcOptions::default())?;
    let hub = TestHub::start_with(TestDb::sqlite()?, dc, options).await?;
    hub.log_in("carol", CAROL).await?;
    let carol = done(hub.dc.user("carol"))?;
    // Every link is accepted, and the first look at it ends its task.
    let deadly = Fault::new("updates.getState", FaultKind::Hollow);
    let (before, seen) = (hub.dc.link_counts().accepted, Instant::now());
    hub.dc.fault(deadly.of(carol).times(100_000));
    eventually(|| async { Ok((seen.elapsed() > Duration::from_secs(4)).then_some(())) }).await?;
    let most = 5 + u64::try_from(seen.elapsed().as_millis() / 250)?;
    let made = hub.dc.link_counts().accepted - before;
    assert!((2..=most).contains(&made), "{made} of at most {most}");
    hub.dc.clear_faults();
    session_in(&hub.client, "carol", "online").await?;
    complete(&hub.dc, &hub.client, "carol").await?;
    hub.stop().await?;
    Ok(())
}
