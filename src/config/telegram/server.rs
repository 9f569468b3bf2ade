//! Which servers the hub talks to.

use crate::config::declared::as_it_is;
use crate::config::{ConfigError, Optional, Parsed, Setting, Values};
use std::fmt;

pub(super) static SERVER: Setting<Parsed<Servers>> = Setting {
    name: "TELEGRAM_SERVER",
    former: &[],
    what: "Telegram's servers: production, test, or host:port of another",
    more: "`test` are Telegram's own test servers, `host:port` is a server of your own.",
    kind: Parsed {
        read: servers,
        default: Servers::Production,
    },
};

pub(super) static SERVER_KEY: Setting<Optional<String>> = Setting {
    name: "TELEGRAM_SERVER_KEY",
    former: &[],
    what: "RSA public key (PKCS#1 PEM, or a file with it) of the server host:port",
    more: "Line breaks may be written `\\n`.",
    kind: Optional {
        read: as_it_is,
        unset: "none",
    },
};

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

/// Which servers to talk to, as they are written.
#[derive(Clone, Debug)]
pub(super) enum Servers {
    Production,
    Test,
    At(ServerAddress),
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Production => f.write_str("production"),
            Self::Test => f.write_str("test"),
            Self::At(address) => address.fmt(f),
        }
    }
}

impl TelegramServer {
    /// # Errors
    /// When a server of one's own has no key that can be read.
    pub(super) fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(match SERVER.of(values) {
            Servers::Production => Self::Production,
            Servers::Test => Self::Test,
            Servers::At(address) => Self::Custom {
                public_key: public_key(&address, SERVER_KEY.of(values).as_deref())?,
                address,
            },
        })
    }
}

fn servers(text: &str) -> Result<Servers, String> {
    let text = text.trim();
    match text {
        "production" => Ok(Servers::Production),
        "test" => Ok(Servers::Test),
        _ => address(text).map(Servers::At).ok_or_else(|| {
            format!("must be production, test, or host:port of a server of your own, not {text:?}.")
        }),
    }
}

fn address(text: &str) -> Option<ServerAddress> {
    let (host, port) = text.rsplit_once(':')?;
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
}

fn public_key(server: &ServerAddress, text: Option<&str>) -> Result<String, ConfigError> {
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
