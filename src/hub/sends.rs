//! One send at a time for each idempotency key, within this process.
//!
//! The database knows what became of a key; this keeps two requests with the same key from asking
//! it at the same time, so that the second one gets the first one's answer.

use crate::model::SessionId;
use dashmap::DashMap;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

type Key = (SessionId, String);

/// The keys that are in use at this moment.
#[derive(Default)]
pub(crate) struct SendLocks(DashMap<Key, Arc<Mutex<()>>>);

/// A key's turn; dropping it lets the next request have it.
pub(crate) struct SendTurn<'a> {
    locks: &'a SendLocks,
    key: Key,
    guard: Option<OwnedMutexGuard<()>>,
}

impl SendLocks {
    /// Waits for the key's turn.
    pub(crate) async fn turn(&self, session: SessionId, key: &str) -> SendTurn<'_> {
        let key = (session, key.to_owned());
        let lock = Arc::clone(self.0.entry(key.clone()).or_default().value());
        SendTurn {
            locks: self,
            key,
            guard: Some(lock.lock_owned().await),
        }
    }
}

impl Drop for SendTurn<'_> {
    fn drop(&mut self) {
        self.guard = None;
        // The map's own reference is the last one when nobody else waits.
        self.locks
            .0
            .remove_if(&self.key, |_, lock| Arc::strong_count(lock) == 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_has_one_turn_at_a_time_and_leaves_nothing_behind() {
        let locks = SendLocks::default();
        let first = locks.turn(SessionId(1), "k").await;
        let mut second = Box::pin(locks.turn(SessionId(1), "k"));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(locks.turn(SessionId(2), "k").await);
        drop(first);
        drop(second.await);
        assert!(locks.0.is_empty());
    }
}
