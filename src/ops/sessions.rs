//! Looking at sessions and taking them up and down.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{Healing, LoggedOut, Missing, SessionName, SessionState, StoredState, UtcTime};
use crate::ops::login::UserView;
use crate::ops::{Ctx, Operation, Subject, accounts};
use crate::session::{self, destroy};
use crate::store::missing;
use crate::store::sessions::{self, Purge};
use log::warn;
use std::time::Duration;

/// How long a destroyed session may take to end its link in good order.
const LOG_OUT_PATIENCE: Duration = Duration::from_secs(12);

/// How long a restore waits for one account.
const RESTORE_PATIENCE: Duration = Duration::from_mins(2);

/// One session as clients see it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent facts, which the door shows side by side"
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
    /// Whether updates arrive over the link, as far as the last look at it tells.
    pub is_receiving: bool,
    /// Since when they do, or do not any more.
    pub receiving_since: Option<UtcTime>,
    /// What Telegram has said of the key, such as `AUTH_KEY_UNREGISTERED`, and is not believed
    /// before it has been said over several connections.
    pub key_doubted: Option<String>,
    /// Which methods Telegram does not want to hear from the account, and until when.
    pub flood_waits: Vec<(String, UtcTime)>,
    /// What its log lacks.
    pub missing: Missing,
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
    /// When Telegram's place in the account's updates was last compared with the hub's.
    pub checked_at: Option<UtcTime>,
    /// By how many pts Telegram was ahead then; may be negative by a hair.
    pub pts_drift: Option<i64>,
    /// How long after Telegram's date of it, which is in whole seconds, the newest message was
    /// captured. Only messages that were sent while the session was listening count.
    pub update_lag: Option<Duration>,
    /// What was done to bring the session back since the hub started it.
    pub healing: Healing,
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
/// `invalid_request` when nobody has ever used the name that the page is to start after,
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

    fn subject(&self) -> Subject {
        Subject::reached_sessions()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let (after, reach) = (self.after.clone(), ctx.caller.reach());
        let (rows, seen, missing) = ctx
            .hub
            .store
            .read(move |conn| {
                // Numbers outlive their sessions: a page finds its place though the session
                // before it is gone or has left the filter.
                let seen = match &after {
                    Some(name) => sessions::id_of_name(conn, name)?,
                    None => None,
                };
                Ok((
                    sessions::list(conn, &reach, None)?,
                    seen,
                    missing::by_session(conn)?,
                ))
            })
            .await?;
        if self.after.is_some() && seen.is_none() {
            let why = "is not a cursor that this hub has given out";
            return Err(Error::invalid_query("cursor", "value_error", why));
        }
        let views = rows.into_iter().map(|row| {
            let handle = ctx.hub.registry.get(&row.name);
            let missing = missing.get(&row.id).copied().unwrap_or_default();
            (row.id, accounts::view(row, handle.as_ref(), missing))
        });
        let matching: Vec<_> = views
            .filter(|(_, view)| {
                let state = self.state.as_ref();
                state.is_none_or(|state| view.state.name() == state)
            })
            .collect();
        let total = u64::try_from(matching.len()).unwrap_or(u64::MAX);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let start = matching.partition_point(|(id, _)| Some(*id) <= seen);
        let more = matching.len() > start.saturating_add(limit);
        let page: Vec<_> = matching
            .into_iter()
            .skip(start)
            .take(limit)
            .map(|(_, view)| view)
            .collect();
        let next = page.last().filter(|_| more).map(|view| view.name.clone());
        Ok(SessionList {
            total,
            sessions: page,
            next,
        })
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

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let name = self.session.clone();
        let found = ctx.hub.store.read(move |conn| {
            let row = sessions::by_name(conn, &name)?;
            let missing = match &row {
                Some(row) => missing::of(conn, row.id)?,
                None => Missing::default(),
            };
            Ok((row, missing))
        });
        let (row, missing) = found.await?;
        let handle = ctx.hub.registry.get(&self.session);
        Ok(row.map(|row| accounts::view(row, handle.as_ref(), missing)))
    }
}

/// Logs a session out and deletes what the hub stores of it. A log-out that Telegram does not take
/// at once is done later, and the session's name is free all the same.
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
    // After a purge the whole database may be written anew.
    const TIME_LIMIT: Duration = Duration::from_mins(10);
    type Output = LoggedOut;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let hub = &ctx.hub;
        let mut unreadable = false;
        // Nobody is to scan the session back.
        hub.qr_logins.cancel_of(&self.session).await;
        if let Some(handle) = hub.registry.get(&self.session) {
            // One that is connecting answers nobody; what it would do is done below.
            if !matches!(handle.snapshot().state, SessionState::Connecting) {
                let asked = tokio::time::timeout(LOG_OUT_PATIENCE, handle.log_out()).await;
                match asked {
                    Ok(Err(error)) if error.code == Code::DatabaseUnavailable => return Err(error),
                    Ok(Ok(outcome)) => unreadable = outcome == LoggedOut::Unreadable,
                    Ok(Err(_)) | Err(_) => {}
                }
            }
            handle.stop().await;
        }
        let purge = if self.purge {
            Purge::All
        } else {
            Purge::KeepMessages
        };
        let context = hub.registry.context();
        let destroyed = destroy(context, self.session, purge).await?;
        if self.purge
            && let Err(error) = hub.media.collect().await
        {
            warn!("the bytes of purged files are deleted later: {error}");
        }
        Ok(if unreadable {
            LoggedOut::Unreadable
        } else {
            destroyed
        })
    }
}

/// Brings a session back at once, whatever back-off it is in.
///
/// # Errors
/// `session_not_found` (also when only a login helps), `flood_wait`, `telegram_unreachable`,
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

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let row = accounts::row(&ctx.hub, &self.session)
            .await?
            .ok_or_else(accounts::not_found)?;
        let handle = accounts::running(&ctx.hub, &row);
        let waiting = matches!(handle.snapshot().state, SessionState::Backoff { .. });
        match handle.reconnect().await {
            Ok(session::Reconnected::AlreadyConnected) => Ok(Reconnected::AlreadyConnected),
            Ok(session::Reconnected::Restored { .. }) if waiting => Ok(Reconnected::Reconnected),
            Ok(session::Reconnected::Restored { first_name }) => {
                Ok(Reconnected::Restored { first_name })
            }
            // Clients of the original know a session that cannot be revived by this status.
            Err(error) if error.code == Code::SessionNotAuthorized => Err(Error::new(
                Code::SessionNotFound,
                error.message().to_owned(),
            )),
            Err(error) => Err(error),
        }
    }
}

/// Brings back every stored account of the caller that is logged in, and answers how many are online.
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

    fn subject(&self) -> Subject {
        Subject::reached_sessions()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let hub = &ctx.hub;
        let reach = ctx.caller.reach();
        hub.registry.restore(reach.clone(), &hub.restore).await?;
        let rows = hub
            .store
            .read(move |conn| sessions::list(conn, &reach, Some(StoredState::Active)))
            .await?;
        let attempts = rows.iter().map(|row| {
            let handle = accounts::running(hub, row);
            async move { tokio::time::timeout(RESTORE_PATIENCE, handle.reconnect()).await }
        });
        let online = futures_util::future::join_all(attempts)
            .await
            .into_iter()
            .filter(|outcome| matches!(outcome, Ok(Ok(_))))
            .count();
        Ok(u64::try_from(online).unwrap_or(u64::MAX))
    }
}
