//! One at a time for each key, within this process.

use dashmap::DashMap;
use std::hash::Hash;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The keys that are in use at this moment.
pub(crate) struct KeyedLocks<K: Eq + Hash>(DashMap<K, Arc<Mutex<()>>>);

/// A key's turn; dropping it lets the next one have it.
pub(crate) struct KeyTurn<'a, K: Eq + Hash> {
    locks: &'a KeyedLocks<K>,
    key: K,
    guard: Option<OwnedMutexGuard<()>>,
}

impl<K: Eq + Hash> Default for KeyedLocks<K> {
    fn default() -> Self {
        Self(DashMap::new())
    }
}

impl<K: Clone + Eq + Hash> KeyedLocks<K> {
    /// Waits for the key's turn.
    pub(crate) async fn turn(&self, key: K) -> KeyTurn<'_, K> {
        let lock = Arc::clone(self.0.entry(key.clone()).or_default().value());
        KeyTurn {
            locks: self,
            key,
            guard: Some(lock.lock_owned().await),
        }
    }
}

impl<K: Eq + Hash> Drop for KeyTurn<'_, K> {
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
        let locks = KeyedLocks::default();
        let first = locks.turn((1, "k")).await;
        let mut second = Box::pin(locks.turn((1, "k")));
        assert!(futures_util::poll!(&mut second).is_pending());
        drop(locks.turn((2, "k")).await);
        drop(first);
        drop(second.await);
        assert!(locks.0.is_empty());
    }
}
