//! One send at a time for each idempotency key, within this process.
//!
//! The database knows what became of a key; this keeps two requests with the same key from asking
//! it at the same time, so that the second one gets the first one's answer.

use crate::hub::keyed::{KeyTurn, KeyedLocks};
use crate::model::{ChatId, SessionId};
use dashmap::DashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Key = (SessionId, String);

/// The keys that are in use at this moment.
#[derive(Default)]
pub(crate) struct SendLocks {
    keys: KeyedLocks<Key>,
    alike: DashMap<Text, Arc<AtomicBool>>,
}

/// A text on its way to a chat of an account.
type Text = (SessionId, ChatId, String);

/// A send under way; dropping it ends that.
pub(crate) struct Alike<'a> {
    sends: &'a SendLocks,
    text: Text,
    crowded: Option<Arc<AtomicBool>>,
}

impl Alike<'_> {
    /// Whether no other send of the same text to the same chat has been under way meanwhile: then
    /// what appears in the chat is this one's.
    pub(crate) fn is_alone(&self) -> bool {
        self.crowded
            .as_ref()
            .is_some_and(|crowded| !crowded.load(Ordering::Relaxed))
    }
}

impl Drop for Alike<'_> {
    fn drop(&mut self) {
        self.crowded = None;
        // The map's own reference is the last one when no other is under way.
        self.sends
            .alike
            .remove_if(&self.text, |_, crowded| Arc::strong_count(crowded) == 1);
    }
}

impl SendLocks {
    /// Notes that a text is on its way to a chat.
    pub(crate) fn alike(&self, session: SessionId, chat: ChatId, text: &str) -> Alike<'_> {
        let text = (session, chat, text.to_owned());
        let entry = self.alike.entry(text.clone()).or_default();
        let crowded = Arc::clone(entry.value());
        // The map has one reference and this one is the second.
        if Arc::strong_count(&crowded) > 2 {
            crowded.store(true, Ordering::Relaxed);
        }
        drop(entry);
        Alike {
            sends: self,
            text,
            crowded: Some(crowded),
        }
    }

    /// Waits for the key's turn.
    pub(crate) async fn turn(&self, session: SessionId, key: &str) -> KeyTurn<'_, Key> {
        self.keys.turn((session, key.to_owned())).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_of_one_text_at_the_same_time_are_not_alone() {
        let sends = SendLocks::default();
        let alike = |chat| sends.alike(SessionId(1), ChatId::user(chat), "hello");
        let (first, other) = (alike(1), alike(2));
        assert!(first.is_alone() && other.is_alone());
        drop(alike(1));
        assert!(!first.is_alone() && other.is_alone());
        drop((first, other));
        assert!(alike(1).is_alone());
        assert!(sends.alike.is_empty());
    }
}
