//! Settings of the tools door.

use crate::config::{ConfigError, Flags, text};
use crate::model::{ChatTarget, SessionName};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;

/// The tools door.
#[derive(Clone, Debug)]
pub struct ToolsConfig {
    /// A key that opens this door and nothing else.
    pub key: Option<SecretString>,
    /// The session of calls that name none.
    pub default_session: Option<SessionName>,
    /// How long a call sleeps when Telegram asks for it, up to 10 minutes; beyond, it is refused.
    pub flood_patience: Duration,
    /// Whether tools that change something are refused.
    pub read_only: bool,
    /// The chats that may be read, as clients name chats; all when empty.
    pub read_chats: Vec<String>,
    /// The chats that may be written to, as clients name chats; all when empty.
    pub write_chats: Vec<String>,
    /// Origins of web pages that may use the door beside loopback and `HUB_ALLOWED_HOSTS`, such as
    /// `https://agent.example`; `*` stands for all.
    pub allowed_origins: Vec<String>,
    /// The largest file that a client may send, in bytes.
    pub max_upload_bytes: u64,
    /// A session string of Telethon to import at the first start.
    pub import: Option<SecretString>,
}

/// The largest file that Telegram takes from an account without Premium is 2000 MiB.
/// Source: <https://core.telegram.org/api/files#uploading-files>.
const LARGEST_UPLOAD_BYTES: u64 = 2_147_483_648;

impl ToolsConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let patience = text::number(
            "HUB_TOOLS_FLOOD_SLEEP",
            flags
                .tools_flood_sleep
                .as_ref()
                .or(flags.telethon_flood_sleep.as_ref()),
            0..=600,
        )?;
        let upload = text::number(
            "HUB_TOOLS_MAX_UPLOAD_BYTES",
            flags.tools_max_upload_bytes.as_ref(),
            1..=LARGEST_UPLOAD_BYTES,
        )?;
        Ok(Self {
            key: key(flags)?,
            default_session: default_session(flags.default_session.as_deref())?,
            flood_patience: Duration::from_secs(patience.unwrap_or(60)),
            read_only: text::flag("HUB_TOOLS_READ_ONLY", flags.tools_read_only.as_deref())?,
            read_chats: chats("HUB_TOOLS_READ_CHATS", flags.tools_read_chats.as_deref())?,
            write_chats: chats("HUB_TOOLS_WRITE_CHATS", flags.tools_write_chats.as_deref())?,
            allowed_origins: origins(flags.tools_allowed_origins.as_deref())?,
            max_upload_bytes: upload.unwrap_or(LARGEST_UPLOAD_BYTES),
            import: flags.telethon_session.clone(),
        })
    }
}

/// What lets the door be reached from other machines without a key of the hub.
pub(super) const HOW_TO_OPEN_ALONE: &str =
    "open the door tools alone with HUB_DOORS=tools and HUB_TOOLS_KEY";

/// The doors that have a key of their own.
pub(super) fn doors_with_key(flags: &Flags) -> Vec<&'static str> {
    given_key(flags).map(|_| "tools").into_iter().collect()
}

fn given_key(flags: &Flags) -> Option<&SecretString> {
    flags
        .tools_key
        .as_ref()
        .or(flags.telethon_auth_key.as_ref())
}

fn key(flags: &Flags) -> Result<Option<SecretString>, ConfigError> {
    // A header cannot carry anything else, so no client could ever show such a key.
    match given_key(flags) {
        Some(key) if !key.expose_secret().bytes().all(|b| b.is_ascii_graphic()) => {
            Err(ConfigError::setting(
                "HUB_TOOLS_KEY must consist of visible ASCII characters without blanks.",
            ))
        }
        key => Ok(key.cloned()),
    }
}

fn default_session(name: Option<&str>) -> Result<Option<SessionName>, ConfigError> {
    name.map(SessionName::parse)
        .transpose()
        .map_err(|error| ConfigError::setting(format!("HUB_DEFAULT_SESSION {error}.")))
}

fn chats(name: &str, chats: Option<&str>) -> Result<Vec<String>, ConfigError> {
    let chats = text::list(chats.unwrap_or_default());
    let checked = chats.map(|chat| match ChatTarget::parse(chat) {
        Some(_) => Ok(chat.to_owned()),
        None => Err(ConfigError::setting(format!(
            "{name} must be a list of usernames, links, phone numbers with + and ids, separated by \
             commas; {chat:?} is none."
        ))),
    });
    checked.collect()
}

/// What browsers send as `Origin`: a scheme, a host and perhaps a port (RFC 6454, section 6.2).
fn origins(origins: Option<&str>) -> Result<Vec<String>, ConfigError> {
    let origins = text::list(origins.unwrap_or_default());
    let checked = origins.map(|origin| {
        let has_host = origin.split_once("://").is_some_and(|(scheme, host)| {
            !scheme.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#', '@', ' '])
        });
        if has_host || matches!(origin, "*" | "null") {
            return Ok(origin.to_owned());
        }
        Err(ConfigError::setting(format!(
            "HUB_TOOLS_ALLOWED_ORIGINS must be a list of origins such as https://agent.example, \
             separated by commas; {origin:?} is none."
        )))
    });
    checked.collect()
}
