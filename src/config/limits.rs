//! Settings of what a client may cost: connections, stalled transfers, searches.
//!
//! Owns their declarations. It must not know how they are enforced.

use crate::config::{AnySetting, Number, Setting, Time, Values};
use std::time::Duration;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &MAX_CONNECTIONS,
    &MAX_CONNECTIONS_PER_ADDRESS,
    &STALL_TIMEOUT,
    &LEAST_UPLOAD_RATE,
    &SEARCH_TIMEOUT,
];

static MAX_CONNECTIONS: Setting<Number<usize>> = Setting {
    name: "HUB_MAX_CONNECTIONS",
    former: &[],
    what: "HTTP connections in all",
    more: "More are answered 503 `unavailable` and closed. Half of the files that the process may \
           have open is the most, because accounts and database need the others: the default is no \
           more than that, and a greater number is refused at the start. Clients on the machine \
           itself, a reverse proxy among them, hold seven eighths of the connections at most.",
    kind: Number {
        range: 8..=1_000_000,
        default: 2048,
    },
};

static MAX_CONNECTIONS_PER_ADDRESS: Setting<Number<usize>> = Setting {
    name: "HUB_MAX_CONNECTIONS_PER_ADDRESS",
    former: &[],
    what: "HTTP connections from one address of another machine",
    more: "One IPv6 network of 64 bits is one address.",
    kind: Number {
        range: 1..=1_000_000,
        default: 256,
    },
};

static STALL_TIMEOUT: Setting<Time> = Setting {
    name: "HUB_STALL_TIMEOUT",
    former: &[],
    what: "Seconds that a client may stall an answer or a body",
    more: "That is to take less than 4 KiB of an answer that waits for it, or to bring less of an \
           upload than `HUB_LEAST_UPLOAD_RATE` asks for. A head of a request has this time too, \
           and 10 seconds at most. What is measured is progress, not the time that all of it \
           takes. While answers that nobody takes fill more than 64 MiB, an eighth of this time \
           is enough to be closed.",
    kind: Time::seconds(1..=3600, 20),
};

static LEAST_UPLOAD_RATE: Setting<Number<u32>> = Setting {
    name: "HUB_LEAST_UPLOAD_RATE",
    former: &[],
    what: "Bytes a second below which an upload counts as stalled",
    more: "It ends with 408 `request_timeout` then. Other bodies have 30 seconds altogether.",
    kind: Number {
        range: 1..=1_048_576,
        default: 1024,
    },
};

static SEARCH_TIMEOUT: Setting<Time> = Setting {
    name: "HUB_SEARCH_TIMEOUT",
    former: &[],
    what: "Seconds that a search of the log may take",
    more: "It answers what it has found by then, with a `next_cursor` to go on, or \
           `search_timeout` if that is nothing.",
    kind: Time::seconds(1..=50, 10),
};

/// What a client may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// How many HTTP connections there may be; `None` is as many as are usual, and no more than
    /// the limit of open files has room for.
    pub max_connections: Option<usize>,
    /// How many are usual.
    pub usual_connections: usize,
    /// How many of them may come from one address of another machine.
    pub max_connections_per_address: usize,
    /// How long a client may take nothing of an answer, or send next to nothing of a body.
    pub stall_timeout: Duration,
    /// How many bytes a second of an upload are next to nothing.
    pub least_upload_rate: u32,
    /// How long a search of the log may take.
    pub search_timeout: Duration,
}

impl LimitsConfig {
    pub(super) fn from_values(values: &Values) -> Self {
        Self {
            max_connections: MAX_CONNECTIONS.given(values),
            usual_connections: MAX_CONNECTIONS.kind.default,
            max_connections_per_address: MAX_CONNECTIONS_PER_ADDRESS.of(values),
            stall_timeout: STALL_TIMEOUT.of(values),
            least_upload_rate: LEAST_UPLOAD_RATE.of(values),
            search_timeout: SEARCH_TIMEOUT.of(values),
        }
    }
}
