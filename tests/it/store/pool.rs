use super::{at, session_id, unavailable};
use crate::support::{TestResult, contract};
use std::time::Duration;
use telegram_hub::model::StoredState;
use telegram_hub::store::sessions;
use telegram_hub::store::{Store, StoreSettings};

contract! {
    async fn writers_at_once_lose_no_update_and_see_no_lock(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let writes = (0..200).map(|n| {
            store.write(move |c| {
                let row = sessions::by_id(c, id)?;
                let state = if n % 2 == 0 { StoredState::Active } else { StoredState::Login };
                sessions::set_state(c, id, state, None, at(n))?;
                Ok(row.is_some())
            })
        });
        let all = futures_util::future::try_join_all(writes).await?;
        assert_eq!(all, vec![true; 200]);
    }

    async fn a_panic_in_a_job_rolls_back_and_leaves_the_store_usable(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        for _ in 0..8 {
            let failed = store
                .write(move |c| {
                    sessions::set_state(c, id, StoredState::Active, None, at(1))?;
                    assert!(id.0 < 0, "on purpose");
                    Ok(())
                })
                .await;
            assert!(failed.is_err_and(|error| !error.is_unavailable()));
        }
        let row = store.read(move |c| sessions::by_id(c, id)).await?;
        assert_eq!(row.map(|row| row.state), Some(StoredState::Login));
    }

    async fn a_caller_that_waits_too_long_is_told_to_come_back(db: TestDb) {
        let settings = StoreSettings {
            pool_size: 1,
            acquire_timeout: Duration::from_millis(100),
            ..db.settings()?
        };
        let store = Store::open(&settings, crate::support::db::vault(7)).await?;
        let (release, held) = std::sync::mpsc::channel::<()>();
        let (started, running) = tokio::sync::oneshot::channel();
        let busy = tokio::spawn({
            let store = store.clone();
            async move {
                store
                    .read(move |_| {
                        let _: Result<(), ()> = started.send(());
                        let _: Result<(), _> = held.recv();
                        Ok(())
                    })
                    .await
            }
        });
        running.await?;
        assert!(unavailable(store.read(|_| Ok(())).await));
        drop(release);
        busy.await??;
        store.read(|_| Ok(())).await?;
    }

    async fn a_closed_store_refuses_and_its_rows_are_there_after_reopening(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let clone = store.clone();
        store.close().await;
        assert!(unavailable(clone.read(|_| Ok(())).await));
        assert!(unavailable(clone.write(|_| Ok(())).await));
        clone.close().await;
        let again = db.open().await?;
        assert_eq!(session_id(&again, "alice").await?, id);
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_closed_sqlite_database_is_one_file() -> TestResult {
    let db = crate::support::db::TestDb::sqlite()?;
    let store = db.open().await?;
    session_id(&store, "alice").await?;
    store.close().await;
    let files: Vec<_> = std::fs::read_dir(db.dir())?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<Result<_, _>>()?;
    assert_eq!(files, ["hub.db"]);
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_full_disk_is_told_apart_and_nothing_of_the_transaction_stays() -> TestResult {
    use diesel::RunQueryDsl as _;
    let db = crate::support::db::TestDb::sqlite()?;
    let store = db.open().await?;
    let full = store
        .write(|c| {
            diesel::sql_query("PRAGMA max_page_count = 1").execute(c)?;
            diesel::sql_query("CREATE TABLE filler (bytes BLOB)").execute(c)?;
            diesel::sql_query("INSERT INTO filler VALUES (zeroblob(10000000))").execute(c)?;
            Ok(())
        })
        .await;
    assert!(unavailable(full));
    store.back().await;
    session_id(&store, "alice").await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_database_locked_by_another_program_is_unavailable_and_then_usable() -> TestResult {
    use diesel::connection::SimpleConnection as _;
    use diesel::prelude::*;
    let db = crate::support::db::TestDb::sqlite()?;
    let store = db.open().await?;
    let path = db.dir().join("hub.db").display().to_string();
    let mut other = SqliteConnection::establish(&path)?;
    other.batch_execute("BEGIN IMMEDIATE")?;
    assert!(unavailable(store.write(|_| Ok(())).await));
    // From then on others are spared the wait, and readers are not concerned.
    let asked = std::time::Instant::now();
    assert!(unavailable(store.write(|_| Ok(())).await));
    assert!(asked.elapsed() < Duration::from_secs(1));
    store.read(|_| Ok(())).await?;
    other.batch_execute("COMMIT")?;
    store.back().await;
    session_id(&store, "alice").await?;
    Ok(())
}

#[cfg(feature = "postgres-system")]
#[tokio::test]
async fn connections_that_the_server_has_cut_are_replaced() -> TestResult {
    use diesel::prelude::*;
    let Some(db) = crate::support::db::TestDb::postgres()? else {
        return Ok(());
    };
    // One connection, so that the next call would meet the cut one again.
    let settings = StoreSettings {
        pool_size: 1,
        ..db.settings()?
    };
    let store = Store::open(&settings, crate::support::db::vault(7)).await?;
    let id = session_id(&store, "alice").await?;
    let mut admin = PgConnection::establish(db.url_text())?;
    let cut = store
        .read(move |c| {
            let cut = diesel::sql_query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE pid <> pg_backend_pid() AND query LIKE '%pg_sleep(7.25)%'",
            );
            let killer = std::thread::spawn(move || {
                loop {
                    match cut.clone().execute(&mut admin) {
                        Ok(0) => std::thread::yield_now(),
                        other => return other,
                    }
                }
            });
            let slept = diesel::sql_query("SELECT pg_sleep(7.25)").execute(c);
            assert!(killer.join().is_ok_and(|killed| killed.is_ok()));
            Ok(slept?)
        })
        .await;
    assert!(unavailable(cut));
    let row = store.read(move |c| sessions::by_id(c, id)).await?;
    assert!(row.is_some());
    Ok(())
}
