//! A peer as one account knows it, and what leads on from it.

use crate::model::{ChatId, ChatKind, MessageId, UtcTime};

/// A peer as one account knows it. `None` means unknown, and unknown erases what is stored only
/// where the source is [`whole`](Self::whole).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Peer {
    /// Its marked id.
    pub peer_id: ChatId,
    /// What it is.
    pub kind: ChatKind,
    /// What Telegram wants beside the id; basic groups have none.
    pub access_hash: Option<i64>,
    /// Its main username without `@`, as its owner spells it.
    pub username: Option<String>,
    /// All usernames that lead to it, the main one first. `None` when the source does not say, as
    /// `min` objects and stored rows do not.
    pub usernames: Option<Vec<String>>,
    /// Whether the source says all there is, so that what it leaves out is not so any more.
    pub whole: bool,
    /// Its phone number, digits only.
    pub phone: Option<String>,
    /// The name to show: first and last name, or the title.
    pub name: Option<String>,
    /// A user's first name.
    pub first_name: Option<String>,
    /// A user's last name.
    pub last_name: Option<String>,
    /// Whether a user is a bot.
    pub is_bot: Option<bool>,
    /// Whether it is the account itself.
    pub is_self: Option<bool>,
    /// Whether a channel is a broadcast channel and no supergroup.
    pub is_broadcast: Option<bool>,
}

impl Peer {
    /// A peer of which nothing is known but its id.
    pub const fn new(peer_id: ChatId) -> Self {
        Self {
            peer_id,
            kind: peer_id.kind(),
            access_hash: None,
            username: None,
            usernames: None,
            whole: false,
            phone: None,
            name: None,
            first_name: None,
            last_name: None,
            is_bot: None,
            is_self: None,
            is_broadcast: None,
        }
    }

    /// All usernames that lead to it, as far as they are known.
    pub fn known_usernames(&self) -> impl Iterator<Item = &str> {
        let main = self.username.as_ref();
        let main = main.filter(|_| self.usernames.is_none());
        let all = self.usernames.iter().flatten();
        all.chain(main).map(String::as_str)
    }

    /// A group's or channel's title.
    pub fn title(&self) -> Option<&str> {
        let name = self.name.as_deref();
        name.filter(|_| self.peer_id.kind() != ChatKind::User)
    }
}

/// A way on from a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerLink {
    /// From whom.
    pub peer: ChatId,
    /// Where to.
    pub leads: Lead,
}

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The supergroup in the place of a basic group.
    Supergroup(ChatId),
    /// The message that shows the peer.
    Message(Seen),
    /// Telegram has told at this instant how a basic group is.
    Asked(UtcTime),
}

/// Where a peer was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The chat.
    pub chat: ChatId,
    /// The message that shows the peer.
    pub message: MessageId,
}
