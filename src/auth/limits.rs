//! How far a caller reaches: what it may change, whose sessions, which chats, which tools.
//!
//! Owns the limits as they were written down. Which chat a name on a list means is for whoever can
//! ask Telegram.

use crate::model::SessionName;
use std::collections::BTreeSet;
use std::fmt;

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
    /// The tools that may be called, and nothing but tools then; everything when `None`.
    pub tools: Option<BTreeSet<String>>,
}

/// Chats as people name them, or every chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatList {
    names: Option<Vec<String>>,
    by: ListedBy,
}

/// Who has written a list down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListedBy {
    /// Whoever has made the key.
    #[default]
    Key,
    /// Whoever has set the setting of this name.
    Setting(&'static str),
}

impl fmt::Display for ListedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "the key",
            Self::Setting(name) => name,
        })
    }
}

impl ChatList {
    /// The list that a setting names, which limits nothing while it is empty.
    pub fn of_setting(names: Vec<String>, setting: &'static str) -> Self {
        Self {
            names: Some(names).filter(|names| !names.is_empty()),
            by: ListedBy::Setting(setting),
        }
    }

    /// The list of a key. An empty one leaves every chat out.
    pub const fn of_key(names: Option<Vec<String>>) -> Self {
        let by = ListedBy::Key;
        Self { names, by }
    }

    /// Whether there is a chat that it leaves out.
    pub const fn is_limited(&self) -> bool {
        self.names.is_some()
    }

    /// The chats, if it is limited to some.
    pub fn names(&self) -> &[String] {
        self.names.as_deref().unwrap_or_default()
    }

    /// Who has written them down, as a refusal tells it.
    pub const fn by(&self) -> ListedBy {
        self.by
    }
}
