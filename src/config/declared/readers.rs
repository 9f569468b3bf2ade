//! What kinds of values settings have: those that a function of their section reads.
//!
//! A reader takes a text that is not empty. What it says of a wrong one follows on the setting's
//! name, and is a sentence with it.

use super::Kind;
use super::kinds::code;
use crate::config::{ConfigError, text};
use std::fmt::{Debug, Display};

/// A value that is written as it is shown.
#[derive(Clone, Debug)]
pub struct Parsed<T> {
    /// Reads it.
    pub read: fn(&str) -> Result<T, String>,
    /// The one by default.
    pub default: T,
}

impl<T: Clone + Debug + Display + Send + Sync + 'static> Kind for Parsed<T> {
    type Value = T;

    fn read(&self, name: &str, text: &str) -> Result<T, ConfigError> {
        (self.read)(text).map_err(|why| wrong(name, &why))
    }

    fn unset(&self) -> T {
        self.default.clone()
    }

    fn default_text(&self) -> String {
        code(&self.default)
    }
}

/// A value that there may be or not.
#[derive(Clone, Debug)]
pub struct Optional<T> {
    /// Reads it.
    pub read: fn(&str) -> Result<T, String>,
    /// What holds without one, as the documentation shows it.
    pub unset: &'static str,
}

impl<T: Clone + Debug + Send + Sync + 'static> Kind for Optional<T> {
    type Value = Option<T>;

    fn read(&self, name: &str, text: &str) -> Result<Self::Value, ConfigError> {
        let read = (self.read)(text).map_err(|why| wrong(name, &why));
        read.map(Some)
    }

    fn unset(&self) -> Self::Value {
        None
    }

    fn default_text(&self) -> String {
        self.unset.to_owned()
    }
}

/// A text.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The one by default.
    pub default: &'static str,
    /// Makes of it what is used.
    pub read: fn(&str) -> Result<String, String>,
}

impl Text {
    /// Any text, as it is.
    pub const fn plain(default: &'static str) -> Self {
        let read = as_it_is;
        Self { default, read }
    }
}

/// Reads any text.
///
/// # Errors
/// Never: it has the form of a reader.
#[expect(clippy::unnecessary_wraps, reason = "it is a reader among others")]
pub(in crate::config) fn as_it_is(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

impl Kind for Text {
    type Value = String;

    fn read(&self, name: &str, text: &str) -> Result<String, ConfigError> {
        (self.read)(text).map_err(|why| wrong(name, &why))
    }

    fn unset(&self) -> String {
        self.default.to_owned()
    }

    fn default_text(&self) -> String {
        code(self.default)
    }
}

/// Items separated by commas.
#[derive(Clone, Copy, Debug)]
pub struct List<T = String> {
    /// What the items are, as wrong ones are told.
    pub of: &'static str,
    /// What an item is, if it is one.
    pub item: fn(&str) -> Option<T>,
    /// What no items mean, as the documentation shows it.
    pub empty: &'static str,
}

impl<T: Clone + Debug + Send + Sync + 'static> Kind for List<T> {
    type Value = Vec<T>;

    fn read(&self, name: &str, text: &str) -> Result<Vec<T>, ConfigError> {
        let items = text::list(text).map(|item| {
            (self.item)(item).ok_or_else(|| {
                ConfigError::setting(format!(
                    "{name} must be a list of {}, separated by commas; {item:?} is none.",
                    self.of
                ))
            })
        });
        items.collect()
    }

    fn unset(&self) -> Vec<T> {
        Vec::new()
    }

    fn default_text(&self) -> String {
        self.empty.to_owned()
    }
}

fn wrong(name: &str, why: &str) -> ConfigError {
    ConfigError::setting(format!("{name} {why}"))
}
