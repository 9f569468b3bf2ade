//! Exports that Telegram Desktop writes as JSON, read from one end to the other.
//!
//! It owns the form of these files and what of it becomes a message of the model. A file may have
//! gigabytes: what is read is handed on a message at a time and forgotten. It must not know where
//! messages go.
//!
//! Source: `export/output/export_output_json.cpp` and `export/data/export_data_types.cpp` of
//! <https://github.com/telegramdesktop/tdesktop>.

mod document;
mod escapes;
mod fields;
mod media;
mod message;
mod peers;
mod service;
#[cfg(test)]
mod tests;
mod text;

pub use document::{ReadError, read};

use crate::model::{ChatId, ChatKind, Message, UserId};
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a file has been read.
#[derive(Debug, Default)]
pub struct Place {
    bytes: AtomicU64,
    lines: AtomicU64,
}

impl Place {
    /// The bytes before it.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Its line, from 1.
    pub fn line(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }
}

/// A part of an export, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whose export it is. That of a single chat does not say it.
    Account(UserId),
    /// A chat, whose messages follow.
    Chat(ExportedChat),
    /// A message of the chat before it.
    Message(Box<ExportedMessage>),
    /// Something that is left out, and why.
    Skipped(Skip),
}

/// A chat of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedChat {
    /// The chat.
    pub chat_id: ChatId,
    /// What the export calls its kind, such as `private_supergroup`.
    pub kind: String,
    /// Its name or title.
    pub name: Option<String>,
}

impl ExportedChat {
    /// Whether it is what an account keeps for itself; its number is the account's own.
    pub fn is_own(&self) -> bool {
        self.kind == "saved_messages"
    }

    /// Whether only the account and one other write in it.
    pub fn is_dialog(&self) -> bool {
        matches!(self.kind.as_str(), "personal_chat" | "bot_chat")
            && self.chat_id.kind() == ChatKind::User
    }
}

/// A message of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedMessage {
    /// What it is, as far as an export tells. Whether it is outgoing is not known.
    pub content: Message,
    /// The name of its sender.
    pub sender_name: Option<String>,
    /// Whether it is of the group that the supergroup was before, whose id the export does not
    /// tell: its chat is that supergroup, and its number is that of the group.
    pub of_former_group: bool,
}

/// What is left out of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Skip {
    /// A message that Telegram Desktop itself could not read, and of which it tells no date.
    Unsupported,
    /// A message that lacks what every message has.
    Unreadable {
        /// The line of its end.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// All messages of a chat of a kind that is not known.
    Chat {
        /// What the export calls its kind.
        kind: String,
        /// Its name.
        name: Option<String>,
    },
}
