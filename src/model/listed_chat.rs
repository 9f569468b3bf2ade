//! A chat of an account's list, as its owner sees it.

use crate::model::{ChatKind, LiveMessage, MessageId, Peer, UtcTime};

/// One chat of the list.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct ListedChat {
    /// The chat.
    pub peer: Peer,
    /// What Telegram says of it beside that.
    pub traits: ChatTraits,
    /// Whether the account was thrown out of it.
    pub forbidden: bool,
    /// How many messages in it the account has not read.
    pub unread_count: i32,
    /// Whether the account has not read something, or has marked it as if.
    pub has_unread: bool,
    /// Whether somebody speaks to the account in what it has not read.
    pub has_unread_mentions: bool,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Whether it is in the archive.
    pub archived: bool,
    /// Until when it is silent; `None` when that is as for all of its kind.
    pub muted_until: Option<UtcTime>,
    /// The number of its newest message; 0 without one.
    pub top: MessageId,
    /// Its newest message.
    pub last_message: Option<LiveMessage>,
}

impl ListedChat {
    /// A chat of which nothing is known but which it is.
    pub const fn new(peer: Peer) -> Self {
        Self {
            peer,
            traits: ChatTraits::UNKNOWN,
            forbidden: false,
            unread_count: 0,
            has_unread: false,
            has_unread_mentions: false,
            pinned: false,
            archived: false,
            muted_until: None,
            top: MessageId(0),
            last_message: None,
        }
    }
}

/// What is said of a chat in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChatTraits {
    /// Whether the account has made it.
    pub is_creator: bool,
    /// Whether Telegram vouches for who it is.
    pub is_verified: bool,
    /// Whether it is a user whom the account has among its contacts.
    pub is_contact: bool,
    /// How many are in a group or channel.
    pub participants: Option<i32>,
    /// When a group was made; of a channel, when the account came into it.
    pub created_at: Option<UtcTime>,
}

impl ChatTraits {
    const UNKNOWN: Self = Self {
        is_creator: false,
        is_verified: false,
        is_contact: false,
        participants: None,
        created_at: None,
    };
}

/// What a chat is, as clients tell chats apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChatClass {
    /// Another user.
    User,
    /// A bot.
    Bot,
    /// The account's own chat with itself.
    Saved,
    /// A basic group.
    Group,
    /// A supergroup.
    Supergroup,
    /// A broadcast channel.
    Channel,
}

impl ChatClass {
    /// What a chat is.
    pub fn of(peer: &Peer) -> Self {
        match peer.peer_id.kind() {
            ChatKind::User if peer.is_self == Some(true) => Self::Saved,
            ChatKind::User if peer.is_bot == Some(true) => Self::Bot,
            ChatKind::User => Self::User,
            ChatKind::Chat => Self::Group,
            ChatKind::Channel if peer.is_broadcast == Some(true) => Self::Channel,
            ChatKind::Channel => Self::Supergroup,
        }
    }
}
