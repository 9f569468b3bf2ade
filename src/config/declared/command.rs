//! The flags of the declared settings on a command line.

use super::{AnySetting, Given, Section, given};
use crate::config::sections;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, value_parser};
use secrecy::SecretString;
use std::ffi::OsString;

/// Reads a command line that has all settings beside what `P` takes.
///
/// # Errors
/// When it cannot be read, or asks for help.
pub fn parse<P, I, T>(args: I, doors: Vec<Section>) -> Result<(P, Given), clap::Error>
where
    P: CommandFactory + FromArgMatches,
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let sections = sections(doors);
    let mut command = with_flags(P::command(), &sections);
    let matches = command.try_get_matches_from_mut(args)?;
    let own = P::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((own, given(&matches, sections)))
}

/// A command that takes these settings as well, under the headings of their sections.
#[must_use]
pub fn with_flags(command: Command, sections: &[Section]) -> Command {
    let flags = sections.iter().flat_map(|section| {
        let flags = section.settings.iter().flat_map(|setting| flags(*setting));
        flags.map(|flag| flag.help_heading(section.title.clone()))
    });
    command.args(flags)
}

/// Every flag of a setting. Only the first name is shown.
fn flags(setting: &dyn AnySetting) -> Vec<Arg> {
    let mut flags = Vec::new();
    for (place, (name, flag)) in setting.names().into_iter().enumerate() {
        let shown = |flag: Arg, help: String| flag.help(help).hide(place > 0);
        let own = argument(name.to_owned(), flag.clone());
        flags.push(shown(own, setting.help()));
        if setting.is_secret() {
            let of_file = argument(given::file_of(name), format!("{flag}-file"));
            flags.push(shown(of_file, setting.help_of_file()));
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

fn given(matches: &ArgMatches, sections: Vec<Section>) -> Given {
    let settings = sections.iter().flat_map(|section| section.settings);
    let flags = settings.flat_map(|setting| flags(*setting));
    let names: Vec<_> = flags.map(|flag| flag.get_id().to_string()).collect();
    let none = Given::of_sections(sections);
    names.into_iter().fold(none, |given, name| {
        match matches.get_one::<SecretString>(&name) {
            Some(text) => given.with(&name, text.clone()),
            None => given,
        }
    })
}
