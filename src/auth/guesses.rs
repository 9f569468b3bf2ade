//! How often wrong keys may be shown, and what the log says of them.
//!
//! Owns a budget for each client address and the lines about addresses that guess, both bounded
//! however many addresses there are. It must not know what the keys are.

use crate::auth::source::{PerAddress, Source};
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many addresses the log tells apart in one interval.
const NAMED: usize = 64;
/// How often the log tells of one address.
const INTERVAL: Duration = Duration::from_mins(1);

/// What the log has still to say of a source.
struct Noted {
    since: Instant,
    left_out: u64,
}

/// The wrong keys of the last minute.
pub struct Guesses {
    budgets: PerAddress,
    noted: Mutex<HashMap<Source, Noted>>,
}

impl Guesses {
    /// So many wrong keys a minute from each address; any number when there is no limit.
    pub fn new(a_minute: Option<NonZeroU32>) -> Self {
        Self {
            budgets: PerAddress::new(a_minute),
            noted: Mutex::default(),
        }
    }

    /// Notes a wrong key; how long its sender should wait when there were too many.
    pub fn note(&self, address: IpAddr) -> Option<Duration> {
        self.log(Source::of(address), Instant::now());
        self.budgets.take(address, NonZeroU32::MIN).err()
    }

    /// The first wrong key of an address is logged at once, and the others are counted.
    fn log(&self, source: Source, now: Instant) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let full = noted.len() >= NAMED && !noted.contains_key(&source);
        let source = if full { Source::Others } else { source };
        if let Some(known) = noted.get_mut(&source) {
            known.left_out += 1;
            return;
        }
        noted.insert(
            source,
            Noted {
                since: now,
                left_out: 0,
            },
        );
        drop(noted);
        log::warn!(address:% = source; "a wrong key was shown by {source}");
    }

    /// Says how many keys were shown since the last line, and forgets who has ceased. Called from
    /// time to time.
    pub fn sweep(&self, now: Instant) {
        self.budgets.sweep();
        let mut due = Vec::new();
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        noted.retain(|source, known| {
            if now.duration_since(known.since) < INTERVAL {
                return true;
            }
            let count = std::mem::take(&mut known.left_out);
            known.since = now;
            due.extend((count > 0).then_some((*source, count)));
            count > 0
        });
        drop(noted);
        for (source, count) in due {
            log::warn!(
                address:% = source, count = count;
                "{count} more wrong keys were shown by {source} within about a minute"
            );
        }
    }
}

impl fmt::Debug for Guesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guesses")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guesses(a_minute: u32) -> Guesses {
        Guesses::new(NonZeroU32::new(a_minute))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn each_address_has_a_budget_of_its_own_and_a_network_of_ipv6_one() {
        let guesses = guesses(3);
        for own in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1"] {
            for _ in 0..3 {
                assert_eq!(guesses.note(address(own)), None, "{own}");
            }
            let wait = guesses.note(address(own)).expect("too many");
            assert!(wait <= Duration::from_secs(20), "{wait:?}");
        }
        assert!(guesses.note(address("2001:db8::ffff:2")).is_some());
        assert!(guesses.note(address("::ffff:192.0.2.1")).is_some());
    }

    #[test]
    fn without_a_limit_there_is_none() {
        let guesses = guesses(0);
        assert!((0..1000).all(|_| guesses.note(address("127.0.0.1")).is_none()));
    }

    #[test]
    fn however_many_addresses_guess_little_is_kept() {
        let guesses = guesses(1);
        for number in 0..10_000_u32 {
            guesses.note(IpAddr::V4(number.into()));
        }
        let noted = guesses.noted.lock().expect("whole");
        assert!(noted.len() <= NAMED + 1, "{}", noted.len());
        assert_eq!(noted[&Source::Others].left_out, 10_000 - 65);
    }

    #[test]
    fn who_has_ceased_is_forgotten_after_one_more_line() {
        let guesses = guesses(1);
        let start = Instant::now();
        guesses.note(address("192.0.2.1"));
        guesses.note(address("192.0.2.1"));
        let left = |guesses: &Guesses| guesses.noted.lock().expect("whole").len();
        for (later, kept) in [(0, 1), (61, 1), (90, 1), (130, 0)] {
            guesses.sweep(start + Duration::from_secs(later));
            assert_eq!(left(&guesses), kept, "after {later} s");
        }
    }
}
