//! The place of one session string: its guest, or why there is none, and who is using it.

use crate::error::Error;
use crate::guests::Guest;
use crate::guests::pass::Fingerprint;
use crate::model::SessionId;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// The place of one session string.
pub(super) struct Slot {
    /// Of the string's key.
    pub(super) key: Fingerprint,
    /// Of the application that it is called with.
    pub(super) app: Fingerprint,
    /// Held by the one who connects; the others wait, and find what came of it.
    pub(super) present: tokio::sync::Mutex<Present>,
    visits: watch::Sender<usize>,
    used_at: Mutex<Instant>,
}

/// Who is there.
pub(super) enum Present {
    /// Nobody yet, or not any more.
    Nobody,
    /// The account.
    Guest(Arc<Guest>),
    /// Nobody, because the key is this session's; until then that need not be looked up again.
    Session { id: SessionId, until: Instant },
    /// Telegram, or the way there, has refused it; until then nothing is tried again.
    Refused { error: Error, until: Instant },
    /// The place itself has been given up.
    Gone,
}

/// A request that uses a guest, until this is dropped.
pub struct Visit {
    slot: Arc<Slot>,
    guest: Arc<Guest>,
}

/// A request that has come to a slot.
pub(super) struct Waiting(Arc<Slot>);

impl Slot {
    pub(super) fn new(key: Fingerprint, app: Fingerprint) -> Arc<Self> {
        Arc::new(Self {
            key,
            app,
            present: tokio::sync::Mutex::new(Present::Nobody),
            visits: watch::Sender::new(0),
            used_at: Mutex::new(Instant::now()),
        })
    }

    /// Comes to use it.
    pub(super) fn come(self: &Arc<Self>) -> Waiting {
        self.visits.send_modify(|count| *count += 1);
        Waiting(Arc::clone(self))
    }

    fn leave(&self) {
        *self.used_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.visits
            .send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Whether nobody uses it.
    pub(super) fn is_free(&self) -> bool {
        *self.visits.borrow() == 0
    }

    /// When it was used last.
    pub(super) fn used_at(&self) -> Instant {
        *self.used_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody uses it, at most so long; whether that has come true.
    pub(super) async fn free(&self, patience: Duration) -> bool {
        let mut visits = self.visits.subscribe();
        let free = timeout(patience, visits.wait_for(|count| *count == 0)).await;
        // The sender lives in `self`.
        free.is_ok_and(|free| free.is_ok())
    }
}

impl Waiting {
    pub(super) fn slot(&self) -> &Arc<Slot> {
        &self.0
    }

    /// Has found the account.
    pub(super) fn found(&self, guest: &Arc<Guest>) -> Visit {
        self.0.visits.send_modify(|count| *count += 1);
        Visit {
            slot: Arc::clone(&self.0),
            guest: Arc::clone(guest),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl std::ops::Deref for Visit {
    type Target = Guest;

    fn deref(&self) -> &Guest {
        &self.guest
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.slot.leave();
    }
}
