//! What can be set of the tools door.
//!
//! Owns each setting, in one declaration: the flag, the variable and the page of the configuration
//! come from it. It must not know what the settings do.

use crate::config::{AnySetting, Config, Key, List, Number, Setting, Switch};
use crate::model::{ChatTarget, SessionName};
use std::time::Duration;

/// Every setting of this door.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &KEY,
    &FLOOD_SLEEP,
    &READ_ONLY,
    &READ_CHATS,
    &WRITE_CHATS,
    &ALLOWED_ORIGINS,
    &MAX_UPLOAD_BYTES,
];

/// A key that opens this door and nothing else.
pub(super) static KEY: Setting<Key> = Setting {
    name: "HUB_TOOLS_KEY",
    former: &[("telethon-auth-key", "TELETHON_AUTH_KEY")],
    what: "Key that opens the tools door alone",
    more: "It opens `/api` and `/mcp` and nothing else, and is shown as `Authorization: Bearer …`; \
           `HUB_API_KEY` opens them as well. It is visible ASCII without blanks, and another key \
           than `HUB_API_KEY`.",
    kind: Key,
};

static FLOOD_SLEEP: Setting<Number> = Setting {
    name: "HUB_TOOLS_FLOOD_SLEEP",
    former: &[("telethon-flood-sleep", "TELETHON_FLOOD_SLEEP_THRESHOLD")],
    what: "Seconds that the tools door sleeps when Telegram asks for it",
    more: "It counts for all sleeps of a call together. Longer waits are refused with \
           `FloodWaitError`.",
    kind: Number {
        range: 0..=600,
        default: 60,
    },
};

/// Whether what changes something is refused.
pub(super) static READ_ONLY: Setting<Switch> = Setting {
    name: "HUB_TOOLS_READ_ONLY",
    former: &[],
    what: "Whether the tools door refuses what changes something",
    more: "Such tools answer `read_only`.",
    kind: Switch,
};

/// The chats that may be read; all when empty.
pub(super) static READ_CHATS: Setting<List> = Setting {
    name: "HUB_TOOLS_READ_CHATS",
    former: &[],
    what: "Chats, separated by commas, that the tools door may read",
    more: "They are usernames, links, phone numbers, ids and `me`. Others are refused with \
           `chat_not_allowed` and left out of lists.",
    kind: CHATS,
};

/// The chats that may be written to; all when empty.
pub(super) static WRITE_CHATS: Setting<List> = Setting {
    name: "HUB_TOOLS_WRITE_CHATS",
    former: &[],
    what: "Chats, separated by commas, that the tools door may write to",
    more: "Their form is that of `HUB_TOOLS_READ_CHATS`. With a list no new chats can be made.",
    kind: CHATS,
};

const CHATS: List = List {
    of: "usernames, links, phone numbers with + and ids",
    item: |chat| ChatTarget::parse(chat).map(|_| chat.to_owned()),
    empty: "all",
};

/// Origins of web pages that may use the door; `*` stands for all.
pub(super) static ALLOWED_ORIGINS: Setting<List> = Setting {
    name: "HUB_TOOLS_ALLOWED_ORIGINS",
    former: &[],
    what: "Origins of web pages, separated by commas, that may use the tools door",
    more: "One is `https://agent.example`; those on loopback and on `HUB_ALLOWED_HOSTS` may \
           anyway, and `*` allows all. `/mcp` checks the `Origin` also of requests that show a key.",
    kind: List {
        of: "origins such as https://agent.example",
        item: |origin| is_origin(origin).then(|| origin.to_owned()),
        empty: "none",
    },
};

static MAX_UPLOAD_BYTES: Setting<Number> = Setting {
    name: "HUB_TOOLS_MAX_UPLOAD_BYTES",
    former: &[],
    what: "Largest file that clients of the tools door may upload, in bytes",
    more: "It counts for `POST /api/files/upload`.",
    kind: Number {
        range: 1..=LARGEST_UPLOAD_BYTES,
        default: LARGEST_UPLOAD_BYTES,
    },
};

/// The largest file that Telegram takes from an account without Premium is 2000 MiB.
/// Source: <https://core.telegram.org/api/files#uploading-files>.
const LARGEST_UPLOAD_BYTES: u64 = 2_147_483_648;

/// What browsers send as `Origin`: a scheme, a host and perhaps a port (RFC 6454, section 6.2).
fn is_origin(origin: &str) -> bool {
    let has_host = origin.split_once("://").is_some_and(|(scheme, host)| {
        !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
    });
    has_host || matches!(origin, "*" | "null")
}

/// What its handlers need to know of the settings.
#[derive(Clone, Debug)]
pub(super) struct ToolsConfig {
    /// The session of calls that name none.
    pub(super) default_session: Option<SessionName>,
    /// How long a call sleeps when Telegram asks for it; beyond, it is refused.
    pub(super) flood_patience: Duration,
    /// The largest file that a client may send, in bytes.
    pub(super) max_upload_bytes: u64,
}

impl ToolsConfig {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            default_session: config.sessions.default.clone(),
            flood_patience: Duration::from_secs(FLOOD_SLEEP.of(&config.values)),
            max_upload_bytes: MAX_UPLOAD_BYTES.of(&config.values),
        }
    }
}

#[cfg(test)]
mod tests;
