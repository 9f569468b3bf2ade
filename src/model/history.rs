//! The history of a chat: which of it the log has, a message of it as it is shown, and downloads
//! that go on by themselves.

use crate::model::{ChatId, Media, MessageId, SessionId, UtcTime};
use serde::Deserialize;
use std::sync::Arc;

/// A run of message numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first.
    pub from: MessageId,
    /// The last.
    pub to: MessageId,
}

impl Interval {
    /// The numbers from one to another.
    pub const fn new(from: i32, to: i32) -> Self {
        Self {
            from: MessageId(from),
            to: MessageId(to),
        }
    }

    /// Whether a number is in it.
    pub fn holds(self, number: MessageId) -> bool {
        self.from <= number && number <= self.to
    }

    /// Both as one, when nothing lies between them.
    pub fn joined(self, other: Self) -> Option<Self> {
        let touches = |low: Self, high: Self| high.from.0.saturating_sub(1) <= low.to.0;
        (touches(self, other) && touches(other, self)).then(|| Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        })
    }
}

/// Which way a history is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the oldest message on.
    Up,
    /// From the newest message back.
    Down,
}

impl Direction {
    /// The number after one, this way; `None` at the end of all numbers.
    pub fn after(self, number: MessageId) -> Option<MessageId> {
        let next = match self {
            Self::Up => number.0.checked_add(1),
            Self::Down => number.0.checked_sub(1),
        };
        next.filter(|next| *next > 0).map(MessageId)
    }

    /// The end of an interval that is come to last.
    pub const fn far_end(self, interval: Interval) -> MessageId {
        match self {
            Self::Up => interval.to,
            Self::Down => interval.from,
        }
    }

    /// The numbers from one to another, this way.
    pub const fn span(self, near: MessageId, far: MessageId) -> Interval {
        match self {
            Self::Up => Interval {
                from: near,
                to: far,
            },
            Self::Down => Interval {
                from: far,
                to: near,
            },
        }
    }
}

/// What a batch is the whole of: every message of the chat with these numbers that there is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The chat.
    pub chat_id: ChatId,
    /// The numbers.
    pub numbers: Interval,
    /// Messages up to this number are from before the log's beginning.
    pub history_to: MessageId,
}

/// A message of a chat's history, with the name of who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryMessage {
    /// Its number in the chat.
    pub message_id: MessageId,
    /// When it was sent, in whole seconds.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// Who wrote it.
    pub sender_id: Option<ChatId>,
    /// The names of that user.
    pub sender: Option<Arc<SenderNames>>,
    /// The text without formatting.
    pub text: String,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Who signed it.
    pub post_author: Option<String>,
    /// Where it was forwarded from.
    pub forward: Option<ForwardOrigin>,
    /// Its media.
    pub media: Option<HistoryMedia>,
    /// The file of its media, as far as files have been looked at.
    pub file: Option<Box<Media>>,
}

impl HistoryMessage {
    /// Whether it has a photo or a document.
    pub fn has_file(&self) -> bool {
        self.media.as_ref().is_some_and(HistoryMedia::is_file)
    }
}

/// Messages of a history that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPart {
    /// The messages, in order.
    pub messages: Vec<HistoryMessage>,
    /// Whether they were downloaded just now.
    pub downloaded: bool,
    /// How many of their files were downloaded just now.
    pub files_downloaded: usize,
}

/// The names of a user as last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SenderNames {
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The username without `@`.
    pub username: Option<String>,
}

/// Where a message was forwarded from, as the log keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ForwardOrigin {
    /// The chat, unless it hides itself.
    pub from_id: Option<ChatId>,
    /// The name of one that hides itself.
    pub from_name: Option<String>,
    /// When the original was sent.
    pub date: Option<UtcTime>,
}

/// What the log keeps of a message's media.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HistoryMedia {
    /// Its kind in the log's words, such as `photo`, `video` or `poll`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the file.
    pub file_name: Option<String>,
    /// The size of the file in bytes.
    pub size: Option<i64>,
}

impl HistoryMedia {
    /// Whether it is a photo or a document, which can be downloaded.
    pub fn is_file(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "photo"
                | "document"
                | "animation"
                | "sticker"
                | "custom_emoji"
                | "video"
                | "video_note"
                | "voice"
                | "audio"
        )
    }
}

/// A download of a chat's history that goes on by itself, the newest messages first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub session_id: SessionId,
    /// The chat.
    pub chat_id: ChatId,
    /// It ends with the first message that was sent before this.
    pub since: UtcTime,
    /// How it stands.
    pub state: BackfillState,
    /// Why it waits, or why it has failed.
    pub reason: Option<String>,
    /// The number that it goes on from; `None` at the start.
    pub next_id: Option<MessageId>,
    /// When the oldest message was sent that it has come to.
    pub oldest_at: Option<UtcTime>,
    /// How many messages it has stored that the log did not have.
    pub stored: i64,
    /// How many messages Telegram has answered with.
    pub seen: i64,
    /// When it was asked for.
    pub started_at: UtcTime,
    /// When it last went on.
    pub updated_at: UtcTime,
    /// When it ended.
    pub ended_at: Option<UtcTime>,
}

/// How a backfill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackfillState {
    /// It goes on while the account is online.
    Running,
    /// Everything is in the log.
    Done,
    /// Telegram refuses the chat.
    Failed,
    /// A client has ended it.
    Cancelled,
}

impl BackfillState {
    /// Its name in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_join_when_nothing_lies_between_them() {
        let joined = |a: (i32, i32), b: (i32, i32)| {
            let both = Interval::new(a.0, a.1).joined(Interval::new(b.0, b.1));
            both.map(|both| (both.from.0, both.to.0))
        };
        assert_eq!(joined((1, 4), (5, 9)), Some((1, 9)));
        assert_eq!(joined((5, 9), (1, 4)), Some((1, 9)));
        assert_eq!(joined((1, 9), (3, 4)), Some((1, 9)));
        assert_eq!(joined((1, 4), (6, 9)), None);
        assert_eq!(joined((6, 9), (1, 4)), None);
        assert_eq!(joined((1, i32::MAX), (2, 3)), Some((1, i32::MAX)));
    }

    #[test]
    fn numbers_end_at_both_ends() {
        assert_eq!(Direction::Down.after(MessageId(1)), None);
        assert_eq!(Direction::Up.after(MessageId(i32::MAX)), None);
        assert_eq!(Direction::Up.after(MessageId(1)), Some(MessageId(2)));
    }
}
