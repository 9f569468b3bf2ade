//! When Telegram is asked for its place in an account's updates. No I/O.
//!
//! A push tells the place, and so does a difference: asking is for an account that has fallen
//! silent, soon after that and then ever more seldom. A ping, which costs Telegram nothing, looks
//! after the link meanwhile.

use crate::model::UtcTime;
use crate::session::account::Timing;
use std::time::Duration;

/// One account's silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rhythm {
    first: Duration,
    longest: Duration,
    /// How long the account may be silent before Telegram is asked.
    wait: Duration,
    /// What was heard last when Telegram was last asked.
    heard: Option<UtcTime>,
}

impl Rhythm {
    pub(super) const fn new(timing: &Timing) -> Self {
        Self {
            first: timing.state_after,
            longest: timing.state_every,
            wait: timing.state_after,
            heard: None,
        }
    }

    /// Whether it is time to ask, when the last update was `updated` and the last place of any
    /// kind `heard`. `chance` is uniform in 0..1.
    pub(super) fn is_due(
        &mut self,
        updated: Option<UtcTime>,
        heard: Option<UtcTime>,
        now: UtcTime,
        chance: f64,
    ) -> bool {
        if updated != self.heard {
            self.heard = updated;
            self.wait = self.first;
        }
        let Some(heard) = heard else { return true };
        // A clock that was set back is no silence that can be measured.
        let silent = u64::try_from(now.as_micros() - heard.as_micros());
        let wait = self.wait.mul_f64(0.75 + chance / 4.0);
        let due = silent.map_or(true, |micros| Duration::from_micros(micros) >= wait);
        if due {
            self.wait = (self.wait * 2).min(self.longest);
        }
        due
    }

    /// How long until it is certainly time, when the last place of any kind was `heard` and
    /// Telegram does not want to be asked for as long as `barred`. Who asks at every look need not
    /// look for that.
    pub(super) fn until_due(
        &self,
        heard: Option<UtcTime>,
        now: UtcTime,
        barred: Option<Duration>,
    ) -> Duration {
        if self.first.is_zero() {
            return Duration::MAX;
        }
        let silent = heard.map(|heard| u64::try_from(now.as_micros() - heard.as_micros()));
        let left = match silent {
            Some(Ok(micros)) => self.wait.saturating_sub(Duration::from_micros(micros)),
            _ => self.wait,
        };
        left.max(barred.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Option<UtcTime> {
        UtcTime::from_unix(1_000_000 + seconds)
    }

    #[test]
    fn a_silent_account_is_asked_soon_and_then_ever_more_seldom() {
        let mut rhythm = Rhythm::new(&Timing::default());
        let mut asked = Vec::new();
        let (mut updated, mut heard) = (at(0), at(0));
        for second in 0..7_200 {
            if second == 5_000 {
                (updated, heard) = (at(second), at(second));
            }
            let now = at(second).expect("in range");
            let left = rhythm.until_due(heard, now, None);
            let due = rhythm.is_due(updated, heard, now, 1.0);
            assert_eq!(due, left.is_zero() || second == 5_060, "{second}: {left:?}");
            if due {
                asked.push(second);
                heard = at(second);
            }
        }
        assert_eq!(
            asked,
            [
                60, 180, 420, 900, 1800, 2700, 3600, 4500, 5060, 5180, 5420, 5900, 6800
            ]
        );
    }

    #[test]
    fn nobody_looks_for_a_place_that_must_not_be_asked_for() {
        let rhythm = Rhythm::new(&Timing::default());
        let now = at(10_000).expect("in range");
        let barred = Duration::from_mins(20);
        assert_eq!(rhythm.until_due(at(0), now, None), Duration::ZERO);
        assert_eq!(rhythm.until_due(at(0), now, Some(barred)), barred);
        assert_eq!(rhythm.until_due(None, now, Some(barred)), barred);
    }

    #[test]
    fn an_account_that_is_told_of_something_is_not_asked() {
        let mut rhythm = Rhythm::new(&Timing::default());
        for second in 0..3_600 {
            let told = at(second / 30 * 30);
            let now = at(second).expect("in range");
            assert!(!rhythm.is_due(told, told, now, 0.0), "{second}");
        }
    }
}
