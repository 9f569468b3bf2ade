//! The JSON of folders, of how loud and how unread chats are, of contacts, and of facts.
//!
//! Owns the fields.

use serde::Deserialize;

use super::{Name, yes};
use crate::dc::facts::Facts;
use crate::dc::folders::Folder;

/// `POST /folder`: one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct FolderBody {
    pub(in crate::control) account: String,
    /// To make or change.
    pub(in crate::control) folder: Option<Folder>,
    /// Its number.
    pub(in crate::control) delete: Option<i32>,
    /// Numbers, 0 for the list of all chats.
    pub(in crate::control) order: Option<Vec<i32>>,
}

/// `POST /mute`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Mute {
    pub(in crate::control) account: String,
    pub(in crate::control) peer: Name,
    /// In seconds since 1970; for ever without it, 0 for not at all.
    pub(in crate::control) until: Option<i32>,
}

/// `POST /unread`: one of the two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Unread {
    pub(in crate::control) account: String,
    pub(in crate::control) peer: Name,
    /// So many of the newest messages.
    pub(in crate::control) count: Option<usize>,
    /// The mark of the chat itself.
    pub(in crate::control) marked: Option<bool>,
}

/// `POST /contact`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct ContactBody {
    pub(in crate::control) account: String,
    pub(in crate::control) user: String,
    /// Empty for the person's own.
    #[serde(default)]
    pub(in crate::control) name: String,
    #[serde(default = "yes")]
    pub(in crate::control) saved: bool,
}

/// `POST /facts`: what is not named stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct FactsBody {
    /// An account or channel.
    pub(in crate::control) peer: Name,
    verified: Option<bool>,
    bot: Option<bool>,
    participants_count: Option<i32>,
}

impl FactsBody {
    pub(in crate::control) fn facts(&self) -> Facts {
        Facts {
            verified: self.verified,
            bot: self.bot,
            participants_count: self.participants_count,
        }
    }
}
