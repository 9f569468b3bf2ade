//! Searching all chats of an account at Telegram.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{LiveMessage, SessionName};
use crate::ops::calling::AccountSource;
use crate::ops::resolve::Memory;
use crate::ops::{Ctx, Operation, Subject, permission};

/// Searches the messages of all chats, newest first.
///
/// Source: <https://core.telegram.org/method/messages.searchGlobal>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SearchMessages<A = SessionName> {
    /// The account that searches.
    pub session: A,
    /// What the messages contain, as Telegram's search understands it.
    pub query: String,
    /// How many messages at most, 1 to 500.
    pub limit: u32,
}

impl<A: AccountSource> Operation for SearchMessages<A> {
    const NAME: &'static str = "messages.search_all";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<LiveMessage>;

    fn subject(&self) -> Subject {
        self.session.subject()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (account, link) = self.session.account(ctx).await?;
        let found = link.search_all(&self.query, self.limit).await?;
        Memory::of(&ctx.hub, &account).keep(found.peers).await?;
        let readable = permission::readable(ctx, self.session.name()).await?;
        let shown = found.messages.into_iter();
        Ok(shown
            .filter(|message| readable.admits(message.content.chat_id))
            .collect())
    }
}
