//! An account's folders of chats.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{Folder, SessionName};
use crate::ops::{Ctx, Operation, Subject, accounts};

/// Lists an account's folders in their order, the list of all chats among them.
///
/// Source: <https://core.telegram.org/method/messages.getDialogFilters>.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct ListFolders {
    /// The account.
    pub session: SessionName,
}

impl Operation for ListFolders {
    const NAME: &'static str = "folders.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<Folder>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (_, link) = accounts::online(ctx, &self.session).await?;
        Ok(link.folders().await?)
    }
}
