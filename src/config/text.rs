//! Reading values out of texts.

use crate::config::ConfigError;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Reads a number within a range; `None` when there is no text.
pub(super) fn number<T: FromStr + PartialOrd + Display>(
    name: &str,
    text: Option<&String>,
    range: RangeInclusive<T>,
) -> Result<Option<T>, ConfigError> {
    let Some(text) = text else { return Ok(None) };
    match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(Some(number)),
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

/// Reads yes or no; no when there is no text.
pub(super) fn flag(name: &str, text: Option<&str>) -> Result<bool, ConfigError> {
    let Some(text) = text else { return Ok(false) };
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(ConfigError::setting(format!(
            "{name} must be true or false, not {text:?}."
        ))),
    }
}
