//! One turn for each home connection that a link makes after its first.
//!
//! The client library connects with the next call, whoever makes it. That a connection is closed is
//! told twice, to the calls that were under way and to the reading of updates, at different times.
//! It must not know how to connect.

use crate::telegram::budget::Budget;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::Mutex;

/// What is known of one link's home connection.
#[derive(Debug, Default)]
pub(super) struct Reconnects {
    /// It is closed, and nobody has waited for the turn to make another one.
    closed: AtomicBool,
    /// How many turns have been waited for.
    count: AtomicU64,
    /// A call has told of a closing that the reading will be told of as well.
    foretold: AtomicBool,
    /// Held while somebody waits.
    waiting: Mutex<()>,
}

impl Reconnects {
    /// The number of the present connection.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// A call over the connection of that number has failed with it.
    pub(super) fn note_failed(&self, connection: u64) {
        if connection == self.count() {
            self.foretold.store(true, Ordering::Relaxed);
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// The reading has been told. A closing that a call has told of before may be one after which
    /// there is another connection by now.
    pub(super) fn note_told(&self) {
        if !self.foretold.swap(false, Ordering::Relaxed) {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Waits for a turn if the connection is closed.
    pub(super) async fn turn(&self, budget: &Budget) {
        if !self.closed.load(Ordering::Relaxed) {
            return;
        }
        let _only = self.waiting.lock().await;
        if self.closed.load(Ordering::Relaxed) {
            budget.turn().await;
            self.closed.store(false, Ordering::Relaxed);
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn is_closed(reconnects: &Reconnects) -> bool {
        reconnects.closed.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_closing_that_is_told_late_or_twice_takes_one_turn() {
        let budget = Budget::new(1, Duration::from_millis(1), 1);
        let reconnects = Reconnects::default();
        let connection = reconnects.count();
        reconnects.note_failed(connection);
        reconnects.turn(&budget).await;
        // Another call that was under way, and the reading after both.
        reconnects.note_failed(connection);
        reconnects.note_told();
        assert!(!is_closed(&reconnects));
        reconnects.note_told();
        assert!(is_closed(&reconnects));
        reconnects.turn(&budget).await;
        assert_eq!((reconnects.count(), is_closed(&reconnects)), (2, false));
    }
}
