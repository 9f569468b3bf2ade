//! How far a caller reaches: what it may change, whose sessions, which chats.
//!
//! Owns the limits as they were written down. Which chat a name on a list means is for whoever can
//! ask Telegram.

use crate::model::SessionName;
use std::collections::BTreeSet;

/// What limits a caller. Without any, nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The setting that lets the caller change nothing.
    pub read_only: Option<&'static str>,
    /// The sessions that there are for the caller; all when `None`.
    pub sessions: Option<BTreeSet<SessionName>>,
    /// The chats that may be read.
    pub reads: ChatList,
    /// The chats in which something may be changed.
    pub writes: ChatList,
}

impl Limits {
    /// Whether a session is there for the caller.
    pub fn has_session(&self, name: &SessionName) -> bool {
        self.sessions.as_ref().is_none_or(|all| all.contains(name))
    }
}

/// Chats as people name them. Without a name on it it limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatList {
    names: Vec<String>,
    setting: &'static str,
}

impl ChatList {
    /// The list that a setting names.
    pub const fn new(names: Vec<String>, setting: &'static str) -> Self {
        Self { names, setting }
    }

    /// Whether there is a chat that it leaves out.
    pub const fn is_limited(&self) -> bool {
        !self.names.is_empty()
    }

    /// The chats.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What wrote them down, as a refusal tells it.
    pub const fn setting(&self) -> &'static str {
        self.setting
    }
}
