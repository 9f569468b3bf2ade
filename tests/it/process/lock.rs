//! The database's lock between hubs on different machines, and one that loses it.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::observe::session_in;
use crate::support::process::{HubProcess, environment, run};
use local_dc::dc::{Dc, DcOptions};
use nix::sys::signal::Signal;
use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};
use telegram_hub::model::UtcTime;
use telegram_hub::store::Store;
use telegram_hub::store::hub_lock::{self, Acquire, Instance, Sighting};

type Failure = Box<dyn std::error::Error>;

/// A hub on a machine that is not this one.
fn elsewhere() -> Instance {
    Instance {
        instance: "a-run-of-another-hub".to_owned(),
        host_id: "another machine".to_owned(),
        pid: 1,
        process_started: "1".to_owned(),
    }
}

/// Gives the lock to the hub elsewhere, whoever holds it.
async fn give_away(store: &Store) -> Result<i64, Failure> {
    let acquired = store
        .write(move |conn| hub_lock::try_acquire(conn, &elsewhere(), None, |_| Sighting::Gone))
        .await?;
    match acquired {
        Acquire::Held { fence, .. } => Ok(fence),
        Acquire::Refused { by, .. } => Err(format!("the lock is held by {by:?}").into()),
    }
}

/// Writes into the row that the holder's last sign of life is so many seconds from now.
async fn date(store: &Store, seconds: i64) -> Result<(), Failure> {
    let at = UtcTime::now().as_micros() + seconds * 1_000_000;
    let at = UtcTime::from_micros(at).ok_or("no such time")?;
    Ok(store.write(move |conn| hub_lock::date(conn, at)).await?)
}

contract! {
    async fn the_lock_of_a_silent_hub_elsewhere_is_taken_over_by_no_clock_but_ones_own(db: TestDb) {
        // A clock that is ahead or behind by any time neither hastens nor hinders it.
        let skews = [-3600, -20, 0, 20, 3600];
        let takeovers = skews.map(|skew| {
            let db = db.another();
            async move {
                let (db, dc) = (db?, Dc::start(DcOptions::default())?);
                let store = db.open().await?;
                give_away(&store).await?;
                date(&store, skew).await?;
                let asked = Instant::now();
                let hub = HubProcess::start(&db, &dc).await?;
                let took = asked.elapsed();
                assert!(took > Duration::from_secs(15), "{skew}: too soon: {took:?}");
                assert!(took < Duration::from_secs(25), "{skew}: too late: {took:?}");
                hub.terminate().await?;
                store.close().await;
                Ok::<_, Failure>(())
            }
        });
        futures_util::future::try_join_all(takeovers).await?;
    }

    async fn a_hub_that_beats_elsewhere_keeps_the_database(db: TestDb) {
        let store = db.open().await?;
        let fence = give_away(&store).await?;
        let dc = Dc::start(DcOptions::default())?;
        let env = environment(&db, &dc);
        let beating = async {
            loop {
                let beat = store.write(move |conn| {
                    hub_lock::heartbeat(conn, &elsewhere(), fence)
                });
                assert!(matches!(beat.await, Ok(true)), "the lock was taken");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let refused = tokio::select! {
            refused = run(&db, &env) => refused?,
            () = beating => return Err("nobody stops beating".into()),
        };
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        assert!(refused.stderr.contains("another hub holds this database"), "{refused:?}");
        store.close().await;
    }

    async fn a_hub_that_loses_the_lock_stops_and_says_so(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", "+15550000001").await?;
        let store = db.open().await?;
        let fence = give_away(&store).await?;
        let ended = hub.wait().await?;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.stderr.contains("another hub has taken the database over"), "{ended:?}");
        assert_eq!(dc.connections(), 0);
        // What it no longer holds is not its to give back.
        let holder = store.read(hub_lock::holder).await?;
        assert!(holder.is_some_and(|holder| holder.fence == fence));
        store.close().await;
    }

    async fn a_hub_that_is_stopped_is_ended_by_the_kernel_before_another_may_take_over(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", "+15550000001").await?;
        // It is never continued.
        let ended = hub.signal(Signal::SIGSTOP).await?;
        assert_eq!(ended.status.signal(), Some(9), "{ended:?}");
        assert!(ended.after > Duration::from_secs(8), "{ended:?}");
        assert!(ended.after < Duration::from_secs(13), "{ended:?}");
        eventually(|| async { Ok((dc.connections() == 0).then_some(())) }).await?;
        let hub = HubProcess::start(&db, &dc).await?;
        assert!(hub.stderr().contains("the kernel ended it at its deadline"), "{}", hub.stderr());
        session_in(&hub.client, "alice", "online").await?;
        hub.terminate().await?;
    }
}
