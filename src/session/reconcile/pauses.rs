//! Which sequences are left alone for a while, because Telegram has refused them. No I/O.

use crate::model::MessageBox;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The longest pause of one sequence.
const CAP: Duration = Duration::from_hours(1);

/// The sequences of one account that are in trouble.
#[derive(Debug, Default)]
pub(super) struct Pauses(BTreeMap<MessageBox, Pause>);

#[derive(Debug)]
struct Pause {
    failures: u32,
    until: Instant,
}

impl Pauses {
    /// Whether a sequence is to be left alone.
    pub(super) fn holds(&self, message_box: MessageBox, now: Instant) -> bool {
        let pause = self.0.get(&message_box);
        pause.is_some_and(|pause| pause.until > now)
    }

    /// Takes note of a refusal: the pause doubles with each. How many there were in a row.
    pub(super) fn refused(&mut self, message_box: MessageBox, base: Duration, now: Instant) -> u32 {
        let pause = self.0.entry(message_box).or_insert(Pause {
            failures: 0,
            until: now,
        });
        let wait = base.saturating_mul(1 << pause.failures.min(16)).min(CAP);
        pause.failures = pause.failures.saturating_add(1);
        pause.until = now + wait;
        pause.failures
    }

    /// The sequence is in order again.
    pub(super) fn succeeded(&mut self, message_box: MessageBox) {
        self.0.remove(&message_box);
    }

    /// When the next one may be tried again.
    pub(super) fn next(&self, now: Instant) -> Option<Duration> {
        let ends = self.0.values().map(|pause| pause.until);
        ends.filter(|until| *until > now)
            .min()
            .map(|until| until - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_sequence_is_asked_for_ever_more_seldom_and_no_other_waits() {
        let (mut pauses, now) = (Pauses::default(), Instant::now());
        let (bad, good) = (MessageBox::channel(7), MessageBox::ACCOUNT);
        let base = Duration::from_secs(8);
        for (failures, seconds) in [(1, 8), (2, 16), (3, 32)] {
            assert_eq!(pauses.refused(bad, base, now), failures);
            assert_eq!(pauses.next(now), Some(Duration::from_secs(seconds)));
        }
        assert!(pauses.holds(bad, now) && !pauses.holds(good, now));
        for _ in 0..40 {
            pauses.refused(bad, base, now);
        }
        assert_eq!(pauses.next(now), Some(CAP));
        assert!(!pauses.holds(bad, now + CAP));
        pauses.succeeded(bad);
        assert_eq!(pauses.refused(bad, base, now), 1);
    }
}
