//! Settings of how fast accounts come back, connect, log in, send and look up names.

use crate::config::{AnySetting, Limit, Number, Setting, Time, Values};
use std::num::NonZeroU32;
use std::time::Duration;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[
    &RESTORE_CONCURRENCY,
    &CONNECTS_PER_SECOND,
    &LOGINS_PER_MINUTE,
    &SEND_INTERVAL,
    &CHAT_SEND_INTERVAL,
    &LOOKUPS_PER_MINUTE,
];

static RESTORE_CONCURRENCY: Setting<Number<usize>> = Setting {
    name: "HUB_RESTORE_CONCURRENCY",
    former: &[],
    what: "Accounts that are brought back at the same time at start",
    more: "",
    kind: Number {
        range: 1..=10_000,
        default: 50,
    },
};

static CONNECTS_PER_SECOND: Setting<Number<u32>> = Setting {
    name: "HUB_CONNECTS_PER_SECOND",
    former: &[],
    what: "Connections to Telegram that all accounts together make in a second",
    more: "They make them at start, after an outage and after a link of their own has failed.",
    kind: Number {
        range: 1..=10_000,
        default: 300,
    },
};

static LOGINS_PER_MINUTE: Setting<Number<u32>> = Setting {
    name: "HUB_LOGINS_PER_MINUTE",
    former: &[],
    what: "Logins that all accounts together begin in a minute, by code and by QR code",
    more: "More are refused with `rate_limited`, because Telegram bans applications that ask for \
           too many codes.",
    kind: Number {
        range: 1..=100_000,
        default: 30,
    },
};

static SEND_INTERVAL: Setting<Time> = Setting {
    name: "HUB_SEND_INTERVAL",
    former: &[],
    what: "Milliseconds between two sends of an account",
    more: "Sends that come faster wait for their turn, up to 30 seconds; beyond that they are \
           refused with `rate_limited`.",
    kind: Time::milliseconds(0..=60_000, 50),
};

static CHAT_SEND_INTERVAL: Setting<Time> = Setting {
    name: "HUB_CHAT_SEND_INTERVAL",
    former: &[],
    what: "Milliseconds between two sends of an account to one chat",
    more: "Sends that come faster wait in the same way. Telegram answers faster ones with flood \
           waits.",
    kind: Time::milliseconds(0..=60_000, 1000),
};

static LOOKUPS_PER_MINUTE: Setting<Limit> = Setting {
    name: "HUB_LOOKUPS_PER_MINUTE",
    former: &[],
    what: "Usernames that an account looks up at Telegram in a minute",
    more: "Names that were seen at their owner within 24 hours are confirmed without one. More are \
           refused with `rate_limited`, because Telegram answers them with waits of hours. With a \
           limit, an unknown id makes an account search its dialogs once a minute at most.",
    kind: Limit {
        most: 10_000,
        default: 10,
    },
};

/// How fast all accounts together, and each of them, may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceConfig {
    /// How many accounts are brought back at the same time.
    pub restore_concurrency: usize,
    /// How many connections to Telegram all accounts together make in a second.
    pub connects_per_second: u32,
    /// How many login codes all accounts together ask for in a minute.
    pub logins_per_minute: u32,
    /// Between two sends of an account; zero is no limit.
    pub sends: Duration,
    /// Between two sends of an account to one chat; zero is no limit.
    pub chat_sends: Duration,
    /// How many usernames an account looks up at Telegram in a minute; any number without a limit.
    pub lookups_per_minute: Option<NonZeroU32>,
}

impl PaceConfig {
    pub(super) fn from_values(values: &Values) -> Self {
        Self {
            restore_concurrency: RESTORE_CONCURRENCY.of(values),
            connects_per_second: CONNECTS_PER_SECOND.of(values),
            logins_per_minute: LOGINS_PER_MINUTE.of(values),
            sends: SEND_INTERVAL.of(values),
            chat_sends: CHAT_SEND_INTERVAL.of(values),
            lookups_per_minute: LOOKUPS_PER_MINUTE.of(values),
        }
    }
}
