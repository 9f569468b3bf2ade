//! Settings that somebody above declares, each in one place: the flag, the variable, the files of
//! secrets, the default, the check and the row of the documentation are all made of that.
//!
//! Owns what a declaration is and what follows from it. It must not know what is declared: the
//! doors say what can be set of them.

mod given;
mod kinds;

pub(super) use given::DoorKey;
pub use given::{Given, Values};
pub use kinds::{Key, Kind, List, Number, Switch};

use crate::config::ConfigError;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, value_parser};
use secrecy::SecretString;
use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

/// A setting: what can be said of it and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Setting<K> {
    /// The variable. The flag is the same in small letters, without `HUB_`.
    pub name: &'static str,
    /// The flag and the variable of a program before, which are read when these are unset.
    pub former: Option<(&'static str, &'static str)>,
    /// What it is, as the beginning of a sentence.
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
    /// Whether it is a key that opens its door, which may also stand in a file.
    fn is_key(&self) -> bool;
    /// What it is, as `--help` says it.
    fn help(&self) -> String;
    /// Its row in the documentation.
    fn row(&self) -> String;
    /// Reads what was given.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    fn check(&self, text: &str) -> Result<Value, ConfigError>;
    /// What it is, as the beginning of a sentence.
    fn what(&self) -> &'static str;
}

impl<K: Kind> AnySetting for Setting<K> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn names(&self) -> Vec<(&'static str, String)> {
        let flag = self.name.trim_start_matches("HUB_").to_ascii_lowercase();
        let former = self.former.map(|(flag, name)| (name, flag.to_owned()));
        let names = [(self.name, flag.replace('_', "-"))];
        names.into_iter().chain(former).collect()
    }

    fn is_key(&self) -> bool {
        K::OPENS
    }

    fn help(&self) -> String {
        let (what, bounds) = (self.what, self.kind.bounds());
        let former = self
            .former
            .map(|(_, name)| format!("; `{name}` is read as well"));
        let default = match self.kind.default_text().as_str() {
            "none" => String::new(),
            text => format!(" [default: {}]", text.replace('`', "")),
        };
        format!("{what}{bounds}{}{default}", former.unwrap_or_default())
    }

    fn row(&self) -> String {
        let (name, default) = (self.name, self.kind.default_text());
        let mut meaning = format!("{}{}.", self.what, self.kind.bounds());
        if !self.more.is_empty() {
            meaning = format!("{meaning} {}", self.more);
        }
        if let Some((_, former)) = self.former {
            meaning = format!("{meaning} `{former}` is read when it is unset.");
        }
        format!("| `{name}` | {default} | {meaning} |")
    }

    fn check(&self, text: &str) -> Result<Value, ConfigError> {
        Ok(Arc::new(self.kind.read(self.name, text)?))
    }

    fn what(&self) -> &'static str {
        self.what
    }
}

/// What can be set of a door.
#[derive(Clone, Copy, Debug)]
pub struct DoorSettings {
    /// The door's name.
    pub door: &'static str,
    /// Its settings.
    pub settings: &'static [&'static dyn AnySetting],
}

/// Reads a command line whose settings are those of `P` and of the doors.
///
/// # Errors
/// When it cannot be read, or asks for help.
pub fn parse<P, I, T>(args: I, doors: Vec<DoorSettings>) -> Result<(P, Given), clap::Error>
where
    P: CommandFactory + FromArgMatches,
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let mut command = with_flags(P::command(), &doors);
    let matches = command.try_get_matches_from_mut(args)?;
    let own = P::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((own, given(&matches, doors)))
}

/// A command that takes the settings of the doors as well.
pub fn with_flags(command: Command, doors: &[DoorSettings]) -> Command {
    let settings = doors.iter().flat_map(|door| door.settings);
    command.args(settings.flat_map(|setting| flags(*setting)))
}

/// Every flag of a setting. Those of a program before are not shown.
fn flags(setting: &dyn AnySetting) -> Vec<Arg> {
    let mut flags = Vec::new();
    for (place, (name, flag)) in setting.names().into_iter().enumerate() {
        let shown = |flag: Arg| flag.hide(place > 0);
        flags.push(shown(
            argument(name.to_owned(), flag.clone()).help(setting.help()),
        ));
        if setting.is_key() {
            let what = setting.what();
            let help = format!("File with the {}{}", what[..1].to_lowercase(), &what[1..]);
            let of_file = argument(given::file_of(name), format!("{flag}-file"));
            flags.push(shown(of_file.help(help)));
        }
    }
    flags
}

fn argument(name: String, flag: String) -> Arg {
    Arg::new(name.clone())
        .value_name(flag.to_ascii_uppercase().replace('-', "_"))
        .long(flag)
        .env(name)
        .hide_env_values(true)
        .global(true)
        .value_parser(value_parser!(SecretString))
}

fn given(matches: &ArgMatches, doors: Vec<DoorSettings>) -> Given {
    let settings = doors.iter().flat_map(|door| door.settings);
    let names = settings.flat_map(|setting| flags(*setting));
    let names = names
        .map(|flag| flag.get_id().to_string())
        .collect::<Vec<_>>();
    names.into_iter().fold(Given::new(doors), |given, name| {
        match matches.get_one::<SecretString>(&name) {
            Some(text) => given.with(&name, text.clone()),
            None => given,
        }
    })
}

#[cfg(test)]
mod tests;
