//! Instants in UTC, to the microsecond that both databases keep.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// An instant in UTC, cut to microseconds; serialised as RFC 3339 with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtcTime(DateTime<Utc>);

impl UtcTime {
    /// The present instant.
    pub fn now() -> Self {
        Self::from(Utc::now())
    }

    /// The earliest time there is, in seconds since 1970.
    pub const EARLIEST_SECOND: i64 = DateTime::<Utc>::MIN_UTC.timestamp();

    /// The latest time there is, in seconds since 1970.
    pub const LATEST_SECOND: i64 = DateTime::<Utc>::MAX_UTC.timestamp();

    /// From Telegram's dates: whole seconds since 1970. `None` outside chrono's range.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(Self)
    }

    /// Microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// From microseconds since 1970. `None` outside chrono's range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(Self)
    }

    /// The same instant as chrono's type.
    pub const fn as_datetime(self) -> DateTime<Utc> {
        self.0
    }

    /// This instant moved back, stopping at chrono's first one.
    #[must_use]
    pub fn before(self, duration: std::time::Duration) -> Self {
        TimeDelta::from_std(duration)
            .ok()
            .and_then(|delta| self.0.checked_sub_signed(delta))
            .map_or(Self(DateTime::<Utc>::MIN_UTC), Self)
    }

    /// How long after another instant this one is; nothing when it is not.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// This instant moved forward, stopping at chrono's last one.
    #[must_use]
    pub fn after(self, duration: std::time::Duration) -> Self {
        TimeDelta::from_std(duration)
            .ok()
            .and_then(|delta| self.0.checked_add_signed(delta))
            .map_or(Self(DateTime::<Utc>::MAX_UTC), Self)
    }
}

impl From<DateTime<Utc>> for UtcTime {
    fn from(time: DateTime<Utc>) -> Self {
        Self(
            time.duration_trunc(TimeDelta::microseconds(1))
                .unwrap_or(time),
        )
    }
}

impl std::fmt::Display for UtcTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}
