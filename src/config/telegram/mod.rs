//! Settings of the Telegram side.

mod server;

pub use server::{ServerAddress, TelegramServer};

use crate::config::declared::as_it_is;
use crate::config::{AnySetting, ConfigError, Optional, Secret, Setting, Text, Values};
use secrecy::SecretString;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &API_ID,
    &API_HASH,
    &server::SERVER,
    &server::SERVER_KEY,
    &DEVICE_MODEL,
    &SYSTEM_VERSION,
    &APP_VERSION,
    &LANG,
];

static API_ID: Setting<Optional<i32>> = Setting {
    name: "TELEGRAM_API_ID",
    former: &[
        ("fallback-api-id", "API_ID"),
        ("telethon-api-id", "TELETHON_API_ID"),
    ],
    what: "Id of the Telegram application, from <https://my.telegram.org>",
    more: "",
    kind: Optional {
        read: api_id,
        unset: "required",
    },
};

static API_HASH: Setting<Secret> = Setting {
    name: "TELEGRAM_API_HASH",
    former: &[
        ("fallback-api-hash", "API_HASH"),
        ("telethon-api-hash", "TELETHON_API_HASH"),
    ],
    what: "Hash of the Telegram application, from <https://my.telegram.org>",
    more: "",
    kind: Secret { unset: "required" },
};

static DEVICE_MODEL: Setting<Text> = Setting {
    name: "HUB_DEVICE_MODEL",
    former: &[],
    what: "Device model that an account's owner sees under active sessions",
    more: "",
    kind: Text::plain("telegram-hub"),
};

static SYSTEM_VERSION: Setting<Text> = Setting {
    name: "HUB_SYSTEM_VERSION",
    former: &[],
    what: "System version that an account's owner sees under active sessions",
    more: "",
    kind: Text::plain("Linux"),
};

static APP_VERSION: Setting<Optional<String>> = Setting {
    name: "HUB_APP_VERSION",
    former: &[],
    what: "Application version that an account's owner sees under active sessions",
    more: "",
    kind: Optional {
        read: as_it_is,
        unset: "the hub's version",
    },
};

static LANG: Setting<Text> = Setting {
    name: "HUB_LANG",
    former: &[],
    what: "Language code of the accounts' connections",
    more: "",
    kind: Text::plain("en"),
};

/// The Telegram side.
#[derive(Clone, Debug)]
pub struct TelegramConfig {
    /// The application's id.
    pub api_id: i32,
    /// The application's hash.
    pub api_hash: SecretString,
    /// Which servers to talk to.
    pub server: TelegramServer,
    /// How the hub introduces itself.
    pub device: Device,
}

/// How the hub introduces itself to Telegram; owners see it under active sessions.
///
/// Source: <https://core.telegram.org/method/initConnection>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The device's model.
    pub model: String,
    /// The operating system and its version.
    pub system_version: String,
    /// The application's version.
    pub app_version: String,
    /// The language, ISO 639-1.
    pub lang: String,
}

const WHERE_FROM: &str = "get one at https://my.telegram.org under API development tools";

impl TelegramConfig {
    /// # Errors
    /// When the application's id or hash is missing, or a server's key is none.
    pub(super) fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let missing = |name, what| {
            ConfigError::setting(format!(
                "{name} is not set: set it to the {what} of your application; {WHERE_FROM}."
            ))
        };
        let (id, hash) = (API_ID.of(values), API_HASH.of(values));
        Ok(Self {
            api_id: id.ok_or_else(|| missing(API_ID.name, "api id"))?,
            api_hash: hash.ok_or_else(|| missing(API_HASH.name, "api hash"))?,
            server: TelegramServer::from_values(values)?,
            device: Device::from_values(values),
        })
    }
}

impl Device {
    fn from_values(values: &Values) -> Self {
        let own_version = || env!("CARGO_PKG_VERSION").to_owned();
        Self {
            model: DEVICE_MODEL.of(values),
            system_version: SYSTEM_VERSION.of(values),
            app_version: APP_VERSION.of(values).unwrap_or_else(own_version),
            lang: LANG.of(values),
        }
    }
}

/// The value is not shown when it is wrong: it may be the hash, put in the wrong place.
fn api_id(text: &str) -> Result<i32, String> {
    let id = text.trim().parse().ok().filter(|id| *id > 0);
    id.ok_or_else(|| format!("must be a positive whole number; {WHERE_FROM}."))
}
