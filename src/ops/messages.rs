//! Sending messages and reading the captured ones.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{ChatId, ChatKind, ChatTarget, Cursor, MessageId, Page, SessionName, UtcTime};
use crate::ops::{Ctx, Operation};
use serde_json::Value;

/// How a text becomes a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ParseMode {
    /// Markdown marks become formatting.
    #[default]
    Markdown,
    /// The text is sent as it is.
    Plain,
}

/// Sends a text message.
///
/// With an idempotency key the same request is sent once only, however often it is repeated.
/// Source: <https://core.telegram.org/method/messages.sendMessage>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found` (the one replied to),
/// `message_invalid`, `write_forbidden`, `flood_wait`, `idempotency_key_reused`,
/// `idempotency_in_progress`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SendMessage {
    /// The account that sends.
    pub session: SessionName,
    /// The chat, in any form that [`ChatTarget::parse`] reads.
    pub chat: String,
    /// The text.
    pub text: String,
    /// The message this one answers.
    pub reply_to: Option<MessageId>,
    /// How the text is read.
    pub parse_mode: ParseMode,
    /// Whether the receivers get no sound.
    pub silent: bool,
    /// The caller's key for this request: 1 to 255 visible ASCII characters.
    pub idempotency_key: Option<String>,
}

/// A message that Telegram has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// Its number in the chat.
    pub message_id: MessageId,
    /// The chat.
    pub chat_id: ChatId,
    /// The chat that a fallback found, when the first lookup had failed.
    pub resolved: Option<ResolvedEntity>,
    /// Whether an earlier request with the same key had sent it.
    pub replayed: bool,
}

/// A chat found by a fallback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolvedEntity {
    /// The bare id.
    pub id: i64,
    /// `User`, `Chat` or `Channel`.
    pub kind: &'static str,
}

impl From<ChatId> for ResolvedEntity {
    fn from(chat: ChatId) -> Self {
        Self {
            id: chat.bare(),
            kind: match chat.kind() {
                ChatKind::User => "User",
                ChatKind::Chat => "Chat",
                ChatKind::Channel => "Channel",
            },
        }
    }
}

impl Operation for SendMessage {
    const NAME: &'static str = "messages.send";
    const SCOPE: Scope = Scope::Send;
    type Output = SentMessage;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}

/// Which captured messages to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageQuery {
    /// Only messages of this chat. A bare id means the user, group and channel of that number.
    pub chat_id: Option<ChatTarget>,
    /// Only messages of this sender.
    pub from: Option<ChatTarget>,
    /// Only messages sent at or after this instant.
    pub since: Option<UtcTime>,
    /// Only messages sent before this instant.
    pub until: Option<UtcTime>,
    /// Only messages whose text contains this, whatever the case.
    pub q: Option<String>,
    /// How many to answer, 1 to 500.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

/// Reads captured messages, newest first by sending time and then by row.
///
/// # Errors
/// `session_not_found`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListMessages {
    /// The session, or all of them.
    pub session: Option<SessionName>,
    /// Which of its messages.
    pub filter: MessageQuery,
}

/// One captured message as clients see it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    /// The session that captured it.
    pub session: SessionName,
    /// The chat, marked.
    pub chat_id: ChatId,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// The sender, marked; channels and anonymous admins send as a chat.
    pub sender_id: Option<ChatId>,
    /// Whether the account itself sent it.
    pub outgoing: bool,
    /// The text without formatting; empty when there is none.
    pub text: String,
    /// The formatting, an array; offsets in UTF-16 units.
    pub entities: Value,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Where it was forwarded from.
    pub forward: Option<Value>,
    /// A summary of the attached media.
    pub media: Option<Value>,
    /// What happened, when it is a service message.
    pub service: Option<Value>,
    /// When it was sent.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// When the hub learnt of its deletion.
    pub deleted_at: Option<UtcTime>,
    /// When the hub wrote it down.
    pub captured_at: UtcTime,
}

impl Operation for ListMessages {
    const NAME: &'static str = "messages.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Page<MessageView>;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}
