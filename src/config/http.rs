//! Settings of the HTTP side.

use crate::config::{ConfigError, Flags, hosts, text};
use secrecy::{ExposeSecret as _, SecretString};
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

/// A set of paths that the hub can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// The session hub: logins, sessions, messages.
    Hub,
    /// Tools for scripts and agents.
    Tools,
    /// Search and history.
    Archive,
    /// Reading with credentials that the caller brings.
    Reader,
    /// Users with accounts of their own.
    Tenants,
}

impl Door {
    /// Every door.
    pub const ALL: [Self; 5] = [
        Self::Hub,
        Self::Tools,
        Self::Archive,
        Self::Reader,
        Self::Tenants,
    ];

    /// The name in `HUB_DOORS`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Tools => "tools",
            Self::Archive => "archive",
            Self::Reader => "reader",
            Self::Tenants => "tenants",
        }
    }
}

/// The HTTP side.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The key that clients must show. Without one `listen` is a loopback address, or the door
    /// `tools` is the only one and has a key.
    pub api_key: Option<SecretString>,
    /// Host names, in lower case and without port, that requests may be addressed to.
    pub allowed_hosts: Vec<String>,
    /// How many wrong keys a minute each client address may show; any number without a limit.
    pub wrong_keys_per_minute: Option<NonZeroU32>,
    /// Which doors are open, each once.
    pub doors: Vec<Door>,
    /// How many threads serve HTTP, 1 to 256.
    pub workers: usize,
}

impl HttpConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let text = flags.listen.as_ref().or(flags.telethon_listen.as_ref());
        let listen = listen(text.map(String::as_str))?;
        let tools_key = flags
            .tools_key
            .as_ref()
            .or(flags.telethon_auth_key.as_ref());
        let tools_alone = flags.api_key.is_none() && tools_key.is_some();
        let default = if tools_alone && !listen.ip().is_loopback() {
            // Nothing would guard the others.
            &[Door::Tools][..]
        } else {
            &[Door::Hub, Door::Tools, Door::Archive, Door::Reader]
        };
        let doors = doors(flags.doors.as_deref(), default)?;
        if !(tools_alone && doors == [Door::Tools]) {
            refuse_open_hub(listen, flags.api_key.as_ref())?;
        }
        let wrong_keys = text::number(
            "HUB_WRONG_KEYS_PER_MINUTE",
            flags.wrong_keys_per_minute.as_ref(),
            0..=10_000,
        )?;
        let workers = text::number("HUB_HTTP_WORKERS", flags.http_workers.as_ref(), 1..=256)?;
        Ok(Self {
            listen,
            api_key: flags.api_key.clone(),
            allowed_hosts: hosts::read(flags.allowed_hosts.as_deref())?,
            wrong_keys_per_minute: NonZeroU32::new(wrong_keys.unwrap_or(10)),
            doors,
            workers: workers.unwrap_or(2),
        })
    }
}

fn listen(text: Option<&str>) -> Result<SocketAddr, ConfigError> {
    let Some(text) = text else {
        return Ok((Ipv4Addr::LOCALHOST, 8000).into());
    };
    // The one host name that needs no look-up.
    let text = text.trim().replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_error: std::net::AddrParseError| {
        ConfigError::setting(format!(
            "HUB_LISTEN must be an address and a port such as 127.0.0.1:8000 or [::]:8000, not {text:?}."
        ))
    })
}

fn refuse_open_hub(listen: SocketAddr, key: Option<&SecretString>) -> Result<(), ConfigError> {
    match key {
        None if !listen.ip().is_loopback() => Err(ConfigError::setting(format!(
            "HUB_LISTEN={listen} can be reached from other machines: set HUB_API_KEY to what \
             `telegram-hub keygen` prints, or open the door tools alone with HUB_DOORS=tools and \
             HUB_TOOLS_KEY, or listen on 127.0.0.1."
        ))),
        // A header cannot carry anything else, so no client could ever show such a key.
        Some(key) if !key.expose_secret().bytes().all(|b| b.is_ascii_graphic()) => {
            Err(ConfigError::setting(
                "HUB_API_KEY must consist of visible ASCII characters without blanks.",
            ))
        }
        _ => Ok(()),
    }
}

fn doors(text: Option<&str>, default: &[Door]) -> Result<Vec<Door>, ConfigError> {
    let Some(text) = text else {
        return Ok(default.to_vec());
    };
    let mut doors = Vec::new();
    for name in text::list(text) {
        let door = Door::ALL
            .into_iter()
            .find(|door| door.name() == name)
            .ok_or_else(|| {
                ConfigError::setting(format!(
                    "HUB_DOORS must be a list of hub, tools, archive, reader and tenants, separated \
                     by commas; it contains {name:?}."
                ))
            })?;
        if !doors.contains(&door) {
            doors.push(door);
        }
    }
    Ok(doors)
}
