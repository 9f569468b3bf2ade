//! Settings of the database and the keys at rest.

use crate::config::{AnySetting, ConfigError, Given, Number, Secret, Setting, Text, Values};
use secrecy::SecretString;
use std::path::PathBuf;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] =
    &[&DATA_DIR, &DATABASE_URL, &POOL_SIZE, &MASTER_KEY];

static DATA_DIR: Setting<Text> = Setting {
    name: "HUB_DATA_DIR",
    former: &[],
    what: "Folder of everything the hub writes to disk",
    more: "",
    kind: Text::plain("./data"),
};

static DATABASE_URL: Setting<Secret> = Setting {
    name: "DATABASE_URL",
    former: &[],
    what: "Address of the database, `sqlite://path` or `postgres://user:password@host/name`",
    more: "Hosts and parameters are as libpq takes them. In a user name, password or value, \
           everything but letters, digits and `-._~` is percent-encoded (`@` is `%40`, `/` is \
           `%2F`, `%` is `%25`); a URL that could be read in two ways is refused, and no part of \
           it is printed.",
    kind: Secret {
        unset: "`sqlite://<HUB_DATA_DIR>/hub.db`",
    },
};

static POOL_SIZE: Setting<Number<u32>> = Setting {
    name: "HUB_POOL_SIZE",
    former: &[],
    what: "Database connections",
    more: "On PostgreSQL the hub has one more, for its signs of life.",
    kind: Number {
        range: 1..=1000,
        default: 8,
    },
};

pub(super) static MASTER_KEY: Setting<Secret> = Setting {
    name: "HUB_MASTER_KEY",
    former: &[],
    what: "Key that encrypts secrets at rest",
    more: "These are auth keys and api hashes. Keep it: without it the stored sessions cannot be \
           opened.",
    kind: Secret {
        unset: "a generated file in the data folder",
    },
};

/// The database and the keys at rest.
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where the database is; it may hold a password.
    pub database_url: SecretString,
    /// The folder of everything the hub writes to disk.
    pub data_dir: PathBuf,
    /// The key that encrypts secrets at rest; a file in the data folder when absent.
    pub master_key: Option<SecretString>,
    /// How many database connections there are, from 1.
    pub pool_size: u32,
    /// What should be mended although the store can be used, a sentence each.
    pub warnings: Vec<String>,
}

impl StoreConfig {
    /// Checks the settings of the store alone, for commands that need no account.
    ///
    /// # Errors
    /// A sentence that names the setting and says what to set.
    pub fn from_given(given: &Given) -> Result<Self, ConfigError> {
        let (given, warnings) = given.completed()?;
        let values = given.check(SETTINGS.iter().copied())?;
        Ok(Self::from_values(&values, warnings))
    }

    pub(super) fn from_values(values: &Values, warnings: Vec<String>) -> Self {
        let data_dir = PathBuf::from(DATA_DIR.of(values));
        let in_folder = || format!("sqlite://{}", data_dir.join("hub.db").display()).into();
        Self {
            database_url: DATABASE_URL.of(values).unwrap_or_else(in_folder),
            data_dir,
            master_key: MASTER_KEY.of(values),
            pool_size: POOL_SIZE.of(values),
            warnings,
        }
    }
}
