//! The JSON shapes of pins, the archive, invite links, usernames and blocks.

use serde::{Deserialize, Serialize};

use super::{Name, yes};

/// `POST /archive`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Archive {
    pub(in crate::control) account: String,
    pub(in crate::control) peer: Name,
    #[serde(default = "yes")]
    pub(in crate::control) archived: bool,
}

/// `POST /pin`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct PinBody {
    pub(in crate::control) account: String,
    pub(in crate::control) peer: Name,
    /// Without it the chat itself is pinned.
    pub(in crate::control) message_id: Option<i32>,
    #[serde(default = "yes")]
    pub(in crate::control) pinned: bool,
}

/// `POST /react`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct React {
    pub(in crate::control) account: String,
    pub(in crate::control) peer: Name,
    pub(in crate::control) message_id: i32,
    /// Without it the reaction is taken away.
    pub(in crate::control) emoji: Option<String>,
}

/// `POST /invite`.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(in crate::control) enum InviteBody {
    /// Makes a link.
    Make {
        chat: Name,
        expire_date: Option<i32>,
        usage_limit: Option<i32>,
        #[serde(default)]
        request_needed: bool,
    },
    /// Makes a link good for nothing.
    Revoke { revoke: String },
}

/// Answer of `POST /invite`.
#[derive(Debug, Serialize)]
pub(in crate::control) struct InviteMade {
    /// The whole link.
    pub(in crate::control) link: String,
}

/// `POST /username`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Publish {
    pub(in crate::control) chat: Name,
    /// Without it the channel becomes private.
    pub(in crate::control) username: Option<String>,
}

/// `POST /usernames`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Renaming {
    pub(in crate::control) peer: Name,
    /// The main one, then bought ones; empty for none.
    pub(in crate::control) usernames: Vec<String>,
    /// Whether those who have met it are pushed the news.
    #[serde(default = "yes")]
    pub(in crate::control) told: bool,
}

/// `POST /block`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct Block {
    pub(in crate::control) account: String,
    pub(in crate::control) user: String,
    #[serde(default = "yes")]
    pub(in crate::control) blocked: bool,
}
