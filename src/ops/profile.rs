//! The account itself.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{Peer, SessionName};
use crate::ops::{Ctx, Operation, Subject, accounts};

/// Asks Telegram for the account's own user.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct GetProfile {
    /// The account.
    pub session: SessionName,
}

impl Operation for GetProfile {
    const NAME: &'static str = "profile.get";
    const SCOPE: Scope = Scope::Read;
    type Output = Peer;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (_, link) = accounts::online(ctx, &self.session).await?;
        Ok(link.own_user().await?)
    }
}
