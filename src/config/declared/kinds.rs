//! The kinds of values that a declared setting takes.

use crate::config::{ConfigError, text};
use secrecy::SecretString;
use std::fmt;
use std::ops::RangeInclusive;

/// What values a setting takes.
pub trait Kind: fmt::Debug + Sync + 'static {
    /// What is made of a text.
    type Value: Clone + Send + Sync + 'static;
    /// Whether it is a key that opens a door: it may stand in a file, and is looked at as keys are.
    const OPENS: bool = false;

    /// Reads a text that is not empty.
    ///
    /// # Errors
    /// A sentence that begins with the name and says what to set.
    fn read(&self, name: &str, text: &str) -> Result<Self::Value, ConfigError>;
    /// The value of a setting that is unset.
    fn unset(&self) -> Self::Value;
    /// That value, as the documentation shows it.
    fn default_text(&self) -> String;
    /// Which values there are, as the end of a sentence, when that is not said otherwise.
    fn bounds(&self) -> String {
        String::new()
    }
}

/// A key that opens the door. A header cannot carry other characters, so no client could ever
/// show such a key.
#[derive(Clone, Copy, Debug)]
pub struct Key;

impl Kind for Key {
    type Value = Option<SecretString>;
    const OPENS: bool = true;

    fn read(&self, name: &str, text: &str) -> Result<Self::Value, ConfigError> {
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(Some(text.into()));
        }
        Err(ConfigError::setting(format!(
            "{name} must consist of visible ASCII characters without blanks."
        )))
    }

    fn unset(&self) -> Self::Value {
        None
    }

    fn default_text(&self) -> String {
        "none".to_owned()
    }
}

/// A whole number within a range.
#[derive(Clone, Debug)]
pub struct Number {
    /// The least and the greatest.
    pub range: RangeInclusive<u64>,
    /// The one by default.
    pub default: u64,
}

impl Kind for Number {
    type Value = u64;

    fn read(&self, name: &str, text: &str) -> Result<u64, ConfigError> {
        let read = text::number(name, Some(&text.to_owned()), self.range.clone())?;
        Ok(read.unwrap_or(self.default))
    }

    fn unset(&self) -> u64 {
        self.default
    }

    fn default_text(&self) -> String {
        format!("`{}`", self.default)
    }

    fn bounds(&self) -> String {
        format!(", {} to {}", self.range.start(), self.range.end())
    }
}

/// Yes or no, and no by default.
#[derive(Clone, Copy, Debug)]
pub struct Switch;

impl Kind for Switch {
    type Value = bool;

    fn read(&self, name: &str, text: &str) -> Result<bool, ConfigError> {
        text::flag(name, Some(text))
    }

    fn unset(&self) -> bool {
        false
    }

    fn default_text(&self) -> String {
        "`false`".to_owned()
    }

    fn bounds(&self) -> String {
        ", true or false".to_owned()
    }
}

/// Items separated by commas.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// What the items are, as wrong ones are told.
    pub of: &'static str,
    /// Whether a text is one.
    pub fits: fn(&str) -> bool,
    /// What no items mean, as the documentation shows it.
    pub empty: &'static str,
}

impl Kind for List {
    type Value = Vec<String>;

    fn read(&self, name: &str, text: &str) -> Result<Vec<String>, ConfigError> {
        let checked = text::list(text).map(|item| {
            if (self.fits)(item) {
                return Ok(item.to_owned());
            }
            Err(ConfigError::setting(format!(
                "{name} must be a list of {}, separated by commas; {item:?} is none.",
                self.of
            )))
        });
        checked.collect()
    }

    fn unset(&self) -> Vec<String> {
        Vec::new()
    }

    fn default_text(&self) -> String {
        self.empty.to_owned()
    }
}
