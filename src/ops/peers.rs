//! Finding users, groups and channels.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{ChatKind, PeerRow, SessionName};
use crate::ops::messages::ResolvedEntity;
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

/// A user, group or channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityView {
    /// The bare id.
    pub id: i64,
    /// `User`, `Chat` or `Channel`; `ChatForbidden` or `ChannelForbidden` where the account was
    /// thrown out, in lists of dialogs.
    pub kind: &'static str,
    /// The username, without `@`.
    pub username: Option<String>,
    /// All usernames that lead to it, where they are known.
    pub usernames: Vec<String>,
    /// A user's first name.
    pub first_name: Option<String>,
    /// A user's last name.
    pub last_name: Option<String>,
    /// A user's phone number.
    pub phone: Option<String>,
    /// A group's or channel's title.
    pub title: Option<String>,
    /// Whether a user is a bot.
    pub is_bot: Option<bool>,
}

impl Operation for ResolveEntity {
    const NAME: &'static str = "peers.resolve";
    const SCOPE: Scope = Scope::Read;
    type Output = EntityView;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).reads(&self.identifier)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (handle, link) = accounts::online(ctx, &self.session).await?;
        let resolver = Resolver {
            hub: &ctx.hub,
            handle: &handle,
            link: &link,
        };
        if !self.fresh {
            let found = resolver.chat(&self.identifier, Purpose::Look).await?;
            return Ok(EntityView::from(found.peer));
        }
        let found = resolver.chat(&self.identifier, Purpose::Act).await?.peer;
        if found.whole {
            return Ok(EntityView::from(found));
        }
        let shown = resolver.shown_now(&found).await?;
        shown.map(EntityView::from).ok_or_else(|| {
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

/// A user, group or channel that the hub remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedEntityView {
    /// The bare id.
    pub entity_id: i64,
    /// `user`, `chat` or `channel`.
    pub kind: &'static str,
    /// The name shown in clients.
    pub name: Option<String>,
    /// The username, without `@`.
    pub username: Option<String>,
    /// A user's phone number.
    pub phone: Option<String>,
}

impl Operation for ListEntities {
    const NAME: &'static str = "peers.list";
    const SCOPE: Scope = Scope::Read;
    type Output = Vec<CachedEntityView>;

    fn subject(&self) -> Subject {
        Subject::session(&self.session).other_chats()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let Some(row) = accounts::row(&ctx.hub, &self.session).await? else {
            return Ok(Vec::new());
        };
        let rows = ctx
            .hub
            .store
            .read(move |conn| peers::list(conn, row.id))
            .await?;
        Ok(rows.into_iter().map(CachedEntityView::from).collect())
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

impl From<PeerRow> for EntityView {
    fn from(peer: PeerRow) -> Self {
        let is_user = peer.peer_id.kind() == ChatKind::User;
        Self {
            id: peer.peer_id.bare(),
            kind: ResolvedEntity::from(peer.peer_id).kind,
            usernames: peer
                .usernames
                .unwrap_or_else(|| peer.username.iter().cloned().collect()),
            username: peer.username,
            first_name: peer.first_name,
            last_name: peer.last_name,
            phone: peer.phone,
            title: peer.name.filter(|_| !is_user),
            is_bot: peer.is_bot,
        }
    }
}

impl EntityView {
    /// A peer of which Telegram says whether the account was thrown out.
    pub(super) fn from_live(peer: PeerRow, forbidden: bool) -> Self {
        let view = Self::from(peer);
        let kind = match view.kind {
            "Chat" if forbidden => "ChatForbidden",
            "Channel" if forbidden => "ChannelForbidden",
            kind => kind,
        };
        Self { kind, ..view }
    }
}

impl From<PeerRow> for CachedEntityView {
    fn from(peer: PeerRow) -> Self {
        Self {
            entity_id: peer.peer_id.bare(),
            kind: match peer.peer_id.kind() {
                ChatKind::User => "user",
                ChatKind::Chat => "chat",
                ChatKind::Channel => "channel",
            },
            name: peer.name,
            username: peer.username,
            phone: peer.phone,
        }
    }
}
