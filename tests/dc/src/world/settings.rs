//! What a person sets up on one device and finds on all of them: drafts, how loud chats are, and
//! their own folders of the list.
//!
//! Owns what is kept for one account. It only passes the objects on: what they say is read by
//! clients alone. Whoever misses the news of them asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use grammers_tl_types::{enums, types};

use super::World;
use super::ids::{Peer, UserId};
use super::password::Password;

/// What one account has set up.
#[derive(Debug, Default)]
pub struct Settings {
    /// Begun messages by chat and topic, 0 for none.
    pub drafts: BTreeMap<(Peer, i32), types::DraftMessage>,
    /// How loud what is; what was never set is not here.
    pub notify: BTreeMap<Scope, types::PeerNotifySettings>,
    /// The chats that are marked as unread, whatever is read in them.
    pub unread_marks: BTreeSet<Peer>,
    /// The folders in their order, the list of all chats among them once it was moved.
    pub filters: Vec<enums::DialogFilter>,
}

/// What notification settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All private chats.
    Users,
    /// All groups.
    Chats,
    /// All broadcast channels.
    Broadcasts,
    /// One chat.
    Chat(Peer),
    /// One topic of a chat.
    Topic(Peer, i32),
}

impl World {
    /// What an account has set up.
    pub fn settings(&self, user: UserId) -> Option<&Settings> {
        self.account(user).map(|account| &account.settings)
    }

    /// The same, for a change.
    pub fn settings_mut(&mut self, user: UserId) -> Option<&mut Settings> {
        let account = self.accounts.get_mut(&user);
        account.map(|account| &mut account.settings)
    }

    /// Gives an account a two-step password, or none.
    pub fn set_password(&mut self, user: UserId, password: Option<Arc<Password>>) {
        if let Some(account) = self.accounts.get_mut(&user) {
            account.password = password;
        }
    }
}
