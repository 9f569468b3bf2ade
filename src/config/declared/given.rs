//! What was given for the settings, and what is made of it.

use super::{AnySetting, Kind, Section, Setting, Value};
use crate::config::{ConfigError, secret_files, sections};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use std::fmt;

/// The settings as they are written, before any check.
#[derive(Clone, Debug)]
pub struct Given {
    sections: Vec<Section>,
    /// By the names of the variables. Each may be a secret.
    texts: BTreeMap<String, SecretString>,
}

/// A key that opens a door, as it was given.
pub(in crate::config) struct DoorKey<'a> {
    pub(in crate::config) door: &'static str,
    pub(in crate::config) name: &'static str,
    pub(in crate::config) key: Option<&'a SecretString>,
}

impl Given {
    /// Nothing, where there are these doors.
    #[must_use]
    pub fn new(doors: Vec<Section>) -> Self {
        Self::of_sections(sections(doors))
    }

    pub(super) const fn of_sections(sections: Vec<Section>) -> Self {
        let texts = BTreeMap::new();
        Self { sections, texts }
    }

    /// The same with a text for a variable.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<SecretString>) -> Self {
        self.texts.insert(name.to_owned(), text.into());
        self
    }

    /// The doors that there are.
    pub(in crate::config) fn doors(&self) -> impl Iterator<Item = &'static str> {
        self.sections.iter().filter_map(|section| section.door)
    }

    /// Every setting.
    pub(in crate::config) fn settings(&self) -> impl Iterator<Item = &'static dyn AnySetting> {
        let settings = self.sections.iter().flat_map(|section| section.settings);
        settings.copied()
    }

    /// The settings that are keys of doors.
    fn door_keys(&self) -> impl Iterator<Item = (&'static str, &'static dyn AnySetting)> {
        let doors = self.sections.iter().filter_map(|section| {
            let door = section.door?;
            Some(section.settings.iter().map(move |setting| (door, *setting)))
        });
        doors.flatten().filter(|(_, setting)| setting.opens())
    }

    /// The text that counts for a setting.
    fn text(&self, setting: &dyn AnySetting) -> Option<&SecretString> {
        let mut names = setting.names().into_iter();
        names.find_map(|(name, _)| self.texts.get(name))
    }

    /// The same without empty values, which count as unset, and with the secrets that stand in
    /// files. The sentences beside it say what should be mended.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub(in crate::config) fn completed(&self) -> Result<(Self, Vec<String>), ConfigError> {
        let (mut completed, mut warnings) = (self.clone(), Vec::new());
        let texts = &mut completed.texts;
        texts.retain(|_, text| !is_blank(text));
        let secrets = self.settings().filter(|setting| setting.is_secret());
        for (name, _) in secrets.flat_map(AnySetting::names) {
            if let Some(path) = texts.remove(&file_of(name)) {
                let path = path.expose_secret();
                let secret = secret_files::read(name, texts.get(name), path, &mut warnings)?;
                texts.insert(name.to_owned(), secret);
            }
        }
        Ok((completed, warnings))
    }

    /// Whether a variable was set to nothing.
    pub(in crate::config) fn is_blank(&self, name: &str) -> bool {
        self.texts.get(name).is_some_and(is_blank)
    }

    /// The variables of doors' keys that were set to nothing.
    pub(in crate::config) fn blank_keys(&self) -> impl Iterator<Item = &'static str> {
        let names = self.door_keys().flat_map(|(_, key)| key.names());
        names
            .map(|(name, _)| name)
            .filter(|name| self.is_blank(name))
    }

    /// Every key that a door may have.
    pub(in crate::config) fn keys(&self) -> impl Iterator<Item = DoorKey<'_>> {
        self.door_keys().map(|(door, setting)| DoorKey {
            door,
            name: setting.name(),
            key: self.text(setting),
        })
    }

    /// Reads what was given for these settings.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub(in crate::config) fn check(
        &self,
        settings: impl Iterator<Item = &'static dyn AnySetting>,
    ) -> Result<Values, ConfigError> {
        let mut values = BTreeMap::new();
        for setting in settings {
            if let Some(text) = self.text(setting) {
                values.insert(setting.name(), setting.check(text.expose_secret())?);
            }
        }
        Ok(Values(values))
    }
}

impl Default for Given {
    /// Nothing, where there is no door.
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// The settings that were given, checked.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl<K: Kind> Setting<K> {
    /// Its value, which is the one by default when none was given.
    pub fn of(&self, values: &Values) -> K::Value {
        self.given(values).unwrap_or_else(|| self.kind.unset())
    }

    /// The value that was given, if one was.
    pub fn given(&self, values: &Values) -> Option<K::Value> {
        let given = values.0.get(self.name)?;
        given.downcast_ref::<K::Value>().cloned()
    }
}

/// Values may be secrets, so that names alone are shown.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The variable of a file with the secret of this one.
pub(super) fn file_of(name: &str) -> String {
    format!("{name}_FILE")
}

fn is_blank(text: &SecretString) -> bool {
    text.expose_secret().trim().is_empty()
}
