//! Settings of the accounts whose session strings callers bring with each request.

use crate::config::{Limit, Number, Setting, Time, Values};
use std::num::NonZeroU32;
use std::time::Duration;

/// How long an account that nobody calls with stays connected.
pub static GUEST_IDLE: Setting<Time> = Setting {
    name: "HUB_READER_IDLE",
    former: &[],
    what: "Seconds that the account of a session string stays connected without a request",
    more: "A request within them costs one call at Telegram; the first one after them connects \
           again and lists the chats again.",
    kind: Time::seconds(1..=86_400, 300),
};

/// How many such accounts there may be.
pub static GUEST_CLIENTS: Setting<Number<usize>> = Setting {
    name: "HUB_READER_CLIENTS",
    former: &[],
    what: "How many accounts of session strings are connected at the same time",
    more: "When there are more, the one that was not used for the longest time is closed first; \
           one that is in use never is. It is also how many logins may be in progress.",
    kind: Number {
        range: 1..=10_000,
        default: 64,
    },
};

/// How many connections an address that shows no key may cause.
pub static GUEST_CONNECTS: Setting<Limit> = Setting {
    name: "HUB_READER_CONNECTS_PER_MINUTE",
    former: &[],
    what: "How many connections to Telegram a client address without a key may cause in a minute",
    more: "It counts with `HUB_READER_PUBLIC` alone. A login code counts as ten. Requests that \
           find their account connected count nothing.",
    kind: Limit {
        most: 10_000,
        default: 30,
    },
};

/// What the settings say of these accounts.
#[derive(Clone, Copy, Debug)]
pub struct GuestsConfig {
    /// How long one that nobody calls with stays connected.
    pub idle: Duration,
    /// How many there may be.
    pub clients: usize,
    /// How many connections a minute an address without a key may cause; any number without a
    /// limit.
    pub connects_per_minute: Option<NonZeroU32>,
}

impl GuestsConfig {
    /// Takes them out of the settings.
    pub fn new(values: &Values) -> Self {
        Self {
            idle: GUEST_IDLE.of(values),
            clients: GUEST_CLIENTS.of(values),
            connects_per_minute: GUEST_CONNECTS.of(values),
        }
    }
}
