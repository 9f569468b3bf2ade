//! What kinds of values settings have: secrets and choices.

use crate::config::ConfigError;
use secrecy::SecretString;
use std::fmt::{Debug, Display};

/// What values a setting takes.
pub trait Kind: Debug + Sync + 'static {
    /// What is made of a text.
    type Value: Clone + Send + Sync + 'static;
    /// Whether it is a secret, which may also stand in a file.
    const SECRET: bool = false;
    /// Whether it is a key that opens a door, which is looked at as keys are.
    const OPENS: bool = false;

    /// Reads a text that is not empty.
    ///
    /// # Errors
    /// A sentence that begins with the name and says what to set.
    fn read(&self, name: &str, text: &str) -> Result<Self::Value, ConfigError>;
    /// The value of a setting that is unset.
    fn unset(&self) -> Self::Value;
    /// That value, as the documentation shows it: text as code, or words. `none` and `required`
    /// are no values.
    fn default_text(&self) -> String;
    /// Which values there are, as the end of a sentence, when that is not said otherwise.
    fn bounds(&self) -> String {
        String::new()
    }
}

/// A key that opens a door, or all of them. A header cannot carry other characters, so no client
/// could ever show such a key.
#[derive(Clone, Copy, Debug)]
pub struct Key;

impl Kind for Key {
    type Value = Option<SecretString>;
    const SECRET: bool = true;
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

/// Any text, which nobody may see.
#[derive(Clone, Copy, Debug)]
pub struct Secret {
    /// What holds without one, as the documentation shows it.
    pub unset: &'static str,
}

impl Kind for Secret {
    type Value = Option<SecretString>;
    const SECRET: bool = true;

    fn read(&self, _name: &str, text: &str) -> Result<Self::Value, ConfigError> {
        Ok(Some(text.into()))
    }

    fn unset(&self) -> Self::Value {
        None
    }

    fn default_text(&self) -> String {
        self.unset.to_owned()
    }
}

/// Yes or no, and no by default.
#[derive(Clone, Copy, Debug)]
pub struct Switch;

impl Kind for Switch {
    type Value = bool;

    fn read(&self, name: &str, text: &str) -> Result<bool, ConfigError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(ConfigError::setting(format!(
                "{name} must be true or false, not {text:?}."
            ))),
        }
    }

    fn unset(&self) -> bool {
        false
    }

    fn default_text(&self) -> String {
        code(false)
    }

    fn bounds(&self) -> String {
        ", true or false".to_owned()
    }
}

/// One of some words.
#[derive(Clone, Debug)]
pub struct Choice<T: 'static> {
    /// The word by default, and what it means.
    pub default: (&'static str, T),
    /// The other words.
    pub others: &'static [(&'static str, T)],
}

impl<T> Choice<T> {
    fn choices(&self) -> impl Iterator<Item = &(&'static str, T)> {
        [&self.default].into_iter().chain(self.others)
    }

    fn words(&self) -> String {
        let words: Vec<_> = self.choices().map(|(word, _)| *word).collect();
        words.join(" or ")
    }
}

impl<T: Clone + Debug + Send + Sync + 'static> Kind for Choice<T> {
    type Value = T;

    fn read(&self, name: &str, text: &str) -> Result<T, ConfigError> {
        let text = text.trim();
        let chosen = self.choices().find(|(word, _)| *word == text);
        let chosen = chosen.map(|(_, meant)| meant.clone());
        chosen.ok_or_else(|| {
            let words = self.words();
            ConfigError::setting(format!("{name} must be {words}, not {text:?}."))
        })
    }

    fn unset(&self) -> T {
        self.default.1.clone()
    }

    fn default_text(&self) -> String {
        code(self.default.0)
    }

    fn bounds(&self) -> String {
        format!(", {}", self.words())
    }
}

/// As the documentation shows a value.
pub(super) fn code(value: impl Display) -> String {
    format!("`{value}`")
}
