//! One account: who it is, its message box, its dialogs and its log of events.
//!
//! Owns the ids, the pts and the order of everything that one account sees.
//! It knows neither the other accounts nor who is connected.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::dialog::Dialog;
use super::events::Events;
use super::folders::Folders;
use super::ids::{ChannelId, KeyId, MessageId, Peer, PostId, UserId};
use super::password::Password;
use super::scheduled::Scheduled;
use super::send::Sent;
use super::settings::Settings;

/// A person with a phone number and, perhaps, a two-step password.
#[derive(Debug)]
pub struct Account {
    /// The account's id, the same for all who see it.
    pub id: UserId,
    /// International form without the plus sign.
    pub phone: String,
    /// Without the at sign, lower case; empty for none.
    pub username: String,
    /// Bought usernames that lead here beside the main one.
    pub bought: Vec<String>,
    /// Never empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// What it says of itself; may be empty.
    pub about: String,
    /// The two-step password, if one is set.
    pub password: Option<Arc<Password>>,
    /// Keys logged in to this account, oldest first.
    pub keys: Vec<KeyId>,
    /// How often it has logged in anew after its last log-in had ended, the first time included;
    /// access hashes belong to one of these times.
    pub era: u32,
    /// The people this account has saved.
    pub contacts: HashMap<UserId, Contact>,
    /// What happened to this account, by pts.
    pub events: Events,
    /// Private chats and basic groups.
    pub dialogs: HashMap<Peer, Dialog>,
    /// The channels this account is in now.
    pub channels: BTreeSet<ChannelId>,
    /// Channels joined and left with the time of it, in seconds since 1970, oldest first.
    pub moves: Vec<(i32, ChannelId)>,
    /// `random_id`s of past sends and what they became.
    pub sent: HashMap<i64, Sent>,
    /// Message `n` at index `n - 1`.
    pub held: Vec<Held>,
    /// Which chats are archived and which are pinned to the top of the list.
    pub folders: Folders,
    /// Messages that wait for their time, by a number of their own.
    pub scheduled: BTreeMap<i32, Scheduled>,
    /// Scheduled messages so far.
    pub scheduled_count: i32,
    /// Who may not write to this account.
    pub blocked: BTreeSet<UserId>,
    /// Whether Telegram has verified it.
    pub verified: bool,
    /// True for a bot.
    pub bot: bool,
    /// What it has set up for all its devices.
    pub settings: Settings,
}

/// One account's copy of a message.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// The message itself, shared by all sides.
    pub post: PostId,
    /// The chat as this account names it; the account itself for Saved Messages.
    pub peer: Peer,
    /// True on the author's side and in Saved Messages.
    pub out: bool,
    /// True while it is pinned for this account.
    pub pinned: bool,
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
            bought: Vec::new(),
            first_name: profile.first_name,
            last_name: String::new(),
            about: String::new(),
            password: profile.password.map(|text| Arc::new(Password::new(text))),
            keys: Vec::new(),
            era: 0,
            contacts: HashMap::new(),
            events: Events::default(),
            dialogs: HashMap::new(),
            channels: BTreeSet::new(),
            moves: Vec::new(),
            sent: HashMap::new(),
            held: Vec::new(),
            folders: Folders::default(),
            scheduled: BTreeMap::new(),
            scheduled_count: 0,
            blocked: BTreeSet::new(),
            verified: false,
            bot: false,
            settings: Settings::default(),
        }
    }

    /// Puts a message into the box and answers the id it has there.
    pub fn hold(&mut self, held: Held) -> MessageId {
        self.held.push(held);
        let id = MessageId::after(self.held.len() - 1);
        self.dialogs.entry(held.peer).or_default().add(id, held.out);
        id
    }

    /// Finds a message that is there and not deleted.
    pub fn held(&self, id: MessageId) -> Option<Held> {
        self.any_held(id).filter(|held| !held.deleted)
    }

    /// Finds a message that is or was there.
    pub fn any_held(&self, id: MessageId) -> Option<Held> {
        self.held.get(id.index()?).copied()
    }

    /// Deletes a message from the box. False if it was not there.
    pub fn drop_message(&mut self, id: MessageId) -> bool {
        let held = id.index().and_then(|index| self.held.get_mut(index));
        let Some(held) = held.filter(|held| !held.deleted) else {
            return false;
        };
        held.deleted = true;
        let Held { peer, out, .. } = *held;
        if let Some(dialog) = self.dialogs.get_mut(&peer) {
            dialog.remove(id, out);
        }
        true
    }

    /// Pins a message that is there, or takes the pin away. Answers its chat if that changed it.
    pub fn pin(&mut self, id: MessageId, pinned: bool) -> Option<Peer> {
        let held = self.held.get_mut(id.index()?)?;
        if held.deleted || held.pinned == pinned {
            return None;
        }
        held.pinned = pinned;
        Some(held.peer)
    }

    /// Marks what came from `peer` as read up to `max`, and answers how much is left unread.
    /// `None` if that changes nothing.
    pub fn read_inbox(&mut self, peer: Peer, max: MessageId) -> Option<i32> {
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

    /// Sets how far a chat is read, whatever it was, and counts what is unread.
    pub fn set_read(&mut self, peer: Peer, mark: MessageId) {
        let Self { dialogs, held, .. } = self;
        if let Some(dialog) = dialogs.get_mut(&peer) {
            dialog.set_read(mark);
            dialog.recount(|id| is_incoming(held, id));
        }
    }

    /// Unread messages of all private chats and basic groups together.
    pub fn unread(&self) -> i32 {
        self.dialogs.values().map(|dialog| dialog.unread).sum()
    }
}

fn is_incoming(held: &[Held], id: MessageId) -> bool {
    id.index()
        .and_then(|index| held.get(index))
        .is_some_and(|held| !held.out)
}
