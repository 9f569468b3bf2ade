//! The hub's settings, from flags, environment variables and a `.env` file, in that order.
//!
//! Owns every setting with its name, default and bounds, and refuses wrong or unsafe ones with
//! one sentence. It must not know what the settings do: it opens no database and no socket.

mod declared;
mod error;
mod exposure;
mod fetch;
mod flags;
mod hosts;
mod http;
mod keys;
mod limits;
mod log;
mod pace;
mod secret_files;
mod sessions;
mod telegram;
mod text;

pub use declared::{
    AnySetting, DoorSettings, Given, Key, Kind, List, Number, Setting, Switch, Values, parse,
    with_flags,
};
pub use error::ConfigError;
pub use exposure::Exposure;
pub use fetch::{AllowedAddresses, AllowedAddressesError, FetchConfig};
pub use flags::Flags;
pub use http::{Doors, HttpConfig};
pub use limits::{LimitFlags, LimitsConfig};
pub use log::{LogConfig, LogFormat};
pub use pace::PaceConfig;
pub use secret_files::SecretFiles;
pub use sessions::SessionsConfig;
pub use telegram::{Device, ServerAddress, TelegramConfig, TelegramServer};

use secrecy::SecretString;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that can be set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The HTTP side.
    pub http: HttpConfig,
    /// What a client may cost.
    pub limits: LimitsConfig,
    /// What the doors can be set to.
    pub doors: Values,
    /// The session of those who name none.
    pub sessions: SessionsConfig,
    /// The Telegram side.
    pub telegram: TelegramConfig,
    /// The database and the keys at rest.
    pub store: StoreConfig,
    /// Fetching files from URLs.
    pub fetch: FetchConfig,
    /// The log.
    pub log: LogConfig,
    /// How many accounts are brought back at the same time, 1 to 10 000.
    pub restore_concurrency: usize,
    /// How many connections to Telegram all accounts together make in a second, 1 to 10 000.
    pub connects_per_second: u32,
    /// How many login codes all accounts together ask for in a minute, 1 to 100 000.
    pub logins_per_minute: u32,
    /// How fast accounts send and look up names.
    pub pace: PaceConfig,
    /// How long requests may go on after the hub was told to stop, 1 to 60 s.
    pub shutdown_timeout: Duration,
    /// What whoever starts the hub should know, a sentence each.
    pub warnings: Vec<String>,
}

/// The database and the keys at rest.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where the database is; it may hold a password.
    pub database_url: SecretString,
    /// The folder of everything the hub writes to disk.
    pub data_dir: PathBuf,
    /// The key that encrypts secrets at rest; a file in the data folder when absent.
    pub master_key: Option<SecretString>,
    /// How many database connections, 1 to 1000.
    pub pool_size: u32,
    /// What should be mended although the store can be used, a sentence each.
    pub warnings: Vec<String>,
}

impl Config {
    /// Reads flags from `args` (the first is the program's name) and variables from the
    /// environment, those of these doors among them.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn load<I, T>(args: I, doors: Vec<DoorSettings>) -> Result<Self, ConfigError>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let (flags, given) = parse::<Flags, _, _>(args, doors)?;
        Self::from_flags(Flags { given, ..flags })
    }

    /// Checks the settings that were given and fills in the rest.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn from_flags(flags: Flags) -> Result<Self, ConfigError> {
        let written = flags.clone();
        let (flags, mut warnings) = flags.complete()?;
        let restore = text::number(
            "HUB_RESTORE_CONCURRENCY",
            flags.restore_concurrency.as_ref(),
            1..=10_000,
        )?;
        let connects = text::number(
            "HUB_CONNECTS_PER_SECOND",
            flags.connects_per_second.as_ref(),
            1..=10_000,
        )?;
        let logins = text::number(
            "HUB_LOGINS_PER_MINUTE",
            flags.logins_per_minute.as_ref(),
            1..=100_000,
        )?;
        let shutdown = text::number(
            "HUB_SHUTDOWN_TIMEOUT",
            flags.shutdown_timeout.as_ref(),
            1..=60,
        )?;
        let http = HttpConfig::from_flags(&flags)?;
        let doors = flags.given.check()?;
        warnings.extend(keys::check(&http, &flags.given)?);
        warnings.extend(keys::absent(&written, &http));
        Ok(Self {
            // Its warnings are those about files of secrets.
            store: StoreConfig::from_flags(&written)?,
            log: LogConfig::from_flags(&flags)?,
            http,
            limits: LimitsConfig::from_flags(&flags.limits)?,
            doors,
            sessions: SessionsConfig::from_flags(&flags)?,
            telegram: TelegramConfig::from_flags(&flags)?,
            pace: PaceConfig::from_flags(&flags)?,
            fetch: FetchConfig::from_flags(&flags)?,
            restore_concurrency: restore.unwrap_or(50),
            connects_per_second: connects.unwrap_or(300),
            logins_per_minute: logins.unwrap_or(30),
            shutdown_timeout: Duration::from_secs(shutdown.unwrap_or(5)),
            warnings,
        })
    }
}

impl StoreConfig {
    /// Checks the settings of the store alone, for commands that need no account.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let (flags, warnings) = flags.clone().complete()?;
        let data_dir = PathBuf::from(flags.data_dir.as_deref().unwrap_or("./data"));
        let database_url = flags
            .database_url
            .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("hub.db").display()).into());
        let pool_size = text::number("HUB_POOL_SIZE", flags.pool_size.as_ref(), 1..=1000)?;
        Ok(Self {
            database_url,
            data_dir,
            master_key: flags.master_key,
            pool_size: pool_size.unwrap_or(8),
            warnings,
        })
    }
}

#[cfg(test)]
mod tests;
