//! The account's list of chats.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ListedChat, SessionName};
use crate::ops::calling::AccountSource;
use crate::ops::resolve::Memory;
use crate::ops::{Ctx, Operation, Subject, permission};

/// Lists the account's chats, pinned ones first and then the newest.
///
/// Source: <https://core.telegram.org/method/messages.getDialogs>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListDialogs<A = SessionName> {
    /// The account.
    pub session: A,
    /// How many at most, 1 to 500.
    pub limit: u32,
    /// The archived chats, instead of the others.
    pub archived: bool,
}

impl<A: AccountSource> Operation for ListDialogs<A> {
    const NAME: &'static str = "dialogs.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<ListedChat>;

    fn subject(&self) -> Subject {
        self.session.subject()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (account, link) = self.session.account(ctx).await?;
        let listed = link.list_dialogs(self.limit, self.archived).await?;
        Memory::of(&ctx.hub, &account).keep(listed.peers).await?;
        let readable = permission::readable(ctx, self.session.name()).await?;
        let shown = listed.entries.into_iter();
        Ok(shown
            .filter(|chat| readable.admits(chat.peer.peer_id))
            .collect())
    }
}
