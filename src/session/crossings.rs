//! Live updates that cross a look into the history.
//!
//! What history answers is as old as the answer. While one is on its way, this remembers which
//! messages live updates touch; of these, the live version counts. It also asks for another look
//! at the dialogs when the account comes to a channel or goes from one.

use crate::model::{ChatId, MessageBox, MessageId};
use crate::store::capture::{CapturedBatch, Deletion, NewMessage};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// One account's, shared by its capture and whoever reads its history.
#[derive(Debug, Default)]
pub(super) struct Crossings {
    touched: Mutex<Option<Touched>>,
    /// A gap has been opened, or one that had to wait can be filled.
    pub(super) look_again: Notify,
}

#[derive(Debug, Default)]
struct Touched {
    written: HashSet<(ChatId, MessageId)>,
    /// Outside channels a deletion names no chat.
    deleted: HashSet<(Option<ChatId>, MessageId)>,
}

impl Crossings {
    /// From now on live updates are remembered.
    pub(super) fn begin(&self) {
        *self.lock() = Some(Touched::default());
    }

    /// A batch has been received and is about to be handed to the database.
    pub(super) fn note(&self, batch: &CapturedBatch) {
        let mut lock = self.lock();
        let Some(touched) = lock.as_mut() else { return };
        let places = batch.messages.iter();
        touched
            .written
            .extend(places.map(|message| (message.chat_id, message.message_id)));
        for deletion in &batch.deletions {
            let ids = deletion.message_ids.iter();
            touched
                .deleted
                .extend(ids.map(|id| (deletion.channel, *id)));
        }
    }

    /// Ends the remembering: drops what a live update has brought meanwhile, and answers the
    /// deletions that came before their messages.
    ///
    /// To be followed by handing the messages to the database without waiting in between.
    pub(super) fn settle(&self, messages: &mut Vec<NewMessage>) -> Vec<Deletion> {
        let Some(touched) = self.lock().take() else {
            return Vec::new();
        };
        messages.retain(|message| {
            let place = (message.chat_id, message.message_id);
            !touched.written.contains(&place)
        });
        let mut deletions = Vec::new();
        for (channel, id) in touched.deleted {
            deletions.push(Deletion {
                channel,
                message_ids: vec![id],
            });
        }
        deletions
    }

    /// The account has come to channels, or gone from them.
    pub(super) fn note_moved(&self, channels: &[MessageBox]) {
        if !channels.is_empty() {
            self.look_again.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Touched>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
