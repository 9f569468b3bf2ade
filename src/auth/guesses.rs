//! How often wrong keys may be shown, and what the log says of them.
//!
//! Owns a budget for each client address and the lines about addresses that guess, both bounded
//! however many addresses there are. It must not know what the keys are.

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many addresses have a budget of their own; all others share one.
const BUDGETS: usize = 4096;
/// How many addresses the log tells apart in one interval.
const NAMED: usize = 64;
/// How often the log tells of one address.
const INTERVAL: Duration = Duration::from_mins(1);

/// Who guesses: an IPv4 address or an IPv6 network of 64 bits, which one client has as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Source {
    Address(IpAddr),
    Network(Ipv6Addr),
    Others,
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) if !address.is_loopback() => {
                let [a, b, c, d, ..] = address.segments();
                Self::Network(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address => Self::Address(address),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Network(network) => write!(f, "{network}/64"),
            Self::Others => f.write_str("other addresses"),
        }
    }
}

/// What the log has still to say of a source.
struct Noted {
    since: Instant,
    left_out: u64,
}

/// The wrong keys of the last minute.
pub struct Guesses {
    limiter: Option<DefaultKeyedRateLimiter<Source>>,
    noted: Mutex<HashMap<Source, Noted>>,
}

impl Guesses {
    /// So many wrong keys a minute from each address; any number when there is no limit.
    pub fn new(a_minute: Option<NonZeroU32>) -> Self {
        Self {
            limiter: a_minute.map(|number| RateLimiter::keyed(Quota::per_minute(number))),
            noted: Mutex::default(),
        }
    }

    /// Notes a wrong key; how long its sender should wait when there were too many.
    pub fn note(&self, address: IpAddr) -> Option<Duration> {
        let source = Source::of(address);
        self.log(source, Instant::now());
        let limiter = self.limiter.as_ref()?;
        let full = limiter.len() >= BUDGETS;
        let budget = if full { Source::Others } else { source };
        let early = limiter.check_key(&budget).err()?;
        Some(early.wait_time_from(limiter.clock().now()))
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
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
        }
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
        let limiter = guesses.limiter.as_ref().expect("a limit");
        assert!(limiter.len() <= BUDGETS + 1, "{}", limiter.len());
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
