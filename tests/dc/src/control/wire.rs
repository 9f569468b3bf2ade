//! The JSON shapes of the control port.
//!
//! Owns the names and defaults of the fields. Unknown fields are refused, so that a typing
//! mistake does not pass for a default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dc::SentIds;
use crate::world::ledger::Entry;

/// `POST /send`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    #[serde(default = "one")]
    pub(super) count: u32,
    #[serde(default)]
    pub(super) silent: bool,
    /// In the sender's box.
    pub(super) reply_to: Option<i32>,
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
    pub(super) account: String,
    pub(super) message_id: i32,
    pub(super) text: String,
}

/// `POST /delete`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Delete {
    pub(super) account: String,
    pub(super) message_ids: Vec<i32>,
    #[serde(default = "yes")]
    pub(super) revoke: bool,
}

/// `POST /fault`: of a method, or of an account's links.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultBody {
    /// Such as `messages.sendMessage`; `*` for any.
    pub(super) method: Option<String>,
    /// An account whose links are meant; `*` for all (only with `drop`).
    pub(super) link: Option<String>,
    pub(super) kind: Kind,
    /// Only calls of this account.
    pub(super) account: Option<String>,
    #[serde(default = "one")]
    pub(super) count: u32,
    /// Telegram's code, or a negative transport error.
    pub(super) code: Option<i32>,
    /// Telegram's error name, such as `FLOOD_WAIT_31`.
    pub(super) error: Option<String>,
    pub(super) delay_ms: Option<u64>,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Method: answer `code` and `error`.
    Error,
    /// Method: never answer.
    Silence,
    /// Method: answer `delay_ms` late.
    Delay,
    /// Method: do it, and never answer.
    LoseAnswer,
    /// Method: close the link.
    Close,
    /// Method: close the link with transport error `code`.
    Transport,
    /// Link: close.
    Drop,
    /// Link: stop reading and writing.
    Stall,
    /// Link: go on.
    Resume,
    /// Link: close, and refuse the keys with transport error `code` (-404).
    Refuse,
    /// Link: let the keys in again.
    Accept,
    /// End all faults.
    Clear,
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
    pub(super) total: usize,
    pub(super) messages: Vec<Entry>,
}

/// Answer of `GET /stats`.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    pub(super) connections: u64,
    pub(super) messages: usize,
    pub(super) calls: BTreeMap<&'static str, u64>,
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
