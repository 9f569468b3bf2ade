//! Where messages are numbered, and why some of them may be missing.

use crate::model::{ChatId, ChatKind, MessageId, SessionId, UtcTime};

/// A sequence of message numbers: an account's private chats and basic groups together, or one
/// channel. Source: <https://core.telegram.org/api/updates#message-related-event-sequences>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageBox(pub i64);

impl MessageBox {
    /// The account's private chats and basic groups.
    pub const ACCOUNT: Self = Self(0);

    /// A supergroup or broadcast channel, by its bare id.
    pub const fn channel(bare: i64) -> Self {
        Self(bare)
    }

    /// The sequence that a chat's messages are numbered in.
    pub const fn of(chat: ChatId) -> Self {
        match chat.kind() {
            ChatKind::User | ChatKind::Chat => Self::ACCOUNT,
            ChatKind::Channel => Self(chat.bare()),
        }
    }

    /// The channel; `None` for the account's own sequence.
    pub const fn chat(self) -> Option<ChatId> {
        if self.0 == Self::ACCOUNT.0 {
            None
        } else {
            Some(ChatId::channel(self.0))
        }
    }
}

/// Why messages may be missing from the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapCause {
    /// Telegram had more updates for the account than it hands out
    /// (<https://core.telegram.org/constructor/updates.differenceTooLong>).
    DifferenceTooLong,
    /// The same for a channel
    /// (<https://core.telegram.org/constructor/updates.channelDifferenceTooLong>).
    ChannelDifferenceTooLong,
    /// A channel's updates could not be asked for without its access hash.
    NoAccessHash,
    /// More updates came than the queue of the account holds.
    UpdatesDropped,
    /// The first update of a channel that the account has been in before.
    FirstSeen,
    /// Telegram did not know the stored position.
    PositionRefused,
    /// Something that Telegram told could not be read.
    Unreadable,
    /// Telegram goes on refusing a channel's updates, or fails at them.
    ChannelRefused,
    /// Numbers are missing from the log, whatever the reason.
    Missed,
}

impl GapCause {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::DifferenceTooLong,
        Self::ChannelDifferenceTooLong,
        Self::NoAccessHash,
        Self::UpdatesDropped,
        Self::FirstSeen,
        Self::PositionRefused,
        Self::Unreadable,
        Self::ChannelRefused,
        Self::Missed,
    ];

    /// Its name in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DifferenceTooLong => "difference_too_long",
            Self::ChannelDifferenceTooLong => "channel_difference_too_long",
            Self::NoAccessHash => "no_access_hash",
            Self::UpdatesDropped => "updates_dropped",
            Self::FirstSeen => "first_seen",
            Self::PositionRefused => "position_refused",
            Self::Unreadable => "unreadable",
            Self::ChannelRefused => "channel_refused",
            Self::Missed => "missed",
        }
    }

    /// The cause of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == name)
    }

    /// Whether edits and deletions of captured messages fell into the gap as well, so that these
    /// have to be compared with Telegram's.
    pub const fn hides_changes(self) -> bool {
        match self {
            Self::DifferenceTooLong
            | Self::ChannelDifferenceTooLong
            | Self::NoAccessHash
            | Self::FirstSeen
            | Self::PositionRefused
            | Self::ChannelRefused => true,
            Self::UpdatesDropped | Self::Unreadable | Self::Missed => false,
        }
    }
}

/// A place where messages may be missing from an account's log, or were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its number.
    pub id: i64,
    /// Whose log.
    pub session_id: SessionId,
    /// In which sequence of message numbers.
    pub message_box: MessageBox,
    /// Why.
    pub cause: GapCause,
    /// How often it has happened since the gap was opened.
    pub times: i32,
    /// The log was complete up to this number; `None` when nobody knew.
    pub after_id: Option<MessageId>,
    /// Edits and deletions of captured messages up to this number may be missing.
    pub verify_to: Option<MessageId>,
    /// The newest number in it that Telegram has told of, or that was asked for.
    pub up_to_id: Option<MessageId>,
    /// How many messages were missing and have been fetched.
    pub found: i32,
    /// How many numbers belong to no message, or to none that the account may see.
    pub absent: i32,
    /// How many captured messages had changed or gone.
    pub changed: i32,
    /// Why it is still open, after an attempt to fill it; what of it cannot be read.
    pub reason: Option<String>,
    /// When it was noticed.
    pub opened_at: UtcTime,
    /// When everything in it had been asked for, or it was given up.
    pub closed_at: Option<UtcTime>,
    /// Whether it was closed without having been filled, because nothing can fill it.
    pub given_up: bool,
    /// Captured messages up to this number were too many or too old to be compared.
    pub not_compared_to: Option<MessageId>,
}

/// A gap's number, and how often it had happened.
pub type Occurrence = (i64, i32);

impl Gap {
    /// It as of now: when the same happens again, it is another one.
    #[must_use]
    pub const fn occurrence(&self) -> Occurrence {
        (self.id, self.times)
    }
}
