//! A message as the hub speaks of it: as it came, as it is now at Telegram, as far as it could be
//! read, and that it is gone.
//!
//! It must not know TL, which makes these, nor tables and answers, which are made of them.

use crate::model::{ChatId, MessageId, UtcTime};
use serde_json::{Value, json};

/// A message as an update brought it, new or edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The chat.
    pub chat_id: ChatId,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// Who wrote it.
    pub sender_id: Option<ChatId>,
    /// Whether the account itself wrote it.
    pub outgoing: bool,
    /// Whether it came without a notification.
    pub silent: bool,
    /// The text.
    pub text: String,
    /// The text's entities, an array; offsets count UTF-16 units.
    pub entities: Value,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Where it was forwarded from.
    pub forward: Option<Value>,
    /// A summary of its media.
    pub media: Option<Value>,
    /// A summary of the action, for service messages.
    pub service: Option<Value>,
    /// When it was sent.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// The message in TL, as it came.
    pub raw: Vec<u8>,
    /// Where in its sequence of changes this version was told; `None` for one that was asked for.
    pub pts: Option<i32>,
}

/// A message that was asked for, or that a call has made or changed.
///
/// Source: <https://core.telegram.org/constructor/message>.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveMessage {
    /// What the log would keep of it.
    pub content: NewMessage,
    /// Telegram's class of its media, such as `MessageMediaPhoto`; a link preview counts.
    pub media_class: Option<String>,
    /// How often it was seen, in channels.
    pub views: Option<i32>,
    /// How often it was forwarded, in channels.
    pub forwards: Option<i32>,
    /// What the messages of one album share.
    pub grouped_id: Option<i64>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// `[{"emoji", "count", "chosen"}]`; `emoji` is null for reactions that are none.
    pub reactions: Value,
}

impl LiveMessage {
    /// Stands for a number that Telegram has not said; its own are from 1.
    pub const NO_NUMBER: MessageId = MessageId(0);

    /// Its number in the chat; `None` when Telegram has taken it without saying one.
    pub fn number(&self) -> Option<MessageId> {
        Some(self.content.message_id).filter(|id| *id != Self::NO_NUMBER)
    }
}

/// A message of which only a part could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableMessage {
    /// What could be read, its number before all; the raw bytes are all of it. Its media is
    /// [`Self::media`].
    pub message: NewMessage,
    /// The first constructor in it that is not known.
    pub constructor: u32,
    /// Telegram's name of the method whose answer it was in.
    pub method: String,
    /// The schema with which it was tried.
    pub layer: i32,
    /// Whether it has changed, so that a stored version is not what it is now.
    pub edited: bool,
}

impl UnreadableMessage {
    /// The `type` of its media.
    pub const MEDIA_TYPE: &str = "unreadable";

    /// Its media: `{"type": "unreadable", "constructor": "0x…"}`.
    pub fn media(constructor: u32) -> Value {
        json!({ "type": Self::MEDIA_TYPE, "constructor": format!("{constructor:#010x}") })
    }

    /// Why the message is not as it should be, in words.
    pub fn reason(&self) -> String {
        let (chat, id) = (self.message.chat_id.0, self.message.message_id.0);
        let (constructor, method) = (self.constructor, &self.method);
        if chat == 0 {
            return format!(
                "message {id} of an unknown chat cannot be read: unknown constructor \
                 {constructor:#010x} in the answer to {method}"
            );
        }
        format!(
            "message {id} of chat {chat} cannot be read: unknown constructor {constructor:#010x} \
             in the answer to {method}"
        )
    }
}

/// Messages that were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Their channel; `None` for any private chat or basic group, which share their numbers.
    pub channel: Option<ChatId>,
    /// Their numbers.
    pub message_ids: Vec<MessageId>,
}
