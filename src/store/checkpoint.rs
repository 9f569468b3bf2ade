//! Folding SQLite's write-ahead log into the database, beside the writers.
//!
//! A transaction that finds the log long would do it itself and hold all others up meanwhile. It
//! owns one task for each SQLite store; the writers' own way remains for a log that outgrows it.
//! Source: <https://www.sqlite.org/wal.html#ckpt>.

use crate::store::pool::Inner;
use crate::store::{AnyConnection, Error, Store};
use diesel::prelude::*;
use diesel::sql_types::Integer;
use std::sync::Weak;
use std::time::Duration;

/// How often the log's length is looked at while there are writes.
const EVERY: Duration = Duration::from_millis(200);

/// The length from which on the log is folded, in pages.
const LONG: i32 = 8_000;

/// Runs until the store is closed or gone.
pub(super) async fn run(store: Weak<Inner>) {
    let mut writes = 0;
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(store) = Store::alive(&store) else {
            return;
        };
        if std::mem::replace(&mut writes, store.writes()) == writes {
            continue;
        }
        if let Err(error) = shorten(&store).await {
            log::debug!("the write-ahead log is not folded: {error}");
        }
    }
}

async fn shorten(store: &Store) -> Result<(), Error> {
    let pages = store.read(|conn| checkpoint(conn, "NOOP")).await?;
    if pages < LONG {
        return Ok(());
    }
    // Most of it while others write. What they have added goes with no writer under way, so that
    // the next one finds nothing left in the log and starts it anew.
    store.read(|conn| checkpoint(conn, "PASSIVE")).await?;
    store
        .between_writes(|conn| checkpoint(conn, "PASSIVE"))
        .await?;
    Ok(())
}

/// Folds the whole log and empties it, so that a copy of the one file is complete.
pub(super) fn truncate(conn: &mut AnyConnection) -> Result<(), Error> {
    checkpoint(conn, "TRUNCATE").map(drop)
}

/// The same, saying whether nothing is left in the log.
pub(super) fn emptied(conn: &mut AnyConnection) -> Result<bool, Error> {
    let outcome: Outcome = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
    Ok(outcome.busy == 0)
}

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Integer)]
    busy: i32,
    #[diesel(sql_type = Integer)]
    log: i32,
}

/// The pages in the log, after a checkpoint of that kind.
fn checkpoint(conn: &mut AnyConnection, kind: &str) -> Result<i32, Error> {
    let outcome: Outcome =
        diesel::sql_query(format!("PRAGMA wal_checkpoint({kind})")).get_result(conn)?;
    Ok(outcome.log)
}
