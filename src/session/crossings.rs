//! Live updates that cross a look into the history.
//!
//! What history answers is as old as the answer. While one is on its way, this remembers which
//! messages live updates touch; of these, the live version counts. It also asks for another look
//! at the dialogs when the account comes to a channel or goes from one.

use crate::model::{
    CapturedBatch, ChatId, Deletion, MessageBox, MessageId, NewMessage, UnreadableMessage,
};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// One account's, shared by its capture and whoever reads its history.
#[derive(Debug, Default)]
pub(super) struct Crossings {
    touched: Mutex<Option<Touched>>,
    /// The dialogs are to be looked at again.
    pub(super) look_again: Notify,
    /// A gap has been opened.
    pub(super) gap_opened: Notify,
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
        // A new message that could not be read may be one that history can tell.
        let edits = batch.unreadable.iter().filter(|edit| edit.edited);
        let edits = edits.map(|edit| &edit.message);
        let places = batch.messages.iter().chain(edits).map(place);
        touched.written.extend(places);
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
    pub(super) fn settle(
        &self,
        messages: &mut Vec<NewMessage>,
        unreadable: &mut Vec<UnreadableMessage>,
    ) -> Vec<Deletion> {
        let Some(touched) = self.lock().take() else {
            return Vec::new();
        };
        messages.retain(|message| !touched.written.contains(&place(message)));
        unreadable.retain(|message| !touched.written.contains(&place(&message.message)));
        let mut deletions = Vec::new();
        for (channel, id) in touched.deleted {
            deletions.push(Deletion {
                channel,
                message_ids: vec![id],
            });
        }
        deletions
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

    fn lock(&self) -> MutexGuard<'_, Option<Touched>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(message: &NewMessage) -> (ChatId, MessageId) {
    message.content.place()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Message, SessionId, UtcTime};

    fn message(id: i32) -> NewMessage {
        NewMessage {
            content: Message::new(ChatId::user(1), MessageId(id), UtcTime::now()),
            raw: Vec::new(),
            pts: None,
        }
    }

    fn unreadable(id: i32, edited: bool) -> UnreadableMessage {
        UnreadableMessage {
            message: message(id),
            constructor: 1,
            method: "updates.getDifference".to_owned(),
            layer: 1,
            edited,
        }
    }

    #[test]
    fn an_edit_that_cannot_be_read_is_later_than_the_answer_that_it_crosses() {
        let crossings = Crossings::default();
        crossings.begin();
        crossings.note(&CapturedBatch {
            session_id: SessionId(1),
            peers: Vec::new(),
            links: Vec::new(),
            messages: vec![message(4)],
            unreadable: vec![unreadable(1, true), unreadable(2, false)],
            deletions: Vec::new(),
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: false,
        });
        let mut messages = vec![message(1), message(2), message(3)];
        let mut unread = vec![unreadable(4, true), unreadable(5, true)];
        assert!(crossings.settle(&mut messages, &mut unread).is_empty());
        let left = messages.iter().map(|message| message.content.message_id.0);
        assert_eq!(left.collect::<Vec<_>>(), [2, 3]);
        let left = unread
            .iter()
            .map(|message| message.message.content.message_id.0);
        assert_eq!(left.collect::<Vec<_>>(), [5]);
    }
}
