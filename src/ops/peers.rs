//! Finding users, groups and channels.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::SessionName;
use crate::ops::{Ctx, Operation};

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
}

/// A user, group or channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityView {
    /// The bare id.
    pub id: i64,
    /// `User`, `Chat` or `Channel`.
    pub kind: &'static str,
    /// The username, without `@`.
    pub username: Option<String>,
    /// A user's first name.
    pub first_name: Option<String>,
    /// A user's last name.
    pub last_name: Option<String>,
    /// A user's phone number.
    pub phone: Option<String>,
    /// A group's or channel's title.
    pub title: Option<String>,
}

impl Operation for ResolveEntity {
    const NAME: &'static str = "peers.resolve";
    const SCOPE: Scope = Scope::Read;
    type Output = EntityView;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
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

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
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

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}
