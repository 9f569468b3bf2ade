//! One account: who it is, its message box, its dialogs and its log of events.
//!
//! Owns the ids, the pts and the order of everything that one account sees.
//! It knows neither the other accounts nor who is connected.

use std::collections::HashMap;
use std::sync::Arc;

use super::dialog::Dialog;
use super::events::Events;
use super::ids::{KeyId, MessageId, PostId, UserId};
use super::password::Password;

/// A person with a phone number and, perhaps, a two-step password.
#[derive(Debug)]
pub struct Account {
    /// The account's id, the same for all who see it.
    pub id: UserId,
    /// International form without the plus sign.
    pub phone: String,
    /// Without the at sign, lower case.
    pub username: String,
    /// Never empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// The two-step password, if one is set.
    pub password: Option<Arc<Password>>,
    /// Keys logged in to this account, oldest first.
    pub keys: Vec<KeyId>,
    /// The people this account has saved.
    pub contacts: HashMap<UserId, Contact>,
    /// What happened to this account, by pts.
    pub events: Events,
    /// Chats by the other user's id.
    pub dialogs: HashMap<UserId, Dialog>,
    /// `random_id`s of past sends, what they became and the pts of that.
    pub sent: HashMap<i64, (MessageId, i32)>,
    /// Message `n` at index `n - 1`.
    pub held: Vec<Held>,
}

/// One account's copy of a message.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The message itself, shared by both sides.
    pub post: PostId,
    /// The other side of the chat; the account itself in Saved Messages.
    pub peer: UserId,
    /// True on the sender's side and in Saved Messages.
    pub out: bool,
    /// True once the account has deleted it, or had it deleted.
    pub deleted: bool,
}

/// The name under which an account saved somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// First name as the account wrote it.
    pub first_name: String,
    /// Last name as the account wrote it.
    pub last_name: String,
}

/// What an account must be given to exist.
#[derive(Clone, Debug)]
pub struct Profile {
    /// International form without the plus sign.
    pub phone: String,
    /// Without the at sign.
    pub username: String,
    /// Shown to everybody.
    pub first_name: String,
    /// The two-step password, if the account has one.
    pub password: Option<String>,
}

impl Account {
    /// Makes an account that nobody has written to yet.
    pub fn new(id: UserId, profile: Profile) -> Self {
        Self {
            id,
            phone: profile.phone,
            username: profile.username.to_lowercase(),
            first_name: profile.first_name,
            last_name: String::new(),
            password: profile.password.map(|text| Arc::new(Password::new(text))),
            keys: Vec::new(),
            contacts: HashMap::new(),
            events: Events::default(),
            dialogs: HashMap::new(),
            sent: HashMap::new(),
            held: Vec::new(),
        }
    }

    /// Puts a message into the box and answers the id it has there.
    pub fn hold(&mut self, held: Held) -> MessageId {
        self.held.push(held);
        let id = MessageId(i32::try_from(self.held.len()).unwrap_or(i32::MAX));
        self.dialogs.entry(held.peer).or_default().add(id, held.out);
        id
    }

    /// Finds a message that is there and not deleted.
    pub fn held(&self, id: MessageId) -> Option<Held> {
        let index = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.held.get(index).copied().filter(|held| !held.deleted)
    }

    /// Deletes a message from the box. False if it was not there.
    pub fn drop_message(&mut self, id: MessageId) -> bool {
        let Some(held) = usize::try_from(id.0)
            .ok()
            .and_then(|id| self.held.get_mut(id.checked_sub(1)?))
            .filter(|held| !held.deleted)
        else {
            return false;
        };
        held.deleted = true;
        let Held { peer, out, .. } = *held;
        if let Some(dialog) = self.dialogs.get_mut(&peer) {
            dialog.remove(id, out);
        }
        true
    }

    /// Marks what came from `peer` as read up to `max`, and answers how much is left unread.
    /// `None` if that changes nothing.
    pub fn read_inbox(&mut self, peer: UserId, max: MessageId) -> Option<i32> {
        let Self { dialogs, held, .. } = self;
        let dialog = dialogs.get_mut(&peer)?;
        let top = dialog.messages().last().copied()?;
        let max = max.min(top);
        if max <= dialog.read_inbox_max {
            return None;
        }
        dialog.read_inbox_max = max;
        dialog.recount(|id| is_incoming(held, id));
        Some(dialog.unread)
    }

    /// Unread messages of all dialogs together.
    pub fn unread(&self) -> i32 {
        self.dialogs.values().map(|dialog| dialog.unread).sum()
    }

    /// Dialogs that hold messages, newest first.
    pub fn dialogs_by_time(&self) -> Vec<(UserId, &Dialog, MessageId)> {
        let mut dialogs: Vec<_> = self
            .dialogs
            .iter()
            .filter_map(|(peer, dialog)| Some((*peer, dialog, *dialog.messages().last()?)))
            .collect();
        // Ids rise with time within an account, so they order its dialogs too.
        dialogs.sort_unstable_by_key(|(_, _, top)| std::cmp::Reverse(*top));
        dialogs
    }
}

fn is_incoming(held: &[Held], id: MessageId) -> bool {
    usize::try_from(id.0 - 1)
        .ok()
        .and_then(|index| held.get(index))
        .is_some_and(|held| !held.out)
}
