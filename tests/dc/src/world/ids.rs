//! The identifiers of the world, one newtype each, so that none is passed for another.
//!
//! Owns the numbers and the form in which they are shown in one number space. Knows neither TL nor
//! sockets.

use std::fmt;

/// A user's id, the same for every account. Positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

/// A basic group's id, the same for every account. Positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub i64);

/// The id of a supergroup or a broadcast channel, the same for every account. Positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub i64);

/// A chat as one account names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peer {
    /// A private chat with this user; with oneself, Saved Messages.
    User(UserId),
    /// A basic group.
    Group(GroupId),
    /// A supergroup or a broadcast channel.
    Channel(ChannelId),
}

/// A message's id, from 1, without gaps in time.
///
/// Private chats and basic groups share one sequence per account, so that each side holds the same
/// message under another id. Every channel has a sequence of its own, the same for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub i32);

/// The place of a message in the ledger, from 0, in the order of sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PostId(pub usize);

/// Who could see what was written in a channel at some time; the place in the list of audiences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AudienceId(pub usize);

/// The proof that an account has met a user or a channel; good for that account only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessHash(pub i64);

/// `auth_key_id` of an authorisation key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub i64);

/// What marked ids of channels are moved by.
const CHANNEL_MARK: i64 = 1_000_000_000_000;

impl Peer {
    /// The peer in one number space: users positive, groups negative, channels below -10^12.
    ///
    /// Source: <https://core.telegram.org/api/bots/ids>.
    pub fn marked(self) -> i64 {
        match self {
            Self::User(id) => id.0,
            Self::Group(id) => -id.0,
            Self::Channel(id) => -CHANNEL_MARK - id.0,
        }
    }

    /// The peer behind a marked id; `None` for 0.
    pub fn from_marked(id: i64) -> Option<Self> {
        match id {
            1.. => Some(Self::User(UserId(id))),
            0 => None,
            _ if id < -CHANNEL_MARK => id
                .checked_neg()
                .map(|id| Self::Channel(ChannelId(id - CHANNEL_MARK))),
            _ => Some(Self::Group(GroupId(-id))),
        }
    }

    /// The channel, if it is one.
    pub fn channel(self) -> Option<ChannelId> {
        match self {
            Self::Channel(id) => Some(id),
            Self::User(_) | Self::Group(_) => None,
        }
    }
}

impl MessageId {
    /// Where the message stands in a list that begins with message 1.
    pub fn index(self) -> Option<usize> {
        usize::try_from(self.0).ok()?.checked_sub(1)
    }

    /// The id of the message behind `held` others.
    pub fn after(held: usize) -> Self {
        Self(i32::try_from(held + 1).unwrap_or(i32::MAX))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_ids_lead_back_to_the_peer() {
        let peers = [
            (Peer::User(UserId(5_550_000_001)), 5_550_000_001),
            (Peer::Group(GroupId(77)), -77),
            (Peer::Channel(ChannelId(12)), -1_000_000_000_012),
        ];
        for (peer, marked) in peers {
            assert_eq!(peer.marked(), marked);
            assert_eq!(Peer::from_marked(marked), Some(peer));
        }
        assert_eq!(Peer::from_marked(0), None);
        assert_eq!(Peer::from_marked(i64::MIN), None);
    }
}
