//! Settings of the Telegram side.

use crate::config::{ConfigError, Flags};
use secrecy::SecretString;
use std::fmt;

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

/// Which servers to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TelegramServer {
    /// Telegram's own.
    Production,
    /// Telegram's test servers, which know other accounts.
    Test,
    /// A server of one's own.
    Custom {
        /// Where it listens.
        address: ServerAddress,
        /// Its RSA public key, PKCS#1 PEM.
        public_key: String,
    },
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// A name or an address, an IPv6 address without brackets.
    pub host: String,
    /// The TCP port, from 1.
    pub port: u16,
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
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

impl TelegramConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        Ok(Self {
            api_id: api_id(flags)?,
            api_hash: api_hash(flags)?,
            server: server(flags)?,
            device: device(flags),
        })
    }
}

const WHERE_FROM: &str = "get one at https://my.telegram.org under API development tools";

fn api_id(flags: &Flags) -> Result<i32, ConfigError> {
    let text = flags
        .telegram_api_id
        .as_ref()
        .or(flags.fallback_api_id.as_ref())
        .or(flags.telethon_api_id.as_ref());
    let text = text.ok_or_else(|| {
        ConfigError::setting(format!(
            "TELEGRAM_API_ID is not set: set it to the api id of your application; {WHERE_FROM}."
        ))
    })?;
    // The value is not shown: it may be the hash, put in the wrong place.
    text.trim()
        .parse()
        .ok()
        .filter(|id: &i32| *id > 0)
        .ok_or_else(|| {
            ConfigError::setting(format!(
                "TELEGRAM_API_ID must be a positive whole number; {WHERE_FROM}."
            ))
        })
}

fn api_hash(flags: &Flags) -> Result<SecretString, ConfigError> {
    let hash = flags
        .telegram_api_hash
        .as_ref()
        .or(flags.fallback_api_hash.as_ref())
        .or(flags.telethon_api_hash.as_ref());
    hash.cloned().ok_or_else(|| {
        ConfigError::setting(format!(
            "TELEGRAM_API_HASH is not set: set it to the api hash of your application; {WHERE_FROM}."
        ))
    })
}

fn server(flags: &Flags) -> Result<TelegramServer, ConfigError> {
    let text = flags
        .telegram_server
        .as_deref()
        .unwrap_or("production")
        .trim();
    match text {
        "production" => Ok(TelegramServer::Production),
        "test" => Ok(TelegramServer::Test),
        _ => Ok(TelegramServer::Custom {
            address: address(text)?,
            public_key: public_key(text, flags.telegram_server_key.as_deref())?,
        }),
    }
}

fn address(text: &str) -> Result<ServerAddress, ConfigError> {
    let parts = text.rsplit_once(':').and_then(|(host, port)| {
        let port = port.parse().ok().filter(|port| *port != 0)?;
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let bare = bracketed.unwrap_or(host);
        let plain = !bare.is_empty()
            && !bare.contains(|c: char| c.is_whitespace() || c == '/')
            && (bracketed.is_some() || !bare.contains(':'));
        plain.then(|| ServerAddress {
            host: bare.to_owned(),
            port,
        })
    });
    parts.ok_or_else(|| {
        ConfigError::setting(format!(
            "TELEGRAM_SERVER must be production, test, or host:port of a server of your own, not {text:?}."
        ))
    })
}

fn public_key(server: &str, text: Option<&str>) -> Result<String, ConfigError> {
    const MARK: &str = "-----BEGIN";
    let Some(text) = text else {
        return Err(ConfigError::setting(format!(
            "TELEGRAM_SERVER={server} needs TELEGRAM_SERVER_KEY: set it to the server's RSA public \
             key in PKCS#1 PEM, or to the path of a file with it."
        )));
    };
    let pem = if text.contains(MARK) {
        // Environment files often write line breaks as two characters.
        text.replace("\\n", "\n")
    } else {
        std::fs::read_to_string(text).map_err(|error| {
            ConfigError::setting(format!(
                "TELEGRAM_SERVER_KEY must be a PEM text or the path of a file with it; {text:?} \
                 cannot be read: {error}."
            ))
        })?
    };
    if !pem.contains(MARK) {
        return Err(ConfigError::setting(format!(
            "TELEGRAM_SERVER_KEY must be an RSA public key in PKCS#1 PEM; the file {text:?} holds none."
        )));
    }
    Ok(pem)
}

fn device(flags: &Flags) -> Device {
    let or =
        |text: &Option<String>, default: &str| text.clone().unwrap_or_else(|| default.to_owned());
    Device {
        model: or(&flags.device_model, "telegram-hub"),
        system_version: or(&flags.system_version, "Linux"),
        app_version: or(&flags.app_version, env!("CARGO_PKG_VERSION")),
        lang: or(&flags.lang, "en"),
    }
}
