//! Settings, each declared in one place: the flag, the variable, the files of secrets, the default,
//! the check and the row of the documentation are all made of that.
//!
//! Owns what a declaration is and what follows from it. It must not know what is declared: the
//! sections beside it and the doors above say what can be set of them.

mod command;
mod given;
mod kinds;
mod numbers;
mod readers;

pub use command::{parse, with_flags};
pub(super) use given::DoorKey;
pub use given::{Given, Values};
pub use kinds::{Choice, Key, Kind, Secret, Switch};
pub use numbers::{Limit, Number, Time};
pub(super) use readers::as_it_is;
pub use readers::{List, Optional, Parsed, Text};

use crate::config::ConfigError;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A setting: what can be said of it and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Setting<K> {
    /// The variable. The flag is the same in small letters, without `HUB_`.
    pub name: &'static str,
    /// Flags and variables that were its names before, or are those of a program before. They are
    /// read in this order when the ones before are unset.
    pub former: &'static [(&'static str, &'static str)],
    /// What it is, as the beginning of a sentence. What is before the first comma or semicolon
    /// stands alone where a file of it is described.
    pub what: &'static str,
    /// More sentences about it, for the documentation.
    pub more: &'static str,
    /// What values it takes, and which it has by default.
    pub kind: K,
}

/// A value that was read and checked.
pub(super) type Value = Arc<dyn Any + Send + Sync>;

/// A setting of any kind.
pub trait AnySetting: fmt::Debug + Sync {
    /// The variable.
    fn name(&self) -> &'static str;
    /// The names that it may be given under, each with its flag; the first that is set counts.
    fn names(&self) -> Vec<(&'static str, String)>;
    /// Whether it is a secret, which may also stand in a file.
    fn is_secret(&self) -> bool;
    /// Whether it is a key that opens a door.
    fn opens(&self) -> bool;
    /// What it is, as `--help` says it.
    fn help(&self) -> String;
    /// What a file with it is, as `--help` says it.
    fn help_of_file(&self) -> String;
    /// Its row in the documentation.
    fn row(&self) -> String;
    /// Reads what was given.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    fn check(&self, text: &str) -> Result<Value, ConfigError>;
}

impl<K: Kind> AnySetting for Setting<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        let flag = self.name.trim_start_matches("HUB_").to_ascii_lowercase();
        let former = self.former.iter();
        let former = former.map(|(flag, name)| (*name, (*flag).to_owned()));
        let names = [(self.name, flag.replace('_', "-"))];
        names.into_iter().chain(former).collect()
    }

    fn is_secret(&self) -> bool {
        K::SECRET
    }

    fn opens(&self) -> bool {
        K::OPENS
    }

    fn help(&self) -> String {
        let (what, bounds) = (self.what, self.kind.bounds());
        let former = match self.former {
            [] => String::new(),
            [_] => format!("; {} is read as well", self.former_names()),
            _ => format!("; {} are read as well", self.former_names()),
        };
        let default = match self.kind.default_text().as_str() {
            "none" => String::new(),
            "required" => " [required]".to_owned(),
            text => format!(" [default: {}]", text.replace('`', "")),
        };
        format!("{what}{bounds}{former}{default}")
    }

    fn help_of_file(&self) -> String {
        let what = self.what.split([',', ';']).next().unwrap_or(self.what);
        format!("File with the {}{}", what[..1].to_lowercase(), &what[1..])
    }

    fn row(&self) -> String {
        let (name, default) = (self.name, self.kind.default_text());
        let mut meaning = format!("{}{}.", self.what, self.kind.bounds());
        if !self.more.is_empty() {
            meaning = format!("{meaning} {}", self.more);
        }
        let former = match self.former {
            [] => String::new(),
            [_] => format!(" {} is read when it is unset.", self.former_names()),
            _ => format!(" {} are read when it is unset.", self.former_names()),
        };
        format!("| `{name}` | {default} | {meaning}{former} |")
    }

    fn check(&self, text: &str) -> Result<Value, ConfigError> {
        Ok(Arc::new(self.kind.read(self.name, text)?))
    }
}

impl<K> Setting<K> {
    fn former_names(&self) -> String {
        let names = self.former.iter().map(|(_, name)| format!("`{name}`"));
        names.collect::<Vec<_>>().join(" and ")
    }
}

/// Settings that belong together: a heading of `--help` and of the documentation.
#[derive(Clone, Debug)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The door that they are of, if they are of one.
    pub door: Option<&'static str>,
    /// Its settings.
    pub settings: &'static [&'static dyn AnySetting],
}

impl Section {
    /// Settings that are no door's.
    pub(super) fn new(title: &str, settings: &'static [&'static dyn AnySetting]) -> Self {
        Self {
            title: title.to_owned(),
            door: None,
            settings,
        }
    }

    /// What can be set of a door.
    #[must_use]
    pub fn of_door(door: &'static str, settings: &'static [&'static dyn AnySetting]) -> Self {
        Self {
            title: format!("Door {door}"),
            door: Some(door),
            settings,
        }
    }
}

#[cfg(test)]
mod tests;
