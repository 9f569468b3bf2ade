//! When each row of the log could first be read by others.
//!
//! Owns a connection of its own that looks again and again, also while the hub is down. What the
//! hub writes about times is not believed: a row counts from its commit.

use super::journal::now;
use crate::Failure;
use crate::database::{Database, Growth};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use telegram_hub::store::Store;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often to look; a delay is told by so much too long at most.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Microseconds since 1970 by the number of a row.
type Instants = HashMap<i64, i64>;

/// The look-out on a database; it ends when dropped.
#[derive(Debug)]
pub(super) struct Appearances {
    seen: Arc<Mutex<Instants>>,
    looking: JoinHandle<()>,
}

impl Drop for Appearances {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

impl Appearances {
    /// Starts to look, from the first row on.
    pub(super) async fn watch(database: &Database) -> Result<Self, Failure> {
        let store = database.open_impatient().await?;
        let seen = Arc::default();
        Ok(Self {
            looking: tokio::spawn(look(store, Arc::clone(&seen))),
            seen,
        })
    }

    /// What has been seen so far.
    pub(super) fn so_far(&self) -> Instants {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Instants> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn look(store: Store, seen: Arc<Mutex<Instants>>) {
    let mut growth = Growth::after(0);
    loop {
        // The database may be away: that is one of the faults.
        let rows = growth.look(&store).await.unwrap_or_default();
        let instant = now();
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for row in rows {
                seen.entry(row.id).or_insert(instant);
            }
        }
        sleep(LOOK_EVERY).await;
    }
}
