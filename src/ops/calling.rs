//! Whose account an operation calls with: a session of the hub, or a guest whose session string the
//! caller has brought.

use crate::auth::Origin;
use crate::error::{Code, Error};
use crate::guests::{Entered, GuestPass, Visit};
use crate::model::{Peer, SessionId, SessionName};
use crate::ops::used::wants_login;
use crate::ops::{Ctx, Subject, accounts};
use crate::session::SessionHandle;
use crate::store::sessions;
use crate::telegram::{CallOptions, Link};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Where an operation gets the account from that it calls with.
pub(crate) trait AccountSource: Clone + Send + Sync + 'static {
    /// What an operation with it touches.
    fn subject(&self) -> Subject;
    /// The session of the hub that it names, if it names one.
    fn name(&self) -> Option<&SessionName>;
    /// The account, with a link as patient as the operation.
    fn account(&self, ctx: &Ctx) -> impl Future<Output = Result<(Account, Link), Error>> + Send;
}

/// An account that can call.
#[derive(Clone)]
pub(crate) enum Account {
    /// A session of the hub, whose peers are in the database.
    Session(SessionHandle),
    /// A guest, whose peers are in memory.
    Guest(Arc<Visit>),
}

impl AccountSource for SessionName {
    fn subject(&self) -> Subject {
        Subject::session(self)
    }

    fn name(&self) -> Option<&SessionName> {
        Some(self)
    }

    async fn account(&self, ctx: &Ctx) -> Result<(Account, Link), Error> {
        let (handle, link) = accounts::online(ctx, self).await?;
        Ok((Account::Session(handle), link))
    }
}

impl AccountSource for GuestPass {
    fn subject(&self) -> Subject {
        Subject::own_account()
    }

    fn name(&self) -> Option<&SessionName> {
        None
    }

    async fn account(&self, ctx: &Ctx) -> Result<(Account, Link), Error> {
        match ctx.hub.guests.enter(self, ctx.stranger()).await? {
            Entered::Guest(visit) => {
                let visit = Arc::new(visit);
                ctx.used.note_guest(self, &visit);
                let link = visit.link(ctx.options.clone());
                Ok((Account::Guest(visit), link))
            }
            Entered::Session(id) => {
                let handle = session_with(ctx, id).await?;
                match accounts::link(&handle, &ctx.options).await {
                    Err(error) if error.code == Code::SessionNotAuthorized => {
                        Err(wants_login(&error))
                    }
                    link => Ok((Account::Session(handle), link?)),
                }
            }
        }
    }
}

/// The session with that row, which holds the caller's key.
async fn session_with(ctx: &Ctx, id: SessionId) -> Result<SessionHandle, Error> {
    if let Some(handle) = ctx.hub.registry.by_id(id) {
        return Ok(handle);
    }
    let row = ctx.hub.store.read(move |conn| sessions::by_id(conn, id));
    let row = row.await?.ok_or_else(|| {
        let why = "the session string's key has just been given up; a new login is needed";
        Error::new(Code::SessionNotAuthorized, why)
    })?;
    Ok(accounts::running(&ctx.hub, &row))
}

impl Account {
    /// The account's own user, if it is known.
    pub(super) fn user(&self) -> Option<Arc<Peer>> {
        match self {
            Self::Session(handle) => handle.user(),
            Self::Guest(visit) => Some(Arc::clone(visit.user())),
        }
    }

    /// Its link as it is now, for calls with these options.
    pub(super) async fn link(&self, options: CallOptions) -> Result<Link, Error> {
        match self {
            Self::Session(handle) => accounts::link(handle, &options).await,
            Self::Guest(visit) => Ok(visit.link(options)),
        }
    }
}

impl Ctx {
    /// The address of a caller who has shown no key, whatever that is.
    pub(super) fn stranger(&self) -> Option<IpAddr> {
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let is_stranger = self.caller.origin() == Origin::Bearer;
        is_stranger.then(|| self.client.unwrap_or(unknown))
    }
}
