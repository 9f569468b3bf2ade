//! The data centre's clock, which may be set wrong on purpose.
//!
//! Owns the offset from the machine's clock, shared by all clones. It knows neither MTProto's
//! message ids nor what is dated.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that runs with the machine's, some seconds off.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Sets how many seconds the clock is ahead of the machine's; negative for behind.
    pub fn skew(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// The time since 1970 UTC as this clock shows it.
    pub fn since_epoch(&self) -> Duration {
        let skew = self.0.load(Ordering::Relaxed);
        let offset = Duration::from_secs(skew.unsigned_abs());
        if skew < 0 {
            machine_time().saturating_sub(offset)
        } else {
            machine_time().saturating_add(offset)
        }
    }

    /// Whole seconds since 1970 UTC as this clock shows them.
    pub fn seconds(&self) -> i64 {
        i64::try_from(self.since_epoch().as_secs()).unwrap_or(i64::MAX)
    }

    /// The same as TL's `int` carries it.
    pub fn int(&self) -> i32 {
        i32::try_from(self.seconds()).unwrap_or(i32::MAX)
    }
}

/// Microseconds since 1970 UTC by the machine's clock, whatever the data centre's shows.
pub fn machine_micros() -> i64 {
    i64::try_from(machine_time().as_micros()).unwrap_or(i64::MAX)
}

fn machine_time() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_are_wrong_by_the_same_seconds() {
        let clock = Clock::default();
        let clone = clock.clone();
        clock.skew(-3600);
        let behind = machine_micros() / 1_000_000 - clone.seconds();
        assert!((3600..=3601).contains(&behind), "{behind}");
        clock.skew(0);
        assert!(machine_micros() / 1_000_000 - clone.seconds() <= 1);
    }
}
