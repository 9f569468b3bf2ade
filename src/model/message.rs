//! A message as the hub speaks of it: what it is, and around that how it came, how the log has it,
//! how it is now at Telegram, as far as it could be read, and that it is gone.
//!
//! It must not know TL, which makes these, nor tables and answers, which are made of them.

use crate::model::{ChatId, MessageId, SessionId, SessionName, UtcTime};
use serde_json::{Value, json};

/// A message: where it stands, who wrote it, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The chat.
    pub chat_id: ChatId,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// Who wrote it; `None` for a channel's own posts and for unknown senders.
    pub sender_id: Option<ChatId>,
    /// Whether the account itself wrote it.
    pub outgoing: bool,
    /// Whether it came without a notification.
    pub silent: bool,
    /// The text without formatting, as last edited; empty when there is none.
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
    /// When it was sent, in whole seconds.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// Who signed it, in channels whose posts are signed.
    pub post_author: Option<String>,
}

impl Message {
    /// A message of which nothing is known but where and when it was sent.
    pub const fn new(chat_id: ChatId, message_id: MessageId, sent_at: UtcTime) -> Self {
        Self {
            chat_id,
            message_id,
            sender_id: None,
            outgoing: false,
            silent: false,
            text: String::new(),
            entities: Value::Array(Vec::new()),
            reply_to: None,
            forward: None,
            media: None,
            service: None,
            sent_at,
            edited_at: None,
            post_author: None,
        }
    }

    /// What tells it from all others of an account.
    pub const fn place(&self) -> (ChatId, MessageId) {
        (self.chat_id, self.message_id)
    }
}

/// A message as an update brought it, new or edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// What it is.
    pub content: Message,
    /// The message in TL, as it came.
    pub raw: Vec<u8>,
    /// Where in its sequence of changes this version was told; `None` for one that was asked for.
    pub pts: Option<i32>,
}

/// A message of the captured log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedMessage {
    /// Its number in the log, in the order of capture.
    pub id: i64,
    /// The account that saw it.
    pub session_id: SessionId,
    /// That account's name.
    pub session_name: SessionName,
    /// What it is, as last captured.
    pub content: Message,
    /// When its deletion was seen.
    pub deleted_at: Option<UtcTime>,
    /// When it was first stored.
    pub captured_at: UtcTime,
}

/// An earlier version of a message of the captured log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The text it had.
    pub text: String,
    /// Its entities, an array.
    pub entities: Value,
    /// The summary of its media.
    pub media: Option<Value>,
    /// When this version was made by an edit; `None` for the first version.
    pub edited_at: Option<UtcTime>,
    /// When the next version was captured.
    pub replaced_at: UtcTime,
}

/// A message that was asked for, or that a call has made or changed.
///
/// Source: <https://core.telegram.org/constructor/message>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveMessage {
    /// What it is.
    pub content: Message,
    /// Telegram's class of its media, such as `MessageMediaPhoto`; a link preview counts.
    pub media_class: Option<String>,
    /// The name of its sender, or of the chat that it is a post of, where Telegram tells it along.
    pub sender_name: Option<String>,
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
        let (chat, id) = (
            self.message.content.chat_id.0,
            self.message.content.message_id.0,
        );
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
