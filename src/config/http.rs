//! Settings of the HTTP side.

use crate::config::declared::DoorKey;
use crate::config::{ConfigError, Flags, hosts, text};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

/// Which sets of paths are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doors {
    /// All that there are.
    All,
    /// Those of these names, each once. Whether there is a door of a name is not known here.
    Named(Vec<String>),
}

/// The HTTP side.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The key that clients must show. Without one `listen` is a loopback address, or every open
    /// door has a key of its own.
    pub api_key: Option<SecretString>,
    /// Host names, in lower case and without port, that requests may be addressed to.
    pub allowed_hosts: Vec<String>,
    /// How many wrong keys a minute each client address may show; any number without a limit.
    pub wrong_keys_per_minute: Option<NonZeroU32>,
    /// Which doors are open.
    pub doors: Doors,
    /// How many threads serve HTTP, 1 to 256.
    pub workers: usize,
}

impl HttpConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let text = flags.listen.as_ref().or(flags.telethon_listen.as_ref());
        let listen = listen(text.map(String::as_str))?;
        let doors = doors(flags, listen);
        refuse_open_hub(flags, listen, &doors)?;
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

/// The doors that were named. By default those that have a key of their own where nothing would
/// guard the others, and else all.
fn doors(flags: &Flags, listen: SocketAddr) -> Doors {
    if let Some(named) = &flags.doors {
        let mut names: Vec<_> = text::list(named).map(str::to_owned).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        return Doors::Named(names);
    }
    let keyed = doors_with_key(flags);
    if flags.api_key.is_some() || listen.ip().is_loopback() || keyed.is_empty() {
        return Doors::All;
    }
    Doors::Named(keyed.into_iter().map(str::to_owned).collect())
}

fn refuse_open_hub(flags: &Flags, listen: SocketAddr, doors: &Doors) -> Result<(), ConfigError> {
    match &flags.api_key {
        None if !listen.ip().is_loopback() && !have_keys(flags, doors) => {
            Err(ConfigError::setting(format!(
                "HUB_LISTEN={listen} can be reached from other machines: set HUB_API_KEY to what \
                 `telegram-hub keygen` prints,{} or listen on 127.0.0.1.",
                how_to_open_alone(flags)
            )))
        }
        // A header cannot carry anything else, so no client could ever show such a key.
        Some(key) if !key.expose_secret().bytes().all(|b| b.is_ascii_graphic()) => {
            Err(ConfigError::setting(
                "HUB_API_KEY must consist of visible ASCII characters without blanks.",
            ))
        }
        _ => Ok(()),
    }
}

/// Whether there are doors, and each of them has a key of its own.
fn have_keys(flags: &Flags, doors: &Doors) -> bool {
    let keyed = doors_with_key(flags);
    match doors {
        Doors::All => false,
        Doors::Named(names) => {
            !names.is_empty() && names.iter().all(|name| keyed.contains(&name.as_str()))
        }
    }
}

/// The doors that have a key of their own.
fn doors_with_key(flags: &Flags) -> Vec<&'static str> {
    let keys = flags.given.keys().filter(|of_door| of_door.key.is_some());
    keys.map(|of_door| of_door.door).collect()
}

/// What lets a door be reached from other machines without a key of the hub.
fn how_to_open_alone(flags: &Flags) -> String {
    let keys = flags.given.keys();
    let ways = keys.map(|DoorKey { door, name, .. }| {
        format!(" or open the door {door} alone with HUB_DOORS={door} and {name},")
    });
    ways.collect::<Vec<_>>().concat()
}
