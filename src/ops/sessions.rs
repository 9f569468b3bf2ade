//! Looking at sessions and taking them up and down.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{SessionName, SessionState, UtcTime};
use crate::ops::login::UserView;
use crate::ops::{Ctx, Operation};
use std::time::Duration;

/// One session as clients see it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, which the door shows side by side"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Its name.
    pub name: SessionName,
    /// What it does at this moment.
    pub state: SessionState,
    /// Since when.
    pub state_since: UtcTime,
    /// Whether it has a link to Telegram.
    pub is_connected: bool,
    /// Whether Telegram accepts its key, as far as the hub knows.
    pub is_authenticated: bool,
    /// Whether the hub runs it.
    pub is_active: bool,
    /// Whether a login is in progress.
    pub in_login: bool,
    /// The account, once it has logged in.
    pub user: Option<UserView>,
    /// When the last update came from Telegram.
    pub last_update_at: Option<UtcTime>,
    /// When Telegram last answered a call.
    pub last_call_at: Option<UtcTime>,
    /// How many messages were captured since the hub started.
    pub messages_captured: u64,
    /// When the session was created.
    pub created_at: UtcTime,
    /// When the account last logged in.
    pub logged_in_at: Option<UtcTime>,
}

/// Lists sessions, oldest first.
///
/// # Errors
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct ListSessions {
    /// Only sessions in the state of this name, one of [`SessionState::NAMES`].
    pub state: Option<String>,
    /// How many to answer, from 1.
    pub limit: u32,
    /// Only sessions that come after this one.
    pub after: Option<SessionName>,
}

/// One page of [`ListSessions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionList {
    /// How many sessions pass the filter, on all pages.
    pub total: u64,
    /// The sessions of this page.
    pub sessions: Vec<SessionView>,
    /// After which session the next page starts; `None` on the last page.
    pub next: Option<SessionName>,
}

impl Operation for ListSessions {
    const NAME: &'static str = "sessions.list";
    const SCOPE: Scope = Scope::Read;
    type Output = SessionList;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}

/// Looks at one session; `None` when nobody knows it.
///
/// # Errors
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SessionStatus {
    /// The session.
    pub session: SessionName,
}

impl Operation for SessionStatus {
    const NAME: &'static str = "sessions.status";
    const SCOPE: Scope = Scope::Read;
    type Output = Option<SessionView>;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}

/// Logs a session out as well as it can and deletes what the hub stores of it.
///
/// Captured messages stay unless `purge` is set. Succeeds as well for an unknown session.
///
/// # Errors
/// `session_busy`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct DestroySession {
    /// The session.
    pub session: SessionName,
    /// Whether its captured messages go too.
    pub purge: bool,
}

impl Operation for DestroySession {
    const NAME: &'static str = "sessions.destroy";
    const SCOPE: Scope = Scope::Manage;
    type Output = ();

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}

/// Brings a session back at once, whatever back-off it is in.
///
/// # Errors
/// `session_not_found`, `session_not_authorized`, `telegram_unreachable`,
/// `database_unavailable`.
#[derive(Clone, Debug)]
pub struct Reconnect {
    /// The session.
    pub session: SessionName,
}

/// What became of [`Reconnect`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconnected {
    /// It was online; nothing was done.
    AlreadyConnected,
    /// It was running without a link and is online again.
    Reconnected,
    /// It was not running and came back from the database.
    Restored {
        /// The account's first name.
        first_name: Option<String>,
    },
}

impl Operation for Reconnect {
    const NAME: &'static str = "sessions.reconnect";
    const SCOPE: Scope = Scope::Manage;
    type Output = Reconnected;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}

/// Brings back every stored account that is logged in, and answers how many are online.
///
/// Accounts that run already count.
///
/// # Errors
/// `database_unavailable`.
#[derive(Clone, Copy, Debug)]
pub struct RestoreSessions;

impl Operation for RestoreSessions {
    const NAME: &'static str = "sessions.restore";
    const SCOPE: Scope = Scope::Manage;
    // A fleet of thousands needs longer than a single call may take.
    const TIME_LIMIT: Duration = Duration::from_mins(10);
    type Output = u64;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}
