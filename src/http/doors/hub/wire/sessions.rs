//! The JSON of sessions.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::healing::Healing;
use super::login::User;
use super::shared::{Done, POLICY, SUCCESS};
use crate::http::input::{kind, request};
use crate::model::{SessionName, SessionState, UtcTime};
use crate::ops::sessions::{Reconnected, SessionList, SessionView};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `GET /sessions`.
    pub(crate) struct ListQuery {
        /// Only sessions in this state.
        state: Option<&'static str> =
            kind::words(SessionState::NAMES.map(|name| (name, name))).optional(),
        /// How many to answer.
        limit: u32 = kind::integer(1, 1000).or(1000),
        /// `next_cursor` of the page before.
        cursor: Option<SessionName> = kind::text()
            .parsed(|text| {
                parse_cursor(&text).ok_or("is not a cursor that this hub has given out")
            })
            .optional(),
    }
}

/// A cursor is the last name of a page; encoded, so that no client builds one of its own.
fn cursor(name: &SessionName) -> String {
    URL_SAFE_NO_PAD.encode(name.as_str())
}

fn parse_cursor(text: &str) -> Option<SessionName> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    SessionName::parse(std::str::from_utf8(&bytes).ok()?).ok()
}

request! {
    policy POLICY;
    /// Query of `DELETE /session/{session_id}`.
    pub(crate) struct DestroyQuery {
        /// Whether the captured messages are deleted too.
        purge: bool = kind::flag().or(false),
    }
}

/// A session.
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags are those of the contract"
)]
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Session {
    /// Its name.
    session_id: String,
    /// Whether it has a link to Telegram.
    is_connected: bool,
    /// Whether updates arrive over that link, as far as the last look at it tells.
    is_receiving: bool,
    /// Since when they do, or do not any more; null when they have not yet arrived.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    receiving_since: Option<UtcTime>,
    /// Whether Telegram accepts its key, as far as the hub knows.
    is_authenticated: bool,
    /// Whether the hub runs it.
    is_active: bool,
    /// The account, once it has logged in.
    #[schema(required)]
    user_info: Option<User>,
    /// Whether a login is in progress.
    in_login_cache: bool,
    /// `connecting`, `online`, `backoff`, `login`, `needs_login` or `stopped`; null for an
    /// unknown session.
    #[schema(required)]
    state: Option<&'static str>,
    /// Why it is in that state, when there is a reason to tell.
    #[schema(required)]
    reason: Option<String>,
    /// Since when it is in that state.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    state_since: Option<UtcTime>,
    /// What Telegram has said of the key, such as `AUTH_KEY_UNREGISTERED`, while it is not believed:
    /// only several connections that hear the same are.
    #[schema(required)]
    key_doubted: Option<String>,
    /// Which methods Telegram does not want to hear from the account at present.
    flood_waits: Vec<FloodWait>,
    /// In how many chats something is missing that could not be fetched, or never will be; the
    /// session's gaps tell which, and why. All chats but supergroups and channels count as one.
    kept_out_chats: u64,
    /// How many captured messages hold something that this version does not know.
    unreadable_messages: u64,
    /// Of how many chats the history is being downloaded by a backfill.
    running_backfills: u64,
    /// The attempts to come back, in the state `backoff`.
    #[schema(required)]
    backoff: Option<Backoff>,
    /// When the last update came from Telegram.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_update_at: Option<UtcTime>,
    /// When Telegram last answered a call.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    last_call_at: Option<UtcTime>,
    /// When Telegram's place in the account's updates was last compared with the hub's.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    checked_at: Option<UtcTime>,
    /// By how many pts Telegram was ahead then.
    #[schema(required)]
    pts_drift: Option<i64>,
    /// Seconds between Telegram's date of the newest message and its capture. Only messages that
    /// were sent while the session was listening count.
    #[schema(required)]
    update_lag: Option<f64>,
    /// What was done to bring the session back since the hub started it.
    healing: Healing,
    /// How many messages were captured since the hub started.
    messages_captured: u64,
    /// When the session was created.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    created_at: Option<UtcTime>,
    /// When the account last logged in.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    logged_in_at: Option<UtcTime>,
    /// Why the session could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

/// A method that Telegram does not want to hear.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FloodWait {
    /// Telegram's name of it.
    #[schema(example = "messages.sendMessage")]
    method: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    until: UtcTime,
}

/// Attempts to bring a session back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Backoff {
    /// How many have failed in a row, from 1.
    attempt: u32,
    /// When the next one starts.
    #[schema(value_type = String, format = DateTime)]
    until: UtcTime,
}

impl Session {
    /// A session that nobody knows.
    pub(crate) fn unknown(name: &SessionName) -> Self {
        Self {
            session_id: name.to_string(),
            ..Self::default()
        }
    }

    /// A session that could not be looked at.
    pub(crate) fn failed(name: &SessionName, error: &str) -> Self {
        Self {
            error: Some(error.to_owned()),
            ..Self::unknown(name)
        }
    }
}

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Self {
        Self {
            session_id: view.name.to_string(),
            is_connected: view.is_connected,
            is_receiving: view.is_receiving,
            receiving_since: view.receiving_since,
            key_doubted: view.key_doubted,
            flood_waits: view
                .flood_waits
                .into_iter()
                .map(|(method, until)| FloodWait { method, until })
                .collect(),
            kept_out_chats: view.missing.kept_out_chats,
            unreadable_messages: view.missing.unreadable_messages,
            running_backfills: view.missing.backfills,
            is_authenticated: view.is_authenticated,
            is_active: view.is_active,
            user_info: view.user.map(User::from),
            in_login_cache: view.in_login,
            state: Some(view.state.name()),
            reason: view.state.reason().map(str::to_owned),
            state_since: Some(view.state_since),
            backoff: match view.state {
                SessionState::Backoff { attempt, until, .. } => Some(Backoff { attempt, until }),
                SessionState::Connecting
                | SessionState::Online
                | SessionState::Login
                | SessionState::NeedsLogin { .. }
                | SessionState::Stopped => None,
            },
            last_update_at: view.last_update_at,
            last_call_at: view.last_call_at,
            checked_at: view.checked_at,
            pts_drift: view.pts_drift,
            update_lag: view.update_lag.map(|lag| lag.as_secs_f64()),
            healing: view.healing.into(),
            messages_captured: view.messages_captured,
            created_at: Some(view.created_at),
            logged_in_at: view.logged_in_at,
            error: None,
        }
    }
}

/// Answer of `GET /sessions`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// How many sessions pass the filter, on all pages.
    total_sessions: u64,
    /// The sessions of this page, oldest first.
    sessions: Vec<Session>,
    /// Where the next page starts; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl From<SessionList> for Sessions {
    fn from(list: SessionList) -> Self {
        Self {
            status: SUCCESS,
            total_sessions: list.total,
            sessions: list.sessions.into_iter().map(Session::from).collect(),
            next_cursor: list.next.as_ref().map(cursor),
        }
    }
}

impl From<Reconnected> for Done {
    fn from(reconnected: Reconnected) -> Self {
        match reconnected {
            Reconnected::AlreadyConnected => Self::new("Session is already connected"),
            Reconnected::Reconnected => Self::new("Session reconnected successfully"),
            Reconnected::Restored { first_name } => Self::new(format!(
                "Session restored from database for {}",
                first_name.as_deref().unwrap_or("an account without a name")
            )),
        }
    }
}

/// Answer of `POST /admin/restore-sessions`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Restored {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What was done, in words.
    message: String,
    /// How many accounts are online.
    restored_count: u64,
}

impl Restored {
    /// That many accounts are online.
    pub(crate) fn new(count: u64) -> Self {
        Self {
            status: SUCCESS,
            message: format!("Restored {count} sessions from database"),
            restored_count: count,
        }
    }
}
