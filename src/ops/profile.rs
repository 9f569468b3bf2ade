//! The account itself.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{Peer, SessionName};
use crate::ops::calling::AccountSource;
use crate::ops::{Ctx, Operation, Subject};

/// Asks Telegram for the account's own user.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct GetProfile<A = SessionName> {
    /// The account.
    pub session: A,
}

impl<A: AccountSource> Operation for GetProfile<A> {
    const NAME: &'static str = "profile.get";
    const SCOPE: Scope = Scope::Read;
    type Output = Peer;

    fn subject(&self) -> Subject {
        self.session.subject()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (_account, link) = self.session.account(ctx).await?;
        Ok(link.own_user().await?)
    }
}
