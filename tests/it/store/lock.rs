use super::session;
use crate::support::contract;
use std::time::Duration;
use telegram_hub::model::{Reach, UtcTime};
use telegram_hub::store::hub_lock::{self, Acquire, Instance, LockHolder, Sighting};
use telegram_hub::store::{Error, Store};

type Failure = Box<dyn std::error::Error>;

fn hub(instance: &str, host: &str) -> Instance {
    Instance {
        instance: instance.to_owned(),
        host_id: host.to_owned(),
        pid: 1,
        process_started: "100".to_owned(),
    }
}

/// The number of the holding, if the lock was got.
fn fence(acquired: &Acquire) -> Option<i64> {
    match acquired {
        Acquire::Held { fence, .. } => Some(*fence),
        Acquire::Refused { .. } => None,
    }
}

/// Asks for the lock as a hub that sees the holder so.
async fn ask(
    store: &Store,
    asking: Instance,
    silent: Option<LockHolder>,
    seen: Sighting,
) -> Result<Acquire, Error> {
    store
        .write(move |c| hub_lock::try_acquire(c, &asking, silent.as_ref(), |_| seen))
        .await
}

contract! {
    async fn the_lock_is_held_by_one_hub_and_given_back(db: TestDb) {
        let store = db.open().await?;
        assert_eq!(store.read(hub_lock::holder).await?, None);
        let (a, b) = (hub("a", "host"), hub("b", "host"));
        let got = ask(&store, a.clone(), None, Sighting::Lives).await?;
        assert_eq!(got, Acquire::Held { fence: 1, from: None });
        let refused = ask(&store, b.clone(), None, Sighting::Lives).await?;
        let Acquire::Refused { by, seen: Sighting::Lives } = refused else {
            return Err(format!("{refused:?}").into());
        };
        assert_eq!(by.instance, a);
        let holder = a.clone();
        assert!(store.write(move |c| hub_lock::heartbeat(c, &holder, 1)).await?);
        let beaten = store.read(hub_lock::holder).await?.ok_or("nobody holds it")?;
        assert!(beaten.heartbeat_at > by.heartbeat_at, "{beaten:?}");
        assert!(store.write(move |c| hub_lock::release(c, &a, 1)).await?);
        let got = ask(&store, b, None, Sighting::Lives).await?;
        assert_eq!(got, Acquire::Held { fence: 2, from: None });
    }

    async fn a_lock_of_a_killed_hub_of_this_host_is_taken_at_once(db: TestDb) {
        let store = db.open().await?;
        let (killed, next) = (hub("a", "host"), hub("b", "host"));
        ask(&store, killed.clone(), None, Sighting::Gone).await?;
        let taken = ask(&store, next.clone(), None, Sighting::Gone).await?;
        let Acquire::Held { fence: 2, from: Some(from) } = taken else {
            return Err(format!("{taken:?}").into());
        };
        assert_eq!(from.instance, killed);
        store
            .write(move |c| {
                assert!(!hub_lock::heartbeat(c, &killed, 1)?);
                assert!(!hub_lock::release(c, &killed, 1)?);
                assert_eq!(hub_lock::holder(c)?.map(|by| by.instance), Some(next));
                Ok(())
            })
            .await?;
    }

    async fn a_hub_that_is_not_seen_is_given_up_only_as_it_was_watched(db: TestDb) {
        let store = db.open().await?;
        let (far, near) = (hub("a", "far"), hub("b", "near"));
        ask(&store, far.clone(), None, Sighting::Unseen).await?;
        let watched = store.read(hub_lock::holder).await?;
        // Whatever the times in the row say, it has not been watched.
        assert_eq!(fence(&ask(&store, near.clone(), None, Sighting::Unseen).await?), None);
        store.write(move |c| hub_lock::heartbeat(c, &far, 1)).await?;
        let asked = ask(&store, near.clone(), watched, Sighting::Unseen).await?;
        assert_eq!(fence(&asked), None, "it has given a sign of life meanwhile");
        let watched = store.read(hub_lock::holder).await?;
        let asked = ask(&store, near, watched, Sighting::Unseen).await?;
        assert_eq!(fence(&asked), Some(2));
    }

    async fn a_hub_that_has_lost_the_lock_writes_no_row_of_any_table(db: TestDb) {
        let store = db.open().await?;
        let other = db.open().await?;
        let (stale, next) = (hub("a", "far"), hub("b", "near"));
        ask(&store, stale, None, Sighting::Unseen).await?;
        store.fence("a", 1);
        session(&store, "before").await?;
        let watched = other.read(hub_lock::holder).await?;
        assert_eq!(fence(&ask(&other, next, watched, Sighting::Unseen).await?), Some(2));
        let written = session(&store, "after").await;
        assert!(written.is_err_and(|error| error.to_string().contains("another hub has taken")));
        tokio::time::timeout(Duration::from_secs(1), store.fenced()).await?;
        let attempted = store.attempt(|_| Ok(())).await;
        assert!(matches!(attempted, Err(Error::Fenced)), "{attempted:?}");
        session(&other, "by the next").await?;
        let rows = other.read(|c| telegram_hub::store::sessions::list(c, &Reach::default(), None)).await?;
        let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["before", "by the next"]);
    }

    async fn a_taker_waits_for_a_write_of_the_holder_and_a_sign_of_life_does_not(db: TestDb) {
        let (store, other) = (db.open().await?, db.open().await?);
        if store.engine() == telegram_hub::store::Engine::Sqlite {
            // It has one writer anyway.
            return Ok(());
        }
        let holder = hub("a", "far");
        ask(&store, holder.clone(), None, Sighting::Unseen).await?;
        store.fence("a", 1);
        let (began, go_on) = tokio::sync::oneshot::channel();
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let writing = store.write(move |_| {
            began.send(()).ok();
            finished.recv_timeout(Duration::from_secs(20)).ok();
            Ok(())
        });
        let taking = async {
            go_on.await?;
            // A busy hub always writes something; its signs of life must come through.
            let beating = other.beside(move |c| hub_lock::heartbeat(c, &holder, 1));
            assert!(tokio::time::timeout(Duration::from_secs(5), beating).await??);
            let watched = other.read(hub_lock::holder).await?;
            let mut taking = std::pin::pin!(ask(&other, hub("b", "near"), watched, Sighting::Unseen));
            let waits = tokio::time::timeout(Duration::from_millis(300), &mut taking).await;
            assert!(waits.is_err(), "the write would be a stale holder's: {waits:?}");
            finish.send(())?;
            Ok::<_, Failure>(taking.await?)
        };
        let (written, taken) = tokio::join!(writing, taking);
        written?;
        assert_eq!(fence(&taken?), Some(2));
    }

    async fn a_hub_that_asks_while_another_takes_the_lock_waits_and_is_refused(db: TestDb) {
        let store = db.open().await?;
        let (taken, go_on) = std::sync::mpsc::channel();
        let (second_done, watch) = std::sync::mpsc::channel();
        let first = store.write(move |c| {
            let outcome = hub_lock::try_acquire(c, &hub("a", "host"), None, |_| Sighting::Lives);
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
                    let asking = hub("b", "host");
                    let outcome = hub_lock::try_acquire(c, &asking, None, |_| Sighting::Lives);
                    // The first hub is gone when all went well.
                    let _: Result<_, _> = second_done.send(());
                    outcome
                })
                .await?;
            Ok::<_, Failure>(outcome)
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(fence(&first?), Some(1));
        assert_eq!(fence(&second?), None);
    }

    async fn of_many_hubs_starting_at_once_one_gets_the_lock(db: TestDb) {
        let store = db.open().await?;
        let attempts = (0..12).map(|n| {
            ask(&store, hub(&n.to_string(), "host"), None, Sighting::Lives)
        });
        let outcomes = futures_util::future::try_join_all(attempts).await?;
        let held = outcomes.iter().filter(|got| fence(got) == Some(1)).count();
        let refused = outcomes.iter().filter(|got| fence(got).is_none()).count();
        assert_eq!((held, refused), (1, 11));
    }

    async fn a_sign_of_life_bears_the_databases_own_time(db: TestDb) {
        let store = db.open().await?;
        let before = UtcTime::now();
        ask(&store, hub("a", "host"), None, Sighting::Unseen).await?;
        let row = store.read(hub_lock::holder).await?.ok_or("nobody holds it")?;
        let within = Duration::from_mins(1);
        assert!(row.heartbeat_at > before.before(within), "{row:?}");
        assert!(row.heartbeat_at < before.after(within), "{row:?}");
    }
}
