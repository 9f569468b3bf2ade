//! Reading values out of texts.

use crate::config::ConfigError;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Reads a number within a range.
pub(super) fn number<T: FromStr + PartialOrd + Display>(
    name: &str,
    text: &str,
    range: &RangeInclusive<T>,
) -> Result<T, ConfigError> {
    match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(ConfigError::setting(format!(
            "{name} must be a whole number from {} to {}, not {text:?}.",
            range.start(),
            range.end()
        ))),
    }
}

/// Splits a comma-separated list; blanks around the items and empty items are dropped.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}
