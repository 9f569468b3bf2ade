//! The JSON shapes of the control port.
//!
//! Owns the names and defaults of the fields. Unknown fields are refused, so that a typing
//! mistake does not pass for a default.

mod fault;
mod folders;
mod raw;
mod rules;
mod scenes;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dc::SentIds;
use crate::dc::chats::ChatInfo;
use crate::dc::media::NewMedia;
use crate::link::{KeyUse, Overlap};
use crate::world::ledger::Entry;

pub(super) use self::fault::{FaultBody, FaultName};
pub(super) use self::folders::{ContactBody, FactsBody, FolderBody, Mute, Unread};
pub(super) use self::raw::{Hex, RawBody, RawMessage};
pub(super) use self::rules::{CallsAnswer, CallsQuery, RulesBody};
pub(super) use self::scenes::{
    Archive, Block, InviteBody, InviteMade, PinBody, Publish, React, Renaming,
};

/// `POST /send`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) from: String,
    pub(super) to: Name,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default = "one")]
    pub(super) count: u32,
    #[serde(default)]
    pub(super) silent: bool,
    /// As the sender knows it.
    pub(super) reply_to: Option<i32>,
    /// To which the text is the caption.
    pub(super) file: Option<SendFile>,
    /// The same, of any kind; not beside `file`.
    pub(super) media: Option<NewMedia>,
}

/// A document of `POST /send`, whose byte `n` is `n` modulo 251.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SendFile {
    pub(super) name: String,
    /// In bytes.
    pub(super) size: usize,
    #[serde(default)]
    pub(super) mime: String,
}

/// An account or chat: a name, or a number without quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Name {
    /// A marked id.
    Id(i64),
    /// A username, a phone number, or an id in quotes.
    Text(String),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// Answer of `POST /send`: one pair of ids for each message, in order.
#[derive(Debug, Serialize)]
pub(super) struct SentMessages {
    pub(super) messages: Vec<SentIds>,
}

/// `POST /edit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    /// Needed for channels only.
    pub(super) chat: Option<Name>,
    pub(super) account: String,
    pub(super) message_id: i32,
    pub(super) text: String,
}

/// `POST /delete`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delete {
    /// For channels; without it the ids are those of the account's own box.
    pub(super) channel: Option<Name>,
    pub(super) account: String,
    pub(super) message_ids: Vec<i32>,
    #[serde(default = "yes")]
    pub(super) revoke: bool,
}

/// `POST /read`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Read {
    pub(super) account: String,
    pub(super) peer: Name,
}

/// `POST /chat`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChatBody {
    pub(super) kind: Kind,
    pub(super) creator: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) members: Vec<String>,
    pub(super) username: Option<String>,
    /// When it was made, in seconds since 1970; now without it.
    pub(super) date: Option<i32>,
}

/// The kinds of chats that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A basic group.
    Group,
    /// A supergroup.
    Supergroup,
    /// A broadcast channel.
    Broadcast,
}

/// Answer of `POST /chat`.
#[derive(Debug, Serialize)]
pub(super) struct ChatMade {
    /// The marked id.
    pub(super) chat: i64,
}

/// Answer of `GET /chats`.
#[derive(Debug, Serialize)]
pub(super) struct Chats {
    pub(super) chats: Vec<ChatInfo>,
}

/// `POST /members`, done in this order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Members {
    pub(super) chat: Name,
    #[serde(default)]
    pub(super) add: Vec<String>,
    #[serde(default)]
    pub(super) remove: Vec<String>,
    #[serde(default)]
    pub(super) join: Vec<String>,
    #[serde(default)]
    pub(super) leave: Vec<String>,
}

/// `POST /title`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) chat: Name,
    pub(super) account: String,
    pub(super) title: String,
}

/// `POST /revoke`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub(super) account: String,
    /// Answer `USER_DEACTIVATED` instead of `SESSION_REVOKED`.
    #[serde(default)]
    pub(super) deactivate: bool,
}

/// `POST /scan`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    pub(super) account: String,
    /// As it stands in the QR code, or the token alone.
    pub(super) token: String,
}

/// How many keys or messages something touched.
#[derive(Debug, Serialize)]
pub(super) struct Touched {
    pub(super) count: usize,
}

/// `GET /ledger?from=&limit=`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerQuery {
    #[serde(default)]
    pub(super) from: usize,
    pub(super) limit: Option<usize>,
}

/// Answer of `GET /ledger`.
#[derive(Debug, Serialize)]
pub(super) struct Ledger {
    /// Messages in the whole ledger.
    pub(super) total: usize,
    /// The `from` of the next page.
    pub(super) next: usize,
    pub(super) messages: Vec<Entry>,
    /// The members of every audience that the page names.
    pub(super) audiences: BTreeMap<usize, Vec<i64>>,
}

/// Answer of `GET /stats`.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    pub(super) connections: u64,
    pub(super) messages: usize,
    pub(super) calls: BTreeMap<&'static str, u64>,
    /// By user id: calls before a wait was over.
    pub(super) calls_inside_waits: BTreeMap<i64, u64>,
    /// By user id: differences of channels in which nothing was new.
    pub(super) unneeded_channel_differences: BTreeMap<i64, u64>,
}

/// Answer of `GET /keys`.
#[derive(Debug, Serialize)]
pub(super) struct Keys {
    /// Authorisations that have ended with `AUTH_KEY_DUPLICATED`.
    pub(super) duplicated: usize,
    pub(super) overlaps: Vec<Overlap>,
    pub(super) uses: Vec<KeyUse>,
}

/// Any refusal.
#[derive(Debug, Serialize)]
pub(super) struct Failure {
    pub(super) error: String,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}
