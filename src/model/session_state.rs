//! The states of a session: what the database remembers and what the running hub sees.

use crate::model::UtcTime;
use serde::{Deserialize, Serialize};

/// What the database remembers of a session's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredState {
    /// A login was started and never finished.
    Login,
    /// Logged in: to be restored at start.
    Active,
    /// Telegram refuses the key; only a new login helps. The history stays.
    NeedsLogin,
    /// Logged out by a client. The row and its history stay.
    LoggedOut,
}

impl StoredState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Login, Self::Active, Self::NeedsLogin, Self::LoggedOut];

    /// The text in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Active => "active",
            Self::NeedsLogin => "needs_login",
            Self::LoggedOut => "logged_out",
        }
    }

    /// Reads the text of the database.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a session does at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SessionState {
    /// A link is being made and the key checked.
    Connecting,
    /// Telegram has accepted the key and updates flow.
    Online,
    /// The last attempt failed; the next one is due at `until`.
    Backoff {
        /// How many attempts have failed in a row, from 1.
        attempt: u32,
        /// When the next attempt starts.
        until: UtcTime,
        /// Why the last one failed.
        reason: String,
    },
    /// A login is in progress.
    Login,
    /// Telegram refuses the key; only a new login helps.
    NeedsLogin {
        /// Telegram's error name, such as `SESSION_REVOKED`.
        reason: String,
    },
    /// Not running: logged out, stopped, or not yet restored.
    Stopped,
}

impl SessionState {
    /// The state's name, for filters, metrics and logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Online => "online",
            Self::Backoff { .. } => "backoff",
            Self::Login => "login",
            Self::NeedsLogin { .. } => "needs_login",
            Self::Stopped => "stopped",
        }
    }

    /// Every name that [`Self::name`] can answer.
    pub const NAMES: [&'static str; 6] = [
        "connecting",
        "online",
        "backoff",
        "login",
        "needs_login",
        "stopped",
    ];

    /// Why the session is where it is, if there is a reason to tell.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Backoff { reason, .. } | Self::NeedsLogin { reason } => Some(reason),
            Self::Connecting | Self::Online | Self::Login | Self::Stopped => None,
        }
    }
}
