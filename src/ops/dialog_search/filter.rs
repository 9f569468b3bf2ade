//! Which chats of a list are looked for.

use crate::model::{ChatClass, ChatId, ListedChat, UtcTime};
use std::collections::BTreeSet;

/// Telegram's own account for log-in codes and news, which is no chat with anybody.
const SERVICE_NOTIFICATIONS: ChatId = ChatId::user(777_000);

/// Values from one to another, both included; without a bound it is open on that side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds<T> {
    /// The least.
    pub least: Option<T>,
    /// The most.
    pub most: Option<T>,
}

impl<T> Default for Bounds<T> {
    fn default() -> Self {
        Self {
            least: None,
            most: None,
        }
    }
}

impl<T: PartialOrd> Bounds<T> {
    /// Whether there is a bound.
    pub(super) const fn is_bound(&self) -> bool {
        self.least.is_some() || self.most.is_some()
    }

    /// Whether a value is within; what is not known is within no bounds.
    pub(super) fn hold(&self, value: Option<T>) -> bool {
        match value {
            None => !self.is_bound(),
            Some(value) => {
                self.least.as_ref().is_none_or(|least| value >= *least)
                    && self.most.as_ref().is_none_or(|most| value <= *most)
            }
        }
    }
}

/// Which chats. What is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct DialogFilter {
    /// What they are; empty for all.
    pub classes: BTreeSet<ChatClass>,
    /// Whether they are archived.
    pub archived: Option<bool>,
    /// Whether the account has made them.
    pub creator: Option<bool>,
    /// Whether they have a username.
    pub has_username: Option<bool>,
    /// Whether Telegram vouches for them.
    pub verified: Option<bool>,
    /// How many messages they have.
    pub messages: Bounds<u64>,
    /// How many are in them.
    pub participants: Bounds<i64>,
    /// When their newest message was sent.
    pub last_message: Bounds<UtcTime>,
    /// When they were made.
    pub created: Bounds<UtcTime>,
}

impl DialogFilter {
    /// Whether a chat is one of these, as far as the list tells it: its messages are not counted.
    pub(super) fn admits(&self, chat: &ListedChat) -> bool {
        let agrees = |wanted: Option<bool>, is: bool| wanted.is_none_or(|wanted| wanted == is);
        let username = chat.peer.username.as_deref();
        let participants = chat.traits.participants.map(i64::from);
        let last = chat.last_message.as_ref();
        chat.peer.peer_id != SERVICE_NOTIFICATIONS
            && (self.classes.is_empty() || self.classes.contains(&ChatClass::of(&chat.peer)))
            && agrees(self.archived, chat.archived)
            && agrees(self.creator, chat.traits.is_creator)
            && agrees(self.has_username, username.is_some())
            && agrees(self.verified, chat.traits.is_verified)
            && self.participants.hold(participants)
            && self
                .last_message
                .hold(last.map(|last| last.content.sent_at))
            && self.created.hold(chat.traits.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Peer;

    #[test]
    fn the_service_account_is_no_chat() {
        let admits = |id| {
            let chat = ListedChat::new(Peer::new(ChatId::user(id)));
            DialogFilter::default().admits(&chat)
        };
        assert!(!admits(777_000) && admits(777_001));
    }

    #[test]
    fn bounds_are_included_and_what_is_unknown_is_within_none() {
        let bounds = |least, most| Bounds { least, most };
        for (bounds, held) in [
            (bounds(None, None), [true, true, true, true]),
            (bounds(Some(2), None), [false, false, true, true]),
            (bounds(None, Some(2)), [false, true, true, false]),
            (bounds(Some(2), Some(2)), [false, false, true, false]),
        ] {
            let values = [None, Some(1), Some(2), Some(3)];
            assert_eq!(values.map(|value| bounds.hold(value)), held, "{bounds:?}");
        }
    }
}
