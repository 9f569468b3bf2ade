//! Looks into an account's history that are under way, and what live updates touch meanwhile.
//!
//! What history answers is as old as the answer. While one is on its way, its look remembers which
//! messages live updates touch; of these, the live version counts. It must not know who looks.

use crate::model::{CapturedBatch, ChatId, Deletion, MessageId, NewMessage, UnreadableMessage};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All looks of one account that are under way.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    /// How many there have been.
    count: u64,
    touched: HashMap<u64, Touched>,
}

#[derive(Debug, Default)]
struct Touched {
    written: HashSet<(ChatId, MessageId)>,
    /// Outside channels a deletion names no chat.
    deleted: HashSet<(Option<ChatId>, MessageId)>,
}

impl Looks {
    /// From now on live updates are remembered for this look, until it ends.
    pub(super) fn begin(self: &Arc<Self>) -> Look {
        let mut open = self.lock();
        open.count += 1;
        let number = open.count;
        open.touched.insert(number, Touched::default());
        Look {
            all: Arc::clone(self),
            number,
        }
    }

    /// A batch has been received and is about to be handed to the database.
    pub(super) fn note(&self, batch: &CapturedBatch) {
        for touched in self.lock().touched.values_mut() {
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
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One look. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct Look {
    all: Arc<Looks>,
    number: u64,
}

impl Look {
    /// Whether a live update has written a message since the look began.
    pub(super) fn has_written(&self, place: (ChatId, MessageId)) -> bool {
        let open = self.all.lock();
        let touched = open.touched.get(&self.number);
        touched.is_some_and(|touched| touched.written.contains(&place))
    }

    /// Ends the look: drops what a live update has brought meanwhile, and answers the deletions
    /// that came before their messages.
    ///
    /// To be followed by handing the messages to the database without waiting in between.
    pub(super) fn settle(
        self,
        messages: &mut Vec<NewMessage>,
        unreadable: &mut Vec<UnreadableMessage>,
    ) -> Vec<Deletion> {
        let Some(touched) = self.all.lock().touched.remove(&self.number) else {
            return Vec::new();
        };
        messages.retain(|message| !touched.written.contains(&place(message)));
        unreadable.retain(|message| !touched.written.contains(&place(&message.message)));
        let deleted = touched.deleted.into_iter();
        deleted
            .map(|(channel, id)| Deletion {
                channel,
                message_ids: vec![id],
            })
            .collect()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.all.lock().touched.remove(&self.number);
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

    fn batch(messages: Vec<NewMessage>, unreadable: Vec<UnreadableMessage>) -> CapturedBatch {
        CapturedBatch {
            session_id: SessionId(1),
            peers: Vec::new(),
            links: Vec::new(),
            messages,
            unreadable,
            deletions: Vec::new(),
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: false,
            coverage: None,
        }
    }

    #[test]
    fn an_edit_that_cannot_be_read_is_later_than_the_answer_that_it_crosses() {
        let looks = Arc::new(Looks::default());
        let look = looks.begin();
        let told = vec![unreadable(1, true), unreadable(2, false)];
        looks.note(&batch(vec![message(4)], told));
        assert!(look.has_written((ChatId::user(1), MessageId(4))));
        let mut messages = vec![message(1), message(2), message(3)];
        let mut unread = vec![unreadable(4, true), unreadable(5, true)];
        assert!(look.settle(&mut messages, &mut unread).is_empty());
        let left = messages.iter().map(|message| message.content.message_id.0);
        assert_eq!(left.collect::<Vec<_>>(), [2, 3]);
        let left = unread
            .iter()
            .map(|message| message.message.content.message_id.0);
        assert_eq!(left.collect::<Vec<_>>(), [5]);
    }

    #[test]
    fn each_look_remembers_what_has_come_since_it_began() {
        let looks = Arc::new(Looks::default());
        let first = looks.begin();
        looks.note(&batch(vec![message(1)], Vec::new()));
        let second = looks.begin();
        looks.note(&batch(vec![message(2)], Vec::new()));
        let left = |look: Look| {
            let mut messages = vec![message(1), message(2), message(3)];
            look.settle(&mut messages, &mut Vec::new());
            messages.len()
        };
        assert_eq!((left(first), left(second)), (1, 2));
        drop(looks.begin());
        assert!(looks.lock().touched.is_empty());
    }
}
