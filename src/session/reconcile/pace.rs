//! How fast the calls of one account's reconciling follow each other: a few at once, because a
//! short round floods nobody, and a long row of them one in each step.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::time::sleep;

/// Calls at once after a silence of as many steps: so many pages of a history the client library
/// Telethon reads without a pause, which its many users have found to be borne. Source:
/// <https://docs.telethon.dev/en/stable/modules/client.html#telethon.client.messages.MessageMethods.iter_messages>,
/// `wait_time`.
const BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();

/// The pace of one account; without a step there is none to keep.
#[derive(Debug)]
pub(in crate::session) struct Pace(Option<DefaultDirectRateLimiter>);

impl Pace {
    /// A call in each step.
    pub(in crate::session) fn new(step: Duration) -> Self {
        let quota = Quota::with_period(step);
        Self(quota.map(|quota| RateLimiter::direct(quota.allow_burst(BURST))))
    }

    /// Waits until the next call may be made.
    pub(in crate::session) async fn keep(&self) {
        let Some(limiter) = &self.0 else {
            return;
        };
        while let Err(early) = limiter.check() {
            sleep(early.wait_time_from(DefaultClock::default().now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_calls_follow_at_once_and_the_next_one_has_to_wait() {
        let pace = Pace::new(Duration::from_hours(1));
        let limiter = pace.0.unwrap();
        assert!((0..BURST.get()).all(|_| limiter.check().is_ok()));
        assert!(limiter.check().is_err());
        assert!(Pace::new(Duration::ZERO).0.is_none());
    }
}
