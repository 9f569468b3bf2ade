//! Taking over an account that was logged in elsewhere.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{SessionName, StringKind};
use crate::ops::login::UserView;
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::session::{ForeignKey, import};
use secrecy::SecretString;

/// Takes an account over from a session string of Telethon or Pyrogram, and connects it.
///
/// Telegram is asked for the account first. The string must not be in use anywhere else from then
/// on: Telegram ends a key that is connected twice.
///
/// # Errors
/// `session_string_invalid`, `session_in_use`, `account_mismatch`, `invalid_request` for a new
/// name that hides something, `flood_wait`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ImportSession {
    /// The name it gets: a new one, or that of a session that is not logged in.
    pub session: SessionName,
    /// The string.
    pub string: SecretString,
    /// Whose string it is; told by its length if not said.
    pub kind: Option<StringKind>,
}

impl Operation for ImportSession {
    const NAME: &'static str = "sessions.import";
    const SCOPE: Scope = Scope::Manage;
    type Output = UserView;

    fn subject(&self) -> Subject {
        Subject::new_session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let key = ForeignKey::read(&self.string, self.kind)?;
        let context = ctx.hub.registry.context();
        let app = context.app();
        // A caller may have brought the same string with a request.
        let _claim = ctx.hub.guests.claim(&key.key).await;
        let place = (&self.session, ctx.caller.tenant());
        let (id, user) = import(&ctx.hub.store, &context.link, &app, place, key).await?;
        // What was parked under the name knows nothing of the new key.
        if let Some(parked) = ctx.hub.registry.get(&self.session) {
            parked.stop().await;
        }
        let handle = ctx.hub.registry.get_or_connect(&self.session, id);
        handle.link(accounts::PATIENCE).await?;
        Ok(UserView::from(&user))
    }
}
