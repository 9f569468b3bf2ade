//! The account's list of chats.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ListedChat, SessionName};
use crate::ops::resolve::store_peers;
use crate::ops::{Ctx, Operation, Subject, accounts, permission};

/// Lists the account's chats, pinned ones first and then the newest.
///
/// Source: <https://core.telegram.org/method/messages.getDialogs>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListDialogs {
    /// The account.
    pub session: SessionName,
    /// How many at most, 1 to 500.
    pub limit: u32,
    /// The archived chats, instead of the others.
    pub archived: bool,
}

impl Operation for ListDialogs {
    const NAME: &'static str = "dialogs.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<ListedChat>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let listed = link.list_dialogs(self.limit, self.archived).await?;
        store_peers(&ctx.hub, handle.id, listed.peers).await?;
        let readable = permission::readable(ctx, &self.session).await?;
        let shown = listed.entries.into_iter();
        Ok(shown
            .filter(|chat| readable.admits(chat.peer.peer_id))
            .collect())
    }
}
