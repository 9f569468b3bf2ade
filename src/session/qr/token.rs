//! When the token in a code is made anew.
//!
//! It owns that clock. Telegram answers the same token for as long as it counts, and tells its end by
//! a clock that is not ours.

use crate::model::UtcTime;
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Duration;
use tokio::time::Instant;

/// How long a token counts when the two clocks cannot be compared.
const USUAL_LIFE: Duration = Duration::from_secs(30);

/// A token that would count for longer says that the clocks differ.
const LONGEST_LIFE: Duration = Duration::from_mins(1);

/// The pause before Telegram is asked again, doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// The token that is shown.
#[derive(Debug)]
pub(super) struct Shown {
    url: SecretString,
    dies_at: Instant,
    ask_at: Instant,
    pause: Option<Duration>,
}

/// A token as Telegram answers it.
#[derive(Debug)]
pub(super) struct Told {
    /// What the code is to hold.
    pub(super) url: SecretString,
    /// How much longer it counts.
    pub(super) life: Duration,
}

impl Told {
    /// Of a token that counts until then, in seconds since 1970 by Telegram's clock.
    pub(super) fn new(url: SecretString, expires: i64, now: UtcTime) -> Self {
        let life = life(expires, now);
        Self { url, life }
    }
}

impl Shown {
    /// Shows a token that is made anew after a while.
    pub(super) fn new(told: Told, renew_after: Duration, now: Instant) -> Self {
        Self {
            url: told.url,
            dies_at: now + told.life,
            ask_at: now + told.life.min(renew_after),
            pause: None,
        }
    }

    /// Takes Telegram's next answer; `true` when it is another token.
    pub(super) fn take(&mut self, told: Told, renew_after: Duration, now: Instant) -> bool {
        if told.url.expose_secret() != self.url.expose_secret() {
            *self = Self::new(told, renew_after, now);
            return true;
        }
        if now < self.dies_at {
            self.ask_at = self.dies_at;
        } else {
            self.falter(now);
        }
        false
    }

    /// Asks a little later, because asking now has not helped.
    pub(super) fn falter(&mut self, now: Instant) {
        let pause = self
            .pause
            .map_or(FIRST_PAUSE, |last| (last * 2).min(LONGEST_PAUSE));
        self.pause = Some(pause);
        self.ask_at = now + pause;
    }

    /// Asks when Telegram wants to be asked again.
    pub(super) fn wait(&mut self, wait: Duration, now: Instant) {
        self.ask_at = now.checked_add(wait).unwrap_or(now + LONGEST_LIFE);
    }

    /// When Telegram is asked next.
    pub(super) const fn ask_at(&self) -> Instant {
        self.ask_at
    }

    /// What the code holds.
    pub(super) const fn url(&self) -> &SecretString {
        &self.url
    }

    /// How much longer it does.
    pub(super) fn life(&self, now: Instant) -> Duration {
        self.dies_at.saturating_duration_since(now)
    }
}

/// How much longer a token counts.
fn life(expires: i64, now: UtcTime) -> Duration {
    let told = UtcTime::from_unix(expires).map(|expires| expires.as_micros() - now.as_micros());
    let told = told.and_then(|left| u64::try_from(left).ok());
    let told = told.map(Duration::from_micros);
    told.filter(|left| !left.is_zero() && *left <= LONGEST_LIFE)
        .unwrap_or(USUAL_LIFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RENEW: Duration = Duration::from_secs(25);

    fn told(url: &str) -> Told {
        Told {
            url: url.into(),
            life: USUAL_LIFE,
        }
    }

    #[test]
    fn a_clock_that_is_wrong_makes_no_life_too_short_or_too_long() {
        let now = UtcTime::from_unix(1_000_000).expect("in range");
        for (expires, life_of) in [(30, 30), (12, 12), (-40, 30), (0, 30), (3_600, 30)] {
            let left = life(1_000_000 + expires, now);
            assert_eq!(left, Duration::from_secs(life_of), "{expires}");
        }
        assert_eq!(life(i64::MAX, now), USUAL_LIFE);
    }

    #[test]
    fn the_same_token_is_shown_to_its_end_and_another_one_begins_anew() {
        let start = Instant::now();
        let mut shown = Shown::new(told("a"), RENEW, start);
        assert_eq!(shown.ask_at() - start, RENEW);
        assert!(!shown.take(told("a"), RENEW, start + RENEW));
        assert_eq!(shown.ask_at() - start, USUAL_LIFE);
        assert!(!shown.take(told("a"), RENEW, start + USUAL_LIFE));
        assert_eq!(shown.ask_at() - start, USUAL_LIFE + FIRST_PAUSE);
        assert!(shown.take(told("b"), RENEW, start + USUAL_LIFE));
        assert_eq!(shown.ask_at() - start, USUAL_LIFE + RENEW);
        assert_eq!(shown.life(start + USUAL_LIFE), USUAL_LIFE);
    }
}
