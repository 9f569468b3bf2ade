//! How long to wait before the next attempt. Pure: chance is an argument.

use std::time::Duration;

/// Exponential waiting with a cap and jitter.
#[derive(Clone, Copy, Debug)]
pub struct BackoffPolicy {
    /// The longest first wait.
    pub base: Duration,
    /// The longest wait of all.
    pub cap: Duration,
}

impl BackoffPolicy {
    /// The wait after `attempt` failures in a row, from 1; `chance` is uniform in 0..1.
    ///
    /// Half of the wait is fixed and half is chance, so that thousands of accounts that lost
    /// their links in the same second do not come back in the same second.
    pub fn delay(self, attempt: u32, chance: f64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        let full = self.base.saturating_mul(1 << doublings).min(self.cap);
        full.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

/// A uniform number in 0..1 from the system; 0.5 if it has none to give.
pub(super) fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: BackoffPolicy = BackoffPolicy {
        base: Duration::from_secs(1),
        cap: Duration::from_mins(5),
    };

    #[test]
    fn waits_double_up_to_the_cap_and_chance_takes_at_most_half() {
        for (attempt, seconds) in [
            (1, 1),
            (2, 2),
            (5, 16),
            (9, 256),
            (10, 300),
            (4_000_000, 300),
        ] {
            let full = Duration::from_secs(seconds);
            assert_eq!(POLICY.delay(attempt, 1.0), full);
            assert_eq!(POLICY.delay(attempt, 0.0), full / 2);
        }
    }
}
