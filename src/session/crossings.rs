//! How an account's capture and whoever reads its history reach each other: what live updates touch
//! while an answer of history is on its way, and when the dialogs are to be looked at again.

use crate::model::{CapturedBatch, Deletion, MessageBox, NewMessage, UnreadableMessage};
use crate::session::looks::{Look, Looks};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// One link's, shared by the capture and the reconciler.
#[derive(Debug)]
pub(super) struct Crossings {
    looks: Arc<Looks>,
    /// The reconciler's look, which has one at a time.
    look: Mutex<Option<Look>>,
    /// The dialogs are to be looked at again.
    pub(super) look_again: Notify,
    /// A gap has been opened.
    pub(super) gap_opened: Notify,
}

impl Crossings {
    pub(super) fn new(looks: Arc<Looks>) -> Self {
        Self {
            looks,
            look: Mutex::new(None),
            look_again: Notify::new(),
            gap_opened: Notify::new(),
        }
    }

    /// From now on live updates are remembered.
    pub(super) fn begin(&self) {
        *self.lock() = Some(self.looks.begin());
    }

    /// A batch has been received and is about to be handed to the database.
    pub(super) fn note(&self, batch: &CapturedBatch) {
        self.looks.note(batch);
    }

    /// Ends the remembering, see [`Look::settle`].
    pub(super) fn settle(
        &self,
        messages: &mut Vec<NewMessage>,
        unreadable: &mut Vec<UnreadableMessage>,
    ) -> Vec<Deletion> {
        let look = self.lock().take();
        look.map(|look| look.settle(messages, unreadable))
            .unwrap_or_default()
    }

    /// Ends the remembering of an answer that brings nothing.
    pub(super) fn end(&self) {
        *self.lock() = None;
    }

    /// The account has come to channels, or gone from them.
    pub(super) fn note_moved(&self, channels: &[MessageBox]) {
        if !channels.is_empty() {
            self.look_again.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Look>> {
        self.look.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
