//! When which channel's difference is asked for again.

use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait between two attempts at one channel.
const CAP: Duration = Duration::from_mins(15);

/// The channels of one account whose difference has failed.
#[derive(Debug, Default)]
pub(super) struct Retries {
    channels: HashMap<i64, Retry>,
    flooded_until: Option<Instant>,
}

#[derive(Debug, Default)]
struct Retry {
    at: Option<Instant>,
    failures: u32,
    /// Why history has to bring what the channel has had.
    given_up: Option<String>,
}

impl Retries {
    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.channels.values().filter_map(|retry| retry.at).min()
    }

    /// Takes the channels that are due.
    pub(super) fn due(&mut self, now: Instant) -> Vec<i64> {
        let due = |retry: &Retry| retry.at.is_some_and(|at| at <= now);
        let mut channels = Vec::new();
        for (channel, retry) in &mut self.channels {
            if due(retry) {
                retry.at = None;
                channels.push(*channel);
            }
        }
        channels
    }

    /// Until when Telegram wants no such call at all.
    pub(super) fn flooded_until(&self, now: Instant) -> Option<Instant> {
        self.flooded_until.filter(|until| *until > now)
    }

    /// Telegram wants no such call until then.
    pub(super) fn flooded(&mut self, until: Instant) {
        self.flooded_until = Some(until);
    }

    /// The channel is to be asked for at that time.
    pub(super) fn at(&mut self, channel: i64, at: Instant) {
        self.channels.entry(channel).or_default().at = Some(at);
    }

    /// Whether the channel is not to be asked for yet.
    pub(super) fn waits(&self, channel: i64, now: Instant) -> bool {
        let retry = self.channels.get(&channel);
        retry.is_some_and(|retry| retry.at.is_some_and(|at| at > now))
    }

    /// Somebody has a new reason to ask for the channel at once.
    pub(super) fn hurry(&mut self, channel: i64) {
        if let Some(retry) = self.channels.get_mut(&channel) {
            retry.at = None;
        }
    }

    /// How often the channel has failed since it was in order.
    pub(super) fn failures(&self, channel: i64) -> u32 {
        let retry = self.channels.get(&channel);
        retry.map_or(0, |retry| retry.failures)
    }

    /// From now on the channel is left to its history, and asked for at that time.
    pub(super) fn give_up(&mut self, channel: i64, at: Instant, reason: String) {
        let retry = self.channels.entry(channel).or_default();
        retry.at = Some(at);
        retry.given_up = Some(reason);
    }

    /// Whether the channel is left to its history.
    pub(super) fn is_given_up(&self, channel: i64) -> bool {
        self.reason(channel).is_some()
    }

    /// Why it is.
    pub(super) fn reason(&self, channel: i64) -> Option<String> {
        self.channels.get(&channel)?.given_up.clone()
    }

    /// Takes note of a failure; the time of the next attempt, doubling from a second.
    pub(super) fn failed(&mut self, channel: i64, now: Instant) -> Instant {
        let retry = self.channels.entry(channel).or_default();
        let wait = Duration::from_secs(1 << retry.failures.min(10)).min(CAP);
        retry.failures += 1;
        now + wait
    }

    /// The channel is in order again.
    pub(super) fn succeeded(&mut self, channel: i64) {
        self.channels.remove(&channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_channel_is_asked_for_ever_more_seldom() {
        let mut retries = Retries::default();
        let start = Instant::now();
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            let at = retries.failed(7, start);
            assert_eq!(at - start, Duration::from_secs(seconds));
            retries.at(7, at);
        }
        assert!(retries.due(start).is_empty() && retries.waits(7, start));
        assert_eq!(retries.next(), Some(start + CAP));
        assert_eq!(retries.due(start + CAP), [7]);
        assert_eq!(retries.next(), None);
        assert!(!retries.is_given_up(7));
        retries.give_up(7, start + CAP, "refused".to_owned());
        assert_eq!(
            (retries.failures(7), retries.reason(7).as_deref()),
            (12, Some("refused"))
        );
        retries.hurry(7);
        assert!(!retries.waits(7, start) && retries.is_given_up(7));
        retries.succeeded(7);
        assert_eq!(retries.failed(7, start) - start, Duration::from_secs(1));
    }

    #[test]
    fn a_flood_wait_holds_for_all_channels_until_it_is_over() {
        let mut retries = Retries::default();
        let now = Instant::now();
        let until = now + Duration::from_secs(3);
        retries.flooded(until);
        assert_eq!(retries.flooded_until(now), Some(until));
        assert_eq!(retries.flooded_until(until), None);
    }
}
