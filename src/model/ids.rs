//! Ids as newtypes, so that a bare number never crosses from one meaning to another.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])+ $name:ident($inner:ty)) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The key of a session's row, given by the database.
    SessionId(i64)
}
id! {
    /// The number of a message in its chat, 1 to 2³¹-1.
    ///
    /// Private chats and basic groups share one sequence for each account, so that the two sides
    /// of a private chat see different numbers; every channel has a sequence of its own.
    MessageId(i32)
}
id! {
    /// Somebody who owns accounts beside the operator, given by the database.
    TenantId(i64)
}
id! {
    /// The row of a user who logs in to the hub as one of a tenant, given by the database.
    TenantUserId(i64)
}
id! {
    /// The row of a key that the hub has made, given by the database.
    KeyId(i64)
}
id! {
    /// A Telegram user, 1 to 2⁴⁰-1.
    UserId(i64)
}
id! {
    /// A chat as a marked id: users positive, basic groups negative, channels below -10¹².
    ///
    /// Source: <https://core.telegram.org/api/bots/ids>.
    ChatId(i64)
}

/// What kind of chat a marked id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChatKind {
    /// A private chat; the id is the user's.
    User,
    /// A basic group.
    Chat,
    /// A supergroup or broadcast channel.
    Channel,
}

impl ChatKind {
    /// Its name in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Chat => "chat",
            Self::Channel => "channel",
        }
    }

    /// Telegram's class of it, as client libraries name it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Chat => "Chat",
            Self::Channel => "Channel",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::User, Self::Chat, Self::Channel]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

const CHANNEL_OFFSET: i64 = 1_000_000_000_000;

impl ChatId {
    /// The private chat with a user.
    pub const fn user(bare: i64) -> Self {
        Self(bare)
    }

    /// A basic group, by its bare id.
    pub const fn chat(bare: i64) -> Self {
        Self(-bare)
    }

    /// A supergroup or broadcast channel, by its bare id.
    pub const fn channel(bare: i64) -> Self {
        Self(-CHANNEL_OFFSET - bare)
    }

    /// What the id names.
    pub const fn kind(self) -> ChatKind {
        if self.0 > 0 {
            ChatKind::User
        } else if self.0 > -CHANNEL_OFFSET {
            ChatKind::Chat
        } else {
            ChatKind::Channel
        }
    }

    /// The id without its mark, always positive.
    pub const fn bare(self) -> i64 {
        match self.kind() {
            ChatKind::User => self.0,
            ChatKind::Chat => -self.0,
            ChatKind::Channel => -self.0 - CHANNEL_OFFSET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_ids_keep_kind_and_bare_id() {
        for (id, kind) in [
            (ChatId::user(7), ChatKind::User),
            (ChatId::chat(7), ChatKind::Chat),
            (ChatId::channel(7), ChatKind::Channel),
        ] {
            assert_eq!((id.kind(), id.bare()), (kind, 7));
        }
    }
}
