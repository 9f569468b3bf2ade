//! Instants of the clock that goes on while the machine sleeps.

use nix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The time since the machine's start, with the time that it slept.
///
/// `Instant` stands still in a suspended machine, and the time of day jumps. Neither may tell how
/// long ago something was that others count by a clock of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BootTime(Duration);

impl BootTime {
    /// The present instant.
    pub fn now() -> Self {
        // Every kernel that is still in use has the first clock, and all have the second.
        let now = clock_gettime(ClockId::CLOCK_BOOTTIME)
            .or_else(|_| clock_gettime(ClockId::CLOCK_MONOTONIC));
        Self(now.map(Duration::from).unwrap_or_default())
    }

    /// This instant moved forward.
    #[must_use]
    pub const fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// How long it is until this instant; zero when it is past.
    pub fn left(self) -> Duration {
        self.0.saturating_sub(Self::now().0)
    }

    /// How long ago this instant was; zero when it is to come.
    pub fn elapsed(self) -> Duration {
        Self::now().0.saturating_sub(self.0)
    }

    /// Microseconds since the machine's start.
    pub fn as_micros(self) -> u64 {
        u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX)
    }
}
