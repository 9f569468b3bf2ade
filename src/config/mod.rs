//! The hub's settings, from flags, environment variables and a `.env` file, in that order.
//!
//! Owns every setting with its name, default and bounds, and refuses wrong or unsafe ones with
//! one sentence. It must not know what the settings do: it opens no database and no socket.

mod declared;
mod error;
mod exposure;
mod fetch;
mod guests;
mod hosts;
mod http;
mod keys;
mod limits;
mod log;
mod media;
mod pace;
mod secret_files;
mod sessions;
mod store;
mod telegram;
mod text;

pub use declared::{
    AnySetting, Choice, Given, Key, Kind, Limit, List, Number, Optional, Parsed, Secret, Section,
    Setting, Switch, Text, Time, Values, parse, with_flags,
};
pub use error::ConfigError;
pub use exposure::Exposure;
pub use fetch::{AllowedAddresses, AllowedAddressesError, FetchConfig};
pub use guests::{GUEST_CLIENTS, GUEST_CONNECTS, GUEST_IDLE, GuestsConfig};
pub use http::{Doors, HttpConfig};
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use media::{Bucket, MediaConfig, MediaPlace};
pub use pace::PaceConfig;
pub use sessions::SessionsConfig;
pub use store::StoreConfig;
pub use telegram::{Device, ServerAddress, TelegramConfig, TelegramServer};

use clap::Parser;
use std::ffi::OsString;

/// The settings of the hub and of these doors, by the headings of `--help` and of the
/// documentation.
#[must_use]
pub fn sections(doors: Vec<Section>) -> Vec<Section> {
    let own = [
        ("HTTP", http::SETTINGS),
        ("Limits", limits::SETTINGS),
        ("Sessions", sessions::SETTINGS),
        ("Store", store::SETTINGS),
        ("Telegram", telegram::SETTINGS),
        ("Pace", pace::SETTINGS),
        ("Fetching files", fetch::SETTINGS),
        ("Kept files", media::SETTINGS),
        ("Log", log::SETTINGS),
    ];
    let own = own.map(|(title, settings)| Section::new(title, settings));
    own.into_iter().chain(doors).collect()
}

/// Everything that can be set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The HTTP side.
    pub http: HttpConfig,
    /// What a client may cost.
    pub limits: LimitsConfig,
    /// What was given, those of the doors among it.
    pub values: Values,
    /// The session of those who name none.
    pub sessions: SessionsConfig,
    /// The Telegram side.
    pub telegram: TelegramConfig,
    /// The database and the keys at rest.
    pub store: StoreConfig,
    /// The kept bytes of files.
    pub media: MediaConfig,
    /// Fetching files from URLs.
    pub fetch: FetchConfig,
    /// The log.
    pub log: LogConfig,
    /// How fast accounts come back, connect, log in, send and look up names.
    pub pace: PaceConfig,
    /// What whoever starts the hub should know, a sentence each.
    pub warnings: Vec<String>,
}

/// A command line of settings alone.
#[derive(Debug, Parser)]
#[command(name = "telegram-hub")]
struct NoCommand {}

impl Config {
    /// Reads flags from `args` (the first is the program's name) and variables from the
    /// environment, those of these doors among them.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn load<I, T>(args: I, doors: Vec<Section>) -> Result<Self, ConfigError>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let (NoCommand {}, given) = parse(args, doors)?;
        Self::from_given(&given)
    }

    /// Checks the settings that were given and fills in the rest.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn from_given(written: &Given) -> Result<Self, ConfigError> {
        let (given, of_files) = written.completed()?;
        let values = given.check(given.settings())?;
        let http = HttpConfig::new(&values, &given)?;
        let weak = keys::check(&http, &given)?;
        let absent = keys::absent(written, &http);
        let warnings = [&of_files, &weak, &absent].into_iter().flatten().cloned();
        let warnings = warnings.collect();
        let store = StoreConfig::from_values(&values, of_files);
        Ok(Self {
            warnings,
            limits: LimitsConfig::from_values(&values),
            sessions: SessionsConfig::from_values(&values),
            telegram: TelegramConfig::from_values(&values)?,
            media: MediaConfig::from_values(&values, &store.data_dir)?,
            store,
            fetch: FetchConfig::from_values(&values),
            log: LogConfig::from_values(&values),
            pace: PaceConfig::from_values(&values),
            http,
            values,
        })
    }
}

#[cfg(test)]
mod tests;
