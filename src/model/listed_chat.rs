//! A chat of an account's list, as its owner sees it.

use crate::model::{LiveMessage, Peer};

/// One chat of the list.
#[derive(Clone, Debug)]
pub struct ListedChat {
    /// The chat.
    pub peer: Peer,
    /// Whether the account was thrown out of it.
    pub forbidden: bool,
    /// How many messages in it the account has not read.
    pub unread_count: i32,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Its newest message.
    pub last_message: Option<LiveMessage>,
}
