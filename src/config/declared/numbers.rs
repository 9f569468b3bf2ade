//! What kinds of values settings have: numbers and times.

use super::Kind;
use super::kinds::code;
use crate::config::{ConfigError, text};
use std::fmt::{Debug, Display};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// A whole number within a range.
#[derive(Clone, Debug)]
pub struct Number<T = u64> {
    /// The least and the greatest.
    pub range: RangeInclusive<T>,
    /// The one by default.
    pub default: T,
}

impl<T> Kind for Number<T>
where
    T: FromStr + PartialOrd + Copy + Display + Debug + Send + Sync + 'static,
{
    type Value = T;

    fn read(&self, name: &str, text: &str) -> Result<T, ConfigError> {
        text::number(name, text, &self.range)
    }

    fn unset(&self) -> T {
        self.default
    }

    fn default_text(&self) -> String {
        code(self.default)
    }

    fn bounds(&self) -> String {
        format!(", {} to {}", self.range.start(), self.range.end())
    }
}

/// How often something may be done; without a limit when it is 0.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The greatest.
    pub most: u32,
    /// The one by default.
    pub default: u32,
}

impl Kind for Limit {
    type Value = Option<NonZeroU32>;

    fn read(&self, name: &str, text: &str) -> Result<Self::Value, ConfigError> {
        text::number(name, text, &(0..=self.most)).map(NonZeroU32::new)
    }

    fn unset(&self) -> Self::Value {
        NonZeroU32::new(self.default)
    }

    fn default_text(&self) -> String {
        code(self.default)
    }

    fn bounds(&self) -> String {
        format!(", 0 (no limit) to {}", self.most)
    }
}

/// A time in whole units. Where it may be 0, that is no limit.
#[derive(Clone, Debug)]
pub struct Time {
    unit: Duration,
    range: RangeInclusive<u32>,
    default: u32,
}

impl Time {
    /// A time in seconds, with the least, the greatest and the one by default.
    pub const fn seconds(range: RangeInclusive<u32>, default: u32) -> Self {
        Self {
            unit: Duration::from_secs(1),
            range,
            default,
        }
    }

    /// The same in milliseconds.
    pub const fn milliseconds(range: RangeInclusive<u32>, default: u32) -> Self {
        Self {
            unit: Duration::from_millis(1),
            range,
            default,
        }
    }
}

impl Kind for Time {
    type Value = Duration;

    fn read(&self, name: &str, text: &str) -> Result<Duration, ConfigError> {
        Ok(self.unit * text::number(name, text, &self.range)?)
    }

    fn unset(&self) -> Duration {
        self.unit * self.default
    }

    fn default_text(&self) -> String {
        code(self.default)
    }

    fn bounds(&self) -> String {
        let (least, most) = (self.range.start(), self.range.end());
        let zero = if *least == 0 { " (no limit)" } else { "" };
        format!(", {least}{zero} to {most}")
    }
}
