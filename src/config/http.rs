//! Settings of the HTTP side.

use crate::config::declared::DoorKey;
use crate::config::{
    AnySetting, ConfigError, Given, Key, Limit, Number, Optional, Parsed, Setting, Time, Values,
    hosts, text,
};
use secrecy::SecretString;
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::num::NonZeroU32;
use std::time::Duration;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &LISTEN,
    &API_KEY,
    &ALLOWED_HOSTS,
    &WRONG_KEYS_PER_MINUTE,
    &DOORS,
    &WORKERS,
    &SHUTDOWN_TIMEOUT,
];

static LISTEN: Setting<Parsed<SocketAddr>> = Setting {
    name: "HUB_LISTEN",
    former: &[("telethon-listen", "TELETHON_HTTP_LISTEN_ADDRESS")],
    what: "Address and port to listen on",
    more: "Port 0 takes a free one and logs it.",
    kind: Parsed {
        read: address,
        default: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8000)),
    },
};

pub(super) static API_KEY: Setting<Key> = Setting {
    name: "HUB_API_KEY",
    former: &[],
    what: "Key that clients must show; required when listening on anything but loopback",
    more: "It is not required when every open door has a key of its own. Clients show it as \
           `X-API-Key: …` or `Authorization: Bearer …`. It is visible ASCII without blanks; \
           `telegram-hub keygen` prints a good one.",
    kind: Key,
};

static ALLOWED_HOSTS: Setting<Optional<Vec<String>>> = Setting {
    name: "HUB_ALLOWED_HOSTS",
    former: &[],
    what: "Host names, separated by commas, that requests may be addressed to beside the loopback \
           names",
    more: "Checked when no key is set, and also with a key once the list is not empty. Names and \
           addresses alone, without scheme, port, path or wildcard: what could never match ends \
           the start.",
    kind: Optional {
        read: hosts::read,
        unset: "none",
    },
};

static WRONG_KEYS_PER_MINUTE: Setting<Limit> = Setting {
    name: "HUB_WRONG_KEYS_PER_MINUTE",
    former: &[],
    what: "Wrong keys that each client address may show in a minute",
    more: "A network of 64 bits is one address of IPv6. More are answered `rate_limited`, and a \
           little later; the right key is let in all the same.",
    kind: Limit {
        most: 10_000,
        default: 10,
    },
};

static DOORS: Setting<Optional<Vec<String>>> = Setting {
    name: "HUB_DOORS",
    former: &[],
    what: "Doors to open, separated by commas",
    more: "A door is a set of paths. A name that is no door's ends the start. Beyond loopback and \
           without `HUB_API_KEY` the default is the doors that have keys of their own, because \
           nothing would guard the others.",
    kind: Optional {
        read: names,
        unset: "all",
    },
};

static WORKERS: Setting<Number<usize>> = Setting {
    name: "HUB_HTTP_WORKERS",
    former: &[],
    what: "Threads that serve HTTP",
    more: "",
    kind: Number {
        range: 1..=256,
        default: 2,
    },
};

static SHUTDOWN_TIMEOUT: Setting<Time> = Setting {
    name: "HUB_SHUTDOWN_TIMEOUT",
    former: &[],
    what: "Seconds that requests under way may go on after a stop signal",
    more: "",
    kind: Time::seconds(1..=60, 5),
};

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
    /// How many threads serve HTTP, from 1.
    pub workers: usize,
    /// How long requests may go on after the hub was told to stop.
    pub shutdown_timeout: Duration,
}

impl HttpConfig {
    /// # Errors
    /// When the hub would be open to others.
    pub(super) fn new(values: &Values, given: &Given) -> Result<Self, ConfigError> {
        let mut http = Self {
            listen: LISTEN.of(values),
            api_key: API_KEY.of(values),
            allowed_hosts: ALLOWED_HOSTS.of(values).unwrap_or_default(),
            wrong_keys_per_minute: WRONG_KEYS_PER_MINUTE.of(values),
            doors: Doors::All,
            workers: WORKERS.of(values),
            shutdown_timeout: SHUTDOWN_TIMEOUT.of(values),
        };
        let keyed = doors_with_key(given);
        // Where nothing would guard the others, those that have a key of their own.
        let unguarded = !http.listen.ip().is_loopback() && http.api_key.is_none();
        let by_default = (unguarded && !keyed.is_empty()).then(|| keyed.clone());
        http.doors = DOORS
            .of(values)
            .or(by_default)
            .map_or(Doors::All, Doors::Named);
        if unguarded && !http.doors.are_among(&keyed) {
            return Err(ConfigError::setting(format!(
                "HUB_LISTEN={} can be reached from other machines: set HUB_API_KEY to what \
                 `telegram-hub keygen` prints,{} or listen on 127.0.0.1.",
                http.listen,
                how_to_open_alone(given)
            )));
        }
        Ok(http)
    }
}

impl Doors {
    /// Whether there are doors, and each of them is one of these.
    fn are_among(&self, keyed: &[String]) -> bool {
        match self {
            Self::All => false,
            Self::Named(names) => {
                !names.is_empty() && names.iter().all(|name| keyed.contains(name))
            }
        }
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    // The one host name that needs no look-up.
    let text = text.trim().replace("localhost:", "127.0.0.1:");
    text.parse().map_err(|_error: std::net::AddrParseError| {
        format!("must be an address and a port such as 127.0.0.1:8000 or [::]:8000, not {text:?}.")
    })
}

/// Names, each once.
#[expect(clippy::unnecessary_wraps, reason = "it is a reader among others")]
fn names(list: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<_> = text::list(list).map(str::to_owned).collect();
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

/// The doors that have a key of their own.
fn doors_with_key(given: &Given) -> Vec<String> {
    let keys = given.keys().filter(|of_door| of_door.key.is_some());
    keys.map(|of_door| of_door.door.to_owned()).collect()
}

/// What lets a door be reached from other machines without a key of the hub.
fn how_to_open_alone(given: &Given) -> String {
    let ways = given.keys().map(|DoorKey { door, name, .. }| {
        format!(" or open the door {door} alone with HUB_DOORS={door} and {name},")
    });
    ways.collect::<Vec<_>>().concat()
}
