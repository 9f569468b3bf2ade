//! How many of something may be done in a time, by all accounts together.
//!
//! It owns a token bucket and the order in which those who wait get their turn. It must not know
//! what is being counted.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A number of turns per time, shared by all accounts.
#[derive(Debug)]
pub struct Budget(Mutex<Bucket>);

impl Budget {
    /// `count` turns in each `time`, of which `burst` may be taken at once at the start and after
    /// a rest. Both numbers are at least 1.
    pub fn new(count: u32, time: Duration, burst: u32) -> Self {
        Self(Mutex::new(Bucket {
            each: time / count.max(1),
            burst: burst.max(1),
            next: None,
        }))
    }

    /// Waits for a turn. Whoever stops waiting leaves the turn unused.
    pub async fn turn(&self) {
        let now = Instant::now();
        let at = self.with(|bucket| bucket.reserve(now));
        if at > now {
            sleep_until(at).await;
        }
    }

    /// Takes a turn if there is one.
    ///
    /// # Errors
    /// How long it is until the next one.
    pub fn try_turn(&self) -> Result<(), Duration> {
        let now = Instant::now();
        self.with(|bucket| bucket.take(now))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Bucket) -> T) -> T {
        // No critical section of this file panics, so what a poisoned lock guards is whole.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The bucket as the instant at which the next turn is due if nothing was saved; every turn moves
/// it on. What lies in the past is saved, at most a burst of it.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    each: Duration,
    burst: u32,
    /// `None` before the first turn: a burst is saved.
    next: Option<Instant>,
}

impl Bucket {
    /// Takes a turn and says when it is due.
    fn reserve(&mut self, now: Instant) -> Instant {
        let rested = self.each * (self.burst - 1);
        let earliest = now.checked_sub(rested).unwrap_or(now);
        let at = self.next.map_or(earliest, |next| next.max(earliest));
        self.next = Some(at + self.each);
        at.max(now)
    }

    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let mut ahead = *self;
        let at = ahead.reserve(now);
        if at > now {
            return Err(at - now);
        }
        *self = ahead;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_rest_saves_a_burst_and_no_more() {
        let start = Instant::now() + 100 * SECOND;
        let mut bucket = Bucket {
            each: SECOND,
            burst: 3,
            next: None,
        };
        let mut due = |now: u32| (bucket.reserve(start + now * SECOND) - start).as_secs();
        assert_eq!([due(0), due(0), due(0), due(0)], [0, 0, 0, 1]);
        assert_eq!([due(3), due(3), due(3)], [3, 3, 4], "two were saved");
        assert_eq!([due(60), due(60), due(60), due(60)], [60, 60, 60, 61]);
        assert_eq!(due(60), 62, "those who wait have their order");
    }

    #[test]
    fn a_refused_turn_says_when_to_come_back_and_costs_nothing() {
        let start = Instant::now() + 100 * SECOND;
        let mut bucket = Bucket {
            each: 2 * SECOND,
            burst: 1,
            next: None,
        };
        assert_eq!(bucket.take(start), Ok(()));
        for _ in 0..3 {
            assert_eq!(bucket.take(start + SECOND), Err(SECOND));
        }
        assert_eq!(bucket.take(start + 2 * SECOND), Ok(()));
    }
}
