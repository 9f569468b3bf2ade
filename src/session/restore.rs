//! Bringing all logged-in accounts back after a start, and saying how far that is.

use crate::error::Error;
use crate::model::{Reach, SessionState, StoredState, UtcTime};
use crate::session::registry::Registry;
use crate::store::{auth_keys, sessions};
use crate::telegram;
use log::info;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a restore is; shared by its sessions.
#[derive(Debug, Default)]
pub struct RestoreProgress {
    listed: AtomicBool,
    total: AtomicU64,
    online: AtomicU64,
    failed: AtomicU64,
}

/// One moment of a restore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RestoreSnapshot {
    /// Accounts to bring back.
    pub total: u64,
    /// Accounts whose first attempt is over.
    pub done: u64,
    /// Of these, the ones that came online.
    pub online: u64,
    /// Of these, the ones that did not; they go on trying, or need a login.
    pub failed: u64,
    /// Whether some first attempts are still to come.
    pub running: bool,
}

impl RestoreProgress {
    /// How far it is now.
    pub fn snapshot(&self) -> RestoreSnapshot {
        let total = self.total.load(Ordering::Relaxed);
        let online = self.online.load(Ordering::Relaxed);
        let failed = self.failed.load(Ordering::Relaxed);
        let done = online + failed;
        let running = !self.listed.load(Ordering::Relaxed) || done < total;
        RestoreSnapshot {
            total,
            done,
            online,
            failed,
            running,
        }
    }
}

/// A restored session's vote, cast once when its first attempt is over.
pub(super) struct RestoreTicket(Arc<RestoreProgress>);

impl RestoreTicket {
    pub(super) fn settle(self, online: bool) {
        let progress = &self.0;
        if online {
            &progress.online
        } else {
            &progress.failed
        }
        .fetch_add(1, Ordering::Relaxed);
        let now = progress.snapshot();
        if !now.running {
            info!(online = now.online, failed = now.failed; "all {} sessions are restored", now.total);
        } else if now.done.is_multiple_of(500) {
            info!("restored {} of {} sessions", now.done, now.total);
        }
    }
}

impl Registry {
    /// Starts every account within reach that was logged in; how many connect at once is the
    /// context's limit. Returns the number of accounts, which come online in their own time.
    pub async fn restore(
        &self,
        reach: Reach,
        progress: &Arc<RestoreProgress>,
    ) -> Result<u64, Error> {
        let rows = self
            .context()
            .store
            .read(move |conn| sessions::list(conn, &reach, Some(StoredState::Active)))
            .await?;
        let fresh: Vec<_> = rows
            .iter()
            .filter(|row| self.get(&row.name).is_none())
            .collect();
        let count = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
        progress.total.fetch_add(count, Ordering::Relaxed);
        progress.listed.store(true, Ordering::Relaxed);
        info!("restoring {count} sessions");
        for row in fresh {
            self.restore_one(&row.name, row.id, RestoreTicket(Arc::clone(progress)));
        }
        Ok(count)
    }

    /// Starts what was given up less than a day ago for a reason that may pass. To be called once,
    /// after a start.
    pub async fn revisit_doubted(&self) -> Result<(), Error> {
        let given_up = self
            .context()
            .store
            .read(|conn| sessions::list(conn, &Reach::default(), Some(StoredState::NeedsLogin)));
        let young = UtcTime::now().before(self.context().timing.parked_for);
        for row in given_up.await? {
            let reason = row.state_reason.unwrap_or_default();
            if telegram::is_doubtful(&reason) && row.updated_at > young {
                let state = SessionState::NeedsLogin { reason };
                self.revisit(&row.name, row.id, state, row.updated_at);
            }
        }
        Ok(())
    }

    /// Looks what became of logins that were under way when the hub ended: Telegram may have let
    /// the account in. To be called once, after a start.
    pub async fn finish_logins(&self) -> Result<(), Error> {
        let begun = self.context().store.read(|conn| {
            let mut rows = sessions::list(conn, &Reach::default(), Some(StoredState::Login))?;
            let mut held = Vec::with_capacity(rows.len());
            for row in rows.drain(..) {
                if auth_keys::is_held(conn, row.id)? {
                    held.push(row);
                }
            }
            Ok(held)
        });
        for row in begun.await? {
            self.get_or_connect(&row.name, row.id);
        }
        Ok(())
    }
}
