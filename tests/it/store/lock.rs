use super::at;
use crate::support::contract;
use std::time::Duration;
use telegram_hub::store::hub_lock::{self, Acquire, Instance};

const TTL: Duration = Duration::from_secs(30);

fn hub(instance: &str, host: &str) -> Instance {
    Instance {
        instance: instance.to_owned(),
        host_id: host.to_owned(),
        pid: 1,
        process_started: "100".to_owned(),
    }
}

contract! {
    async fn the_lock_is_held_by_one_hub_and_given_back(db: TestDb) {
        let store = db.open().await?;
        store
            .write(|c| {
                let (a, b) = (hub("a", "host"), hub("b", "host"));
                assert_eq!(hub_lock::holder(c)?, None);
                assert_eq!(hub_lock::try_acquire(c, &a, at(0), TTL, |_| true)?, Acquire::Held(1));
                assert!(hub_lock::heartbeat(c, &a, 1, at(5))?);
                let refused = hub_lock::try_acquire(c, &b, at(999), TTL, |_| true)?;
                assert!(matches!(refused, Acquire::Refused { by } if by.instance == a && by.heartbeat_at == at(5)));
                assert!(hub_lock::release(c, &a, 1)?);
                assert_eq!(hub_lock::try_acquire(c, &b, at(6), TTL, |_| true)?, Acquire::Held(2));
                Ok(())
            })
            .await?;
    }

    async fn a_lock_of_a_killed_hub_of_this_host_is_taken_at_once(db: TestDb) {
        let store = db.open().await?;
        store
            .write(|c| {
                let (killed, next) = (hub("a", "host"), hub("b", "host"));
                hub_lock::try_acquire(c, &killed, at(0), TTL, |_| true)?;
                let is_alive = |_: &hub_lock::HolderRow| false;
                assert_eq!(hub_lock::try_acquire(c, &next, at(0), TTL, is_alive)?, Acquire::Held(2));
                assert!(!hub_lock::heartbeat(c, &killed, 1, at(1))?);
                assert!(!hub_lock::release(c, &killed, 1)?);
                assert_eq!(hub_lock::holder(c)?.map(|by| by.instance), Some(next));
                Ok(())
            })
            .await?;
    }

    async fn a_silent_hub_of_another_host_is_given_up_after_the_time_limit(db: TestDb) {
        let store = db.open().await?;
        store
            .write(|c| {
                let (far, near) = (hub("a", "far"), hub("b", "near"));
                hub_lock::try_acquire(c, &far, at(0), TTL, |_| true)?;
                let unknown = |_: &hub_lock::HolderRow| false;
                let early = hub_lock::try_acquire(c, &near, at(29), TTL, unknown)?;
                assert!(matches!(early, Acquire::Refused { .. }));
                assert_eq!(hub_lock::try_acquire(c, &near, at(30), TTL, unknown)?, Acquire::Held(2));
                Ok(())
            })
            .await?;
    }

    async fn a_hub_that_asks_while_another_takes_the_lock_waits_and_is_refused(db: TestDb) {
        let store = db.open().await?;
        let (taken, go_on) = std::sync::mpsc::channel();
        let (second_done, watch) = std::sync::mpsc::channel();
        let first = store.write(move |c| {
            let outcome = hub_lock::try_acquire(c, &hub("a", "host"), at(0), TTL, |_| true);
            assert!(taken.send(()).is_ok());
            // Nothing must come within this time: the second hub waits for this transaction.
            assert!(watch.recv_timeout(Duration::from_millis(300)).is_err());
            outcome
        });
        let other = db.open().await?;
        let second = async {
            tokio::task::spawn_blocking(move || go_on.recv()).await??;
            let outcome = other
                .write(move |c| {
                    let outcome = hub_lock::try_acquire(c, &hub("b", "host"), at(0), TTL, |_| true);
                    // The first hub is gone when all went well.
                    let _: Result<_, _> = second_done.send(());
                    outcome
                })
                .await?;
            Ok::<_, Box<dyn std::error::Error>>(outcome)
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first?, Acquire::Held(1));
        assert!(matches!(second?, Acquire::Refused { .. }));
    }

    async fn of_many_hubs_starting_at_once_one_gets_the_lock(db: TestDb) {
        let store = db.open().await?;
        let attempts = (0..12).map(|n| {
            let asking = hub(&n.to_string(), "host");
            store.write(move |c| hub_lock::try_acquire(c, &asking, at(0), TTL, |_| true))
        });
        let outcomes = futures_util::future::try_join_all(attempts).await?;
        let held = outcomes.iter().filter(|o| matches!(o, Acquire::Held(1))).count();
        let refused = outcomes.iter().filter(|o| matches!(o, Acquire::Refused { .. })).count();
        assert_eq!((held, refused), (1, 11));
    }
}
