//! Which session a call is for, when doors let clients leave it out.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{Missing, Reach, SessionName, StoredSession, StoredState};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::sessions;

/// Chooses the session that is named, or the default one, or the only one there is.
///
/// Sessions that are not logged in count only when no other is.
///
/// # Errors
/// `session_not_found` when nobody has the name or there is no session at all, `invalid_request`
/// when there are several and none is named, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ChooseSession {
    /// The one that the client names.
    pub named: Option<SessionName>,
    /// The one that the settings name.
    pub default: Option<SessionName>,
}

impl Operation for ChooseSession {
    const NAME: &'static str = "sessions.choose";
    const SCOPE: Scope = Scope::Any;
    type Output = SessionName;

    fn subject(&self) -> Subject {
        Subject::sessions(self.named.as_ref().or(self.default.as_ref()))
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let Some(name) = self.named.or(self.default) else {
            return only_one(ctx).await;
        };
        let runs = ctx.hub.registry.get(&name).is_some();
        if runs || accounts::row(&ctx.hub, &name).await?.is_some() {
            return Ok(name);
        }
        Err(Error::new(
            Code::SessionNotFound,
            format!("there is no session {:?}", name.as_str()),
        ))
    }
}

/// Whether Telegram accepts the key of the session that calls without a name get.
///
/// Where none would get them because there are several, any of these will do.
///
/// # Errors
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct DefaultAuthorized {
    /// The one that the settings name.
    pub default: Option<SessionName>,
}

impl Operation for DefaultAuthorized {
    const NAME: &'static str = "sessions.default_authorized";
    const SCOPE: Scope = Scope::Public;
    type Output = bool;

    fn subject(&self) -> Subject {
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let rows = match &self.default {
            Some(name) => accounts::row(&ctx.hub, name).await?.into_iter().collect(),
            None => candidates(ctx, Reach::default()).await?,
        };
        Ok(rows.into_iter().any(|row| {
            let handle = ctx.hub.registry.get(&row.name);
            accounts::view(row, handle.as_ref(), Missing::default()).is_authenticated
        }))
    }
}

async fn only_one(ctx: &Ctx) -> Result<SessionName, Error> {
    let mut names = candidates(ctx, ctx.caller.reach())
        .await?
        .into_iter()
        .map(|row| row.name);
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err(Error::new(
            Code::SessionNotFound,
            "there is no session yet; log one in or import one",
        )),
        (Some(_), Some(_)) => Err(Error::new(
            Code::InvalidRequest,
            "there are several sessions: name one, or set HUB_DEFAULT_SESSION",
        )),
    }
}

/// The sessions that are logged in, or else the others; at most two, which tells of several.
async fn candidates(ctx: &Ctx, reach: Reach) -> Result<Vec<StoredSession>, Error> {
    let page = ctx
        .hub
        .store
        .read(move |conn| {
            let active = sessions::page(conn, &reach, Some(StoredState::Active), 2, None)?;
            if active.items.is_empty() {
                return sessions::page(conn, &reach, None, 2, None);
            }
            Ok(active)
        })
        .await?;
    Ok(page.items)
}
