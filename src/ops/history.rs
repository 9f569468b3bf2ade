//! Reading messages where they are: at Telegram.
//!
//! Unlike the captured log this sees what was sent before the hub knew the account, and chats that
//! it never got an update of. What it reads is not captured.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{LiveMessage, MessageId, SessionName};
use crate::ops::calling::AccountSource;
use crate::ops::{Ctx, Operation, Subject, chat};
use crate::telegram::HistoryQuery;

/// Reads messages of a chat, newest first.
///
/// Source: <https://core.telegram.org/method/messages.getHistory>,
/// <https://core.telegram.org/method/messages.search>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `flood_wait`, `telegram_error`,
/// `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct ReadHistory<A = SessionName> {
    /// The account that reads.
    pub session: A,
    /// The chat.
    pub chat: String,
    /// How many messages at most, 1 to 200.
    pub limit: u32,
    /// Only messages with smaller numbers; `None` begins with the newest.
    pub before: Option<MessageId>,
    /// Only messages that contain this, as Telegram's search understands it.
    pub search: Option<String>,
}

impl<A: AccountSource> Operation for ReadHistory<A> {
    const NAME: &'static str = "messages.history";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        self.session.subject().reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::look(ctx, &self.session, &self.chat).await?;
        let query = HistoryQuery {
            limit: self.limit,
            before: self.before,
            search: self.search.filter(|text| !text.is_empty()),
            ..HistoryQuery::default()
        };
        let found = chat.link.read_history(&chat.peer, &query).await?;
        chat.keep(ctx, found.peers).await?;
        Ok(found.messages)
    }
}

/// Reads one message.
///
/// # Errors
/// Those of [`ReadHistory`]; `message_not_found`.
#[derive(Clone, Debug)]
pub struct GetMessage<A = SessionName> {
    /// The account that reads.
    pub session: A,
    /// The chat.
    pub chat: String,
    /// Its number in the chat.
    pub message_id: MessageId,
}

impl<A: AccountSource> Operation for GetMessage<A> {
    const NAME: &'static str = "messages.get";
    const SCOPE: Scope = Scope::Read;
    type Output = LiveMessage;

    fn subject(&self) -> Subject {
        self.session.subject().reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::look(ctx, &self.session, &self.chat).await?;
        chat.refuse_old(ctx, "message_id", &[self.message_id])
            .await?;
        let found = chat.link.live_message(&chat.peer, self.message_id).await?;
        found.ok_or_else(|| message_not_found(self.message_id))
    }
}

/// Tells Telegram that the account has read a chat up to a message.
///
/// Source: <https://core.telegram.org/method/messages.readHistory>.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `message_not_found`, `flood_wait`,
/// `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct MarkRead {
    /// The account that has read.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// The newest message read; `None` for all.
    pub up_to: Option<MessageId>,
}

impl Operation for MarkRead {
    const NAME: &'static str = "messages.read";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        let Some(id) = self.up_to else {
            return Ok(chat.link.mark_all_read(&chat.peer).await?);
        };
        let message = chat.message(ctx, "max_id", id).await?;
        Ok(chat.link.mark_read_to(&message).await?)
    }
}

/// The refusal of a number that names no message of the chat.
pub(super) fn message_not_found(id: MessageId) -> Error {
    Error::new(
        Code::MessageNotFound,
        format!("there is no message {id} in the chat"),
    )
}
