//! The JSON of `POST /fault`.
//!
//! Owns the names of the faults. Which fields go with which is the handler's.

use serde::Deserialize;

use super::{Hex, Name, one};

/// `POST /fault`: of a method, of links, of pushes, of differences, or of the server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::control) struct FaultBody {
    /// Such as `messages.sendMessage`; `*` for any.
    pub(in crate::control) method: Option<String>,
    /// An account whose links are meant; `*` for all (only with `drop`).
    pub(in crate::control) link: Option<String>,
    /// An account, a channel or `*`, to whom is pushed.
    pub(in crate::control) pushes: Option<Name>,
    /// An account, a channel or `*`, whose differences are meant.
    pub(in crate::control) difference: Option<Name>,
    /// A chat whose files are meant, or `*` for all; with `account` a private chat of it.
    pub(in crate::control) files: Option<Name>,
    pub(in crate::control) kind: FaultName,
    /// Only calls of this account, only a channel's differences for it, or one side of a chat.
    pub(in crate::control) account: Option<String>,
    /// Only calls that name this chat.
    pub(in crate::control) chat: Option<Name>,
    #[serde(default = "one")]
    pub(in crate::control) count: u32,
    /// Telegram's code, or a negative transport error.
    pub(in crate::control) code: Option<i32>,
    /// Telegram's error name, such as `FLOOD_WAIT_31`.
    pub(in crate::control) error: Option<String>,
    pub(in crate::control) delay_ms: Option<u64>,
    /// The data centre to move to, or in which something ends.
    pub(in crate::control) dc: Option<i32>,
    /// The answer of `raw`.
    pub(in crate::control) bytes: Option<Hex>,
    /// Whether a call with a raw answer is run all the same.
    #[serde(default)]
    pub(in crate::control) run: bool,
    /// Whether a fault of a method strikes until all are ended, and whether what ends in a data
    /// centre cannot begin again there.
    #[serde(default)]
    pub(in crate::control) lasting: bool,
    /// The clock's error.
    pub(in crate::control) seconds: Option<i64>,
    /// Events from which on a difference is too long.
    pub(in crate::control) beyond: Option<usize>,
    /// Whether a channel's "too long" names its pts.
    #[serde(default)]
    pub(in crate::control) with_pts: bool,
    pub(in crate::control) seed: Option<u64>,
    pub(in crate::control) lose: Option<f64>,
    pub(in crate::control) repeat: Option<f64>,
    pub(in crate::control) reorder: Option<f64>,
}

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::control) enum FaultName {
    /// Method: answer `code` and `error`.
    Error,
    /// Method: never answer.
    Silence,
    /// Method: answer `delay_ms` late.
    Delay,
    /// Method: do it, and never answer.
    LoseAnswer,
    /// Method: answer with a packet that holds nothing.
    Hollow,
    /// Method: answer `bytes`; with `run` do it as well.
    Raw,
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
    /// Link: let the keys in again; with `dc` those imported there.
    Accept,
    /// Link: move the account to data centre `dc`. Files: put new ones there.
    Migrate,
    /// Link: end the keys imported to data centre `dc` with `error` (`AUTH_KEY_UNREGISTERED`).
    End,
    /// Link: forget the sessions, and tell them of new ones.
    NewSession,
    /// Differences: move the pts by `count` without a word.
    Phantom,
    /// Files: references to them run out.
    Expire,
    /// Pushes: the next `count` are lost.
    Lose,
    /// Pushes: `lose`, `repeat` and `reorder` by chance, from `seed`.
    Shuffle,
    /// Pushes, differences: no more of that.
    Calm,
    /// Pushes: up to `count` in one `updates`.
    Bundle,
    /// Pushes: tell that it is too much. Differences: answer so.
    TooLong,
    /// The server: its clock is `seconds` ahead.
    Skew,
    /// The server: end all faults.
    Clear,
}
