//! What an account has just sent, as Telegram shows it.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{LiveMessage, MessageId, SessionName};
use crate::ops::history::GetMessage;
use crate::ops::scheduled::ListScheduled;
use crate::ops::{Ctx, Operation, Subject};

/// Reads a message that the caller has sent: who may write to a chat may see that much of it.
///
/// # Errors
/// Those of [`GetMessage`] and [`ListScheduled`].
#[derive(Clone, Debug)]
pub struct GetSent {
    /// The account that has sent it.
    pub session: SessionName,
    /// The chat.
    pub chat: String,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// Whether it waits for its time, which gives it a number of another kind.
    pub scheduled: bool,
}

impl Operation for GetSent {
    const NAME: &'static str = "messages.get_sent";
    const SCOPE: Scope = Scope::Send;
    type Output = LiveMessage;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).writes(&self.chat)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (session, chat) = (self.session, self.chat);
        let ctx = &ctx.looking();
        if !self.scheduled {
            let op = GetMessage {
                session,
                chat,
                message_id: self.message_id,
            };
            return op.run(ctx).await;
        }
        let waiting = ListScheduled { session, chat }.run(ctx).await?;
        let same = |message: &LiveMessage| message.content.message_id == self.message_id;
        // One that has been sent meanwhile has another number, which nobody tells.
        waiting.into_iter().find(same).ok_or_else(|| {
            let why = "the message is not scheduled any more";
            Error::new(Code::MessageNotFound, why)
        })
    }
}
