//! What was given for the declared settings, and what is made of it.

use super::{AnySetting, DoorSettings, Kind, Setting, Value};
use crate::config::{ConfigError, secret_files};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use std::fmt;

/// The settings of the doors as they are written, before any check.
#[derive(Clone, Debug, Default)]
pub struct Given {
    doors: Vec<DoorSettings>,
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
    /// Nothing, where this can be given.
    #[must_use]
    pub fn new(doors: Vec<DoorSettings>) -> Self {
        let texts = BTreeMap::new();
        Self { doors, texts }
    }

    /// The same with a text for a variable.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<SecretString>) -> Self {
        self.texts.insert(name.to_owned(), text.into());
        self
    }

    /// The doors that there are.
    pub(in crate::config) fn doors(&self) -> impl Iterator<Item = &'static str> {
        self.doors.iter().map(|door| door.door)
    }

    fn settings(&self) -> impl Iterator<Item = (&'static str, &'static dyn AnySetting)> + use<> {
        let doors = self.doors.clone().into_iter();
        doors.flat_map(|of| of.settings.iter().map(move |setting| (of.door, *setting)))
    }

    fn key_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let keys = self.settings().filter(|(_, setting)| setting.is_key());
        keys.flat_map(|(_, key)| key.names().into_iter().map(|(name, _)| name))
    }

    /// The text that counts for a setting.
    fn text(&self, setting: &dyn AnySetting) -> Option<&SecretString> {
        let mut names = setting.names().into_iter();
        names.find_map(|(name, _)| self.texts.get(name))
    }

    /// Takes empty values for unset ones, and reads the keys that stand in files.
    pub(in crate::config) fn complete(
        &mut self,
        warnings: &mut Vec<String>,
    ) -> Result<(), ConfigError> {
        self.texts.retain(|_, text| !is_blank(text));
        for name in self.key_names() {
            let mut key = self.texts.remove(name);
            let file = self.texts.remove(&file_of(name));
            let mut file = file.map(|path| path.expose_secret().to_owned());
            secret_files::read(name, &mut key, &mut file, warnings)?;
            self.texts.extend(key.map(|key| (name.to_owned(), key)));
        }
        Ok(())
    }

    /// The variables of keys that were set to nothing.
    pub(in crate::config) fn blank_keys(&self) -> impl Iterator<Item = &'static str> {
        self.key_names()
            .filter(|name| self.texts.get(*name).is_some_and(is_blank))
    }

    /// Every key that a door may have.
    pub(in crate::config) fn keys(&self) -> impl Iterator<Item = DoorKey<'_>> {
        let keys = self.settings().filter(|(_, setting)| setting.is_key());
        keys.map(|(door, setting)| DoorKey {
            door,
            name: setting.name(),
            key: self.text(setting),
        })
    }

    /// Reads all that was given.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub(in crate::config) fn check(&self) -> Result<Values, ConfigError> {
        let mut values = BTreeMap::new();
        for (_, setting) in self.settings() {
            if let Some(text) = self.text(setting) {
                values.insert(setting.name(), setting.check(text.expose_secret())?);
            }
        }
        Ok(Values(values))
    }
}

/// The settings of the doors, checked.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl<K: Kind> Setting<K> {
    /// Its value, which is the one by default when none was given.
    pub fn of(&self, values: &Values) -> K::Value {
        let given = values.0.get(self.name);
        let given = given.and_then(|value| value.downcast_ref::<K::Value>());
        given.cloned().unwrap_or_else(|| self.kind.unset())
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
