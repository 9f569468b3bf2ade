//! Messages that Telegram holds back until their time.
//! Source: <https://core.telegram.org/api/scheduled-messages>.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{LiveMessage, MessageId, SessionName};
use crate::ops::{Ctx, Operation, Subject, chat};

/// Lists the scheduled messages of a chat, newest first.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `flood_wait`, `telegram_error`,
/// `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct ListScheduled {
    /// The account that has scheduled.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
}

impl Operation for ListScheduled {
    const NAME: &'static str = "messages.list_scheduled";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        Ok(chat.link.scheduled(&chat.peer).await?)
    }
}

/// Takes back scheduled messages.
///
/// # Errors
/// Those of [`ListScheduled`].
#[derive(Clone, Debug)]
pub struct CancelScheduled {
    /// The account that has scheduled.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// Their numbers in the chat's schedule, 1 to 100.
    pub message_ids: Vec<MessageId>,
}

impl Operation for CancelScheduled {
    const NAME: &'static str = "messages.cancel_scheduled";
    const SCOPE: Scope = Scope::Send;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let chat = chat::open(ctx, &self.session, &self.chat).await?;
        Ok(chat
            .link
            .cancel_scheduled(&chat.peer, &self.message_ids)
            .await?)
    }
}
