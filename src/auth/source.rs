//! Where somebody calls from, and how often that may be.
//!
//! Owns a budget for each address, bounded however many addresses there are. It must not know what
//! is counted.

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

/// How many addresses have a budget of their own; all others share one.
const BUDGETS: usize = 4096;

/// Where from: an IPv4 address or an IPv6 network of 64 bits, which one client has as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    Address(IpAddr),
    Network(Ipv6Addr),
    Others,
}

impl Source {
    pub(super) fn of(address: IpAddr) -> Self {
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

/// So much a minute for each address.
pub struct PerAddress(Option<DefaultKeyedRateLimiter<Source>>);

impl PerAddress {
    /// A minute's worth may be taken at once after a rest; any number when there is no limit.
    pub fn new(a_minute: Option<NonZeroU32>) -> Self {
        Self(a_minute.map(|number| RateLimiter::keyed(Quota::per_minute(number))))
    }

    /// Takes so much of an address's budget, or all that fits into it.
    ///
    /// # Errors
    /// How long to wait, when it is spent.
    pub fn take(&self, address: IpAddr, much: NonZeroU32) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else {
            return Ok(());
        };
        let full = limiter.len() >= BUDGETS;
        let source = if full {
            Source::Others
        } else {
            Source::of(address)
        };
        let early = match limiter.check_key_n(&source, much) {
            Ok(checked) => checked,
            // More than the budget ever holds.
            Err(_too_much) => limiter.check_key(&source),
        };
        early.map_err(|early| early.wait_time_from(limiter.clock().now()))
    }

    /// Forgets who has ceased. Called from time to time.
    pub fn sweep(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
    }
}

impl fmt::Debug for PerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerAddress")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn however_many_addresses_call_little_is_kept() {
        let budgets = PerAddress::new(NonZeroU32::new(1));
        for number in 0..10_000_u32 {
            budgets.take(IpAddr::V4(number.into()), ONE).ok();
        }
        let kept = budgets.0.as_ref().map_or(0, RateLimiter::len);
        assert!(kept <= BUDGETS + 1, "{kept}");
    }

    #[test]
    fn what_counts_more_uses_a_budget_up_sooner() {
        let budgets = PerAddress::new(NonZeroU32::new(30));
        let address = IpAddr::from([192, 0, 2, 1]);
        let ten = NonZeroU32::new(10).expect("ten");
        assert!((0..3).all(|_| budgets.take(address, ten).is_ok()));
        assert!(budgets.take(address, ONE).is_err());
        assert!(budgets.take(IpAddr::from([192, 0, 2, 2]), ONE).is_ok());
    }
}
