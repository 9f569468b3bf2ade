//! What the figures must reach on two cores with the data centre beside the hub.
//!
//! Owns the names of the figures and their limits, so that both stand in one place.

use super::series::{Figure, Subject, Target};
use std::time::Duration;

pub(super) const CAPTURE_1: &str = "captured, 1 account";
pub(super) const CAPTURE_100: &str = "captured, 100 accounts";

/// A history that is downloaded: from Telegram, and by the hub into the log and to its client.
pub(super) const HISTORY_DOWNLOADED: &str = "history downloaded";

/// The same history from the log to a client.
pub(super) const HISTORY_STORED: &str = "history from the log";

/// What the process has grown by meanwhile.
pub(super) const HISTORY_GROWTH: &str = "growth of memory";

/// Messages a second of which the delay is measured, beside half of what is found: half of what a
/// hub on SQLite must take in at least.
pub(super) const STEADY: f64 = 10_000.0;

/// The names of the delays at a pace, the median and the 99th of a hundred.
pub(super) fn delays(pace: &str) -> [String; 2] {
    [
        format!("push to row at {pace}, p50"),
        format!("push to row at {pace}, p99"),
    ]
}

/// What the processor did for each message: the subject's own process, and the one that holds the
/// data centre and whoever writes and counts.
pub(super) fn cost(name: &str) -> [String; 2] {
    [
        format!("{name}: processor, subject"),
        format!("{name}: processor, data centre"),
    ]
}

/// The names of what is measured for a number of stored accounts.
pub(super) fn stored(accounts: usize, what: &str) -> String {
    format!("{accounts} accounts: {what}")
}

/// The names of what is measured for a number of sending clients and the data centre's distance.
pub(super) fn sending(clients: usize, distance: Duration, what: &str) -> String {
    let plural = if clients == 1 { "" } else { "s" };
    let over = match distance.as_millis() {
        0 => String::new(),
        millis => format!(", answers after {millis} ms"),
    };
    format!("sent, {clients} client{plural}{over}{what}")
}

/// A figure without values and with its limits.
pub(super) fn figure(name: &str, unit: &'static str) -> Figure {
    use Subject::{Postgres, Sqlite};
    use Target::{AtLeast, AtMost};
    let both = |target| vec![(Sqlite, target), (Postgres, target)];
    let (targets, share_of_bare) = match name {
        CAPTURE_100 => (
            vec![(Sqlite, AtLeast(20_000.0)), (Postgres, AtLeast(15_000.0))],
            Some(0.6),
        ),
        HISTORY_STORED if unit == "/s" => (both(AtLeast(100_000.0)), None),
        HISTORY_DOWNLOADED if unit == "/s" => (Vec::new(), Some(0.8)),
        _ if name.ends_with(HISTORY_GROWTH) => (both(AtMost(32.0)), None),
        _ if name.starts_with("push to row") && name.ends_with("p99") => (both(AtMost(50.0)), None),
        _ if name.starts_with("sent,") && unit == "/s" => (Vec::new(), Some(0.8)),
        _ if name.ends_with("HTTP answers") => (both(AtMost(1.0)), None),
        _ if name == stored(1000, "all online") => (both(AtMost(5.0)), None),
        _ if name == stored(10_000, "all online") => (both(AtMost(60.0)), None),
        _ if name == stored(10_000, "memory of each") => (both(AtMost(64.0)), None),
        _ => (Vec::new(), None),
    };
    Figure {
        name: name.to_owned(),
        unit,
        series: Vec::new(),
        targets,
        share_of_bare,
    }
}
