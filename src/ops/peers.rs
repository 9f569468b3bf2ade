//! Finding users, groups and channels.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{Peer, SessionName};
use crate::ops::calling::Account;
use crate::ops::resolve::{Purpose, Resolver, store_peers};
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::store::peers;

/// How many messages of Saved Messages are looked through for peers.
const MESSAGES_SCANNED: i32 = 100;

/// Finds a user, group or channel by any name it has, and remembers it.
///
/// # Errors
/// `session_not_authorized`, `chat_not_found`, `flood_wait`, `telegram_error`,
/// `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ResolveEntity {
    /// The account that looks.
    pub session: SessionName,
    /// A username, link, phone number or id.
    pub identifier: String,
    /// Whether Telegram is asked how the entity is named at this moment, known or not.
    pub fresh: bool,
}

impl Operation for ResolveEntity {
    const NAME: &'static str = "peers.resolve";
    const SCOPE: Scope = Scope::Read;
    type Output = Peer;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.identifier)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let resolver = Resolver {
            hub: &ctx.hub,
            account: &Account::Session(handle),
            link: &link,
        };
        if !self.fresh {
            let found = resolver.chat(&self.identifier, Purpose::Look).await?;
            return Ok(found.peer);
        }
        let found = resolver.chat(&self.identifier, Purpose::Act).await?.peer;
        if found.whole {
            return Ok(found);
        }
        let shown = resolver.shown_now(&found).await?;
        shown.ok_or_else(|| {
            let why = "Telegram does not show this chat to the account any more";
            Error::new(Code::ChatNotFound, why)
        })
    }
}

/// Lists the entities that the hub remembers for a session, in the order of their marked ids.
///
/// Empty for an unknown session.
///
/// # Errors
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListEntities {
    /// The session.
    pub session: SessionName,
}

impl Operation for ListEntities {
    const NAME: &'static str = "peers.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<Peer>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let Some(row) = accounts::row(&ctx.hub, &self.session).await? else {
            return Ok(Vec::new());
        };
        let list = move |conn: &mut _| peers::list(conn, row.id);
        Ok(ctx.hub.store.read(list).await?)
    }
}

/// Remembers the entities named by the last 100 messages of Saved Messages; answers how many.
///
/// # Errors
/// `session_not_authorized`, `flood_wait`, `telegram_error`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct CacheFromMessages {
    /// The session.
    pub session: SessionName,
}

impl Operation for CacheFromMessages {
    const NAME: &'static str = "peers.cache_from_messages";
    const SCOPE: Scope = Scope::Manage;
    type Output = u64;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let own = link.own_user().await?;
        let found = link.history_peers(&own, MESSAGES_SCANNED).await?;
        let count = u64::try_from(found.len()).unwrap_or(u64::MAX);
        store_peers(&ctx.hub, handle.id, found).await?;
        Ok(count)
    }
}
