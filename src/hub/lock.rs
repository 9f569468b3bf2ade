//! The database's lock: one hub at a time, because one key must never be connected twice.
//!
//! A holder on this host is judged by its process, at once. One on another host is judged by its
//! heartbeat; after taking over from it the new holder waits two heartbeats, in which the old one,
//! should it come back, finds out and stops.

use crate::hub::instance;
use crate::model::UtcTime;
use crate::store::hub_lock::{self, Acquire, HolderRow, Instance};
use crate::store::{self, Store};
use log::{error, info, warn};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const HEARTBEAT: Duration = Duration::from_secs(3);

/// How old the last heartbeat of a holder on another host must be.
const TIME_TO_LIVE: Duration = Duration::from_secs(15);

/// Why the lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another hub lives and holds it.
    #[error(
        "another hub holds this database (process {pid}, since {since}); one Telegram key must \
         not be connected twice, so stop that one first or give this one another DATABASE_URL"
    )]
    Held {
        /// Its process.
        pid: i64,
        /// Since when.
        since: UtcTime,
    },
    /// The database failed.
    #[error("the database's lock cannot be read: {0}")]
    Store(#[from] store::Error),
}

/// The held lock.
pub(super) struct DatabaseLock {
    own: Instance,
    fence: i64,
    lost: CancellationToken,
}

impl DatabaseLock {
    /// Takes the lock, if need be after its holder on another host has been silent long enough.
    pub(super) async fn acquire(store: &Store) -> Result<Self, LockError> {
        let own = instance::own();
        let mut before: Option<HolderRow> = None;
        loop {
            let asking = own.clone();
            let acquired = store
                .write(move |conn| {
                    let now = UtcTime::now();
                    hub_lock::try_acquire(conn, &asking, now, TIME_TO_LIVE, instance::is_alive)
                })
                .await?;
            match acquired {
                Acquire::Held(fence) => {
                    if before.is_some() {
                        warn!("took the database over from a hub that has been silent");
                        tokio::time::sleep(HEARTBEAT * 2).await;
                    }
                    return Ok(Self {
                        own,
                        fence,
                        lost: CancellationToken::new(),
                    });
                }
                Acquire::Refused { by } => {
                    let beats = before.as_ref().is_some_and(|seen| *seen != by);
                    if beats || by.instance.host_id == own.host_id {
                        return Err(LockError::Held {
                            pid: by.instance.pid,
                            since: by.acquired_at,
                        });
                    }
                    if before.is_none() {
                        info!("the database is held on another host; waiting whether it lives");
                    }
                    before = Some(by);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Gives signs of life until told to stop, or until the lock is lost.
    pub(super) async fn keep(&self, store: &Store, stop: &CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(HEARTBEAT) => {}
                () = stop.cancelled() => return,
            }
            let (own, fence) = (self.own.clone(), self.fence);
            // Also while the database is known to be away: a sign of life is small, and another
            // host would take over without it.
            let beat = store
                .attempt(move |conn| hub_lock::heartbeat(conn, &own, fence, UtcTime::now()))
                .await;
            match beat {
                Ok(true) => {}
                Ok(false) => {
                    error!("another hub has taken the database; this one stops");
                    self.lost.cancel();
                    return;
                }
                Err(error) => warn!("no sign of life could be stored: {error}"),
            }
        }
    }

    /// Waits until the lock is lost.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Gives the lock back.
    pub(super) async fn release(&self, store: &Store) {
        let (own, fence) = (self.own.clone(), self.fence);
        if let Err(error) = store
            .write(move |conn| hub_lock::release(conn, &own, fence))
            .await
        {
            // The next hub finds our process gone.
            warn!("the database's lock could not be given back: {error}");
        }
    }
}
