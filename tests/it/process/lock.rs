//! The database's lock between hubs on different machines, and one that loses it.

use crate::support::contract;
use crate::support::process::{HubProcess, environment, run};
use local_dc::dc::{Dc, DcOptions};
use std::time::{Duration, Instant};
use telegram_hub::model::UtcTime;
use telegram_hub::store::Store;
use telegram_hub::store::hub_lock::{self, Acquire, Instance};

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

/// Gives the lock to the hub elsewhere, whoever holds it, as if it had last beaten at an instant.
async fn give_away(store: &Store, beaten: UtcTime) -> Result<i64, Failure> {
    let acquired = store
        .write(move |conn| {
            let long_ago = Duration::ZERO;
            hub_lock::try_acquire(conn, &elsewhere(), beaten, long_ago, |_| false)
        })
        .await?;
    match acquired {
        Acquire::Held(fence) => Ok(fence),
        Acquire::Refused { by } => Err(format!("the lock is held by {by:?}").into()),
    }
}

contract! {
    async fn the_lock_of_a_silent_hub_elsewhere_is_taken_over(db: TestDb) {
        let store = db.open().await?;
        give_away(&store, UtcTime::now().before(Duration::from_secs(10))).await?;
        let dc = Dc::start(DcOptions::default())?;
        let asked = Instant::now();
        let hub = HubProcess::start(&db, &dc).await?;
        // Five seconds until it counts as silent, and two of its heartbeats for it to find out.
        assert!(asked.elapsed() > Duration::from_secs(10), "too soon: {:?}", asked.elapsed());
        assert!(asked.elapsed() < Duration::from_secs(20), "too late: {:?}", asked.elapsed());
        hub.terminate().await?;
        store.close().await;
    }

    async fn a_hub_that_beats_elsewhere_keeps_the_database(db: TestDb) {
        let store = db.open().await?;
        let fence = give_away(&store, UtcTime::now()).await?;
        let dc = Dc::start(DcOptions::default())?;
        let env = environment(&db, &dc);
        let beating = async {
            loop {
                let beat = store.write(move |conn| {
                    hub_lock::heartbeat(conn, &elsewhere(), fence, UtcTime::now())
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
        let fence = give_away(&store, UtcTime::now()).await?;
        let ended = hub.wait().await?;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        assert!(ended.stderr.contains("another hub has taken the database over"), "{ended:?}");
        assert_eq!(dc.connections(), 0);
        // What it no longer holds is not its to give back.
        let holder = store.read(hub_lock::holder).await?;
        assert!(holder.is_some_and(|holder| holder.fence == fence));
        store.close().await;
    }
}
