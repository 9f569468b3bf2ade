//! How the archive fetches an account's chats: built-in settings, what is changed for all accounts,
//! and what is changed for one.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::{ArchiveChanges, ArchiveSettings, SessionId, SessionName};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::archive_settings as table;
use crate::store::{self, AnyConnection};

/// Whom settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsOf {
    /// The account.
    Account,
    /// All accounts, as far as nothing else is set for them.
    All,
}

/// Reads the archive's settings.
///
/// # Errors
/// `session_not_authorized` when the account is not logged in here, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct GetArchiveSettings {
    /// The account that asks.
    pub session: SessionName,
    /// Whose settings.
    pub of: SettingsOf,
}

impl Operation for GetArchiveSettings {
    const NAME: &'static str = "archive_settings.get";
    const SCOPE: Scope = Scope::Read;
    type Output = ArchiveSettings;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = accounts::logged_in(&ctx.hub, &self.session).await?;
        let of = self.of;
        let read = move |conn: &mut AnyConnection| effective(conn, session, of);
        Ok(ctx.hub.store.read(read).await?)
    }
}

/// Changes the archive's settings, and answers them as they are then.
///
/// # Errors
/// `session_not_authorized` when the account is not logged in here, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ChangeArchiveSettings {
    /// The account that asks.
    pub session: SessionName,
    /// Whose settings.
    pub of: SettingsOf,
    /// What is to be otherwise.
    pub changes: ArchiveChanges,
}

impl Operation for ChangeArchiveSettings {
    const NAME: &'static str = "archive_settings.change";
    const SCOPE: Scope = Scope::Manage;
    type Output = ArchiveSettings;

    fn subject(&self) -> Subject {
        match self.of {
            SettingsOf::Account => Subject::session(&self.session),
            SettingsOf::All => Subject::all_sessions(),
        }
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let session = accounts::logged_in(&ctx.hub, &self.session).await?;
        let Self { of, changes, .. } = self;
        let _one_at_a_time = ctx.hub.archive_changes.lock().await;
        let write = move |conn: &mut AnyConnection| {
            match of {
                SettingsOf::Account => {
                    let mut all = table::of_session(conn, session)?;
                    all.merge(changes);
                    table::put_of_session(conn, session, &all)?;
                }
                SettingsOf::All => {
                    let mut all = table::of_all(conn)?;
                    all.merge(changes);
                    table::put_of_all(conn, &all)?;
                }
            }
            effective(conn, session, of)
        };
        Ok(ctx.hub.store.write(write).await?)
    }
}

/// What holds for an account, or for all.
fn effective(
    conn: &mut AnyConnection,
    session: SessionId,
    of: SettingsOf,
) -> Result<ArchiveSettings, store::Error> {
    let of_all = table::of_all(conn)?.apply(ArchiveSettings::default());
    Ok(match of {
        SettingsOf::Account => table::of_session(conn, session)?.apply(of_all),
        SettingsOf::All => of_all,
    })
}
