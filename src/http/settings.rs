//! What the HTTP side needs to know.

use crate::auth::ApiKey;
use crate::config::{Config, Section};
use crate::http::doors;
use crate::http::hall::{self, OpenDoor, UnknownDoor};
use std::num::NonZeroU32;
use std::time::Duration;

/// The settings of the HTTP side.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The key that clients must show. Without one the listener must be on loopback, or every open
    /// door have a key of its own.
    pub key: Option<ApiKey>,
    /// Whether other machines reach the listener.
    pub exposed: bool,
    /// Host names that are answered for beside the loopback names, in lower case.
    pub allowed_hosts: Vec<String>,
    /// How many wrong keys a minute each address may show; any number without a limit.
    pub wrong_keys_per_minute: Option<NonZeroU32>,
    /// Which doors are open.
    pub(super) doors: Vec<OpenDoor>,
    /// How many threads serve HTTP, from 1.
    pub workers: usize,
    /// How long requests may go on once the hub stops.
    pub shutdown_timeout: Duration,
    /// How many connections there may be.
    pub max_connections: usize,
    /// How many of them may come from one address of another machine.
    pub max_connections_per_address: usize,
    /// How long a client may stall an answer or a body.
    pub stall_timeout: Duration,
    /// How many bytes a second an upload brings at least.
    pub least_upload_rate: u32,
}

/// Settings of the HTTP side that cannot be.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SettingsError {
    /// A door that there is not.
    #[error(transparent)]
    Door(#[from] UnknownDoor),
    /// More connections than there can be.
    #[error(transparent)]
    Connections(#[from] TooManyConnections),
}

/// More connections than may be open were asked for.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "HUB_MAX_CONNECTIONS must be at most {most}, half of the files that this process may have \
     open; the accounts and the database need the others. Raise the limit of open files, or \
     set a smaller number."
)]
pub struct TooManyConnections {
    /// How many are possible.
    pub most: usize,
}

impl HttpSettings {
    /// The settings of a process that may have so many files open.
    ///
    /// # Errors
    /// When more connections were asked for than it has room for, or a door that there is not.
    pub fn within(config: &Config, open_files: u64) -> Result<Self, SettingsError> {
        let most = usize::try_from(open_files / 2).unwrap_or(usize::MAX);
        let mut settings = Self::new(config)?;
        if config.limits.max_connections.is_some_and(|set| set > most) {
            return Err(TooManyConnections { most }.into());
        }
        settings.max_connections = settings.max_connections.min(most);
        Ok(settings)
    }

    /// The settings of a process that may have any number of files open.
    ///
    /// # Errors
    /// When a door was asked for that there is not.
    pub fn new(config: &Config) -> Result<Self, UnknownDoor> {
        let limits = &config.limits;
        Ok(Self {
            doors: hall::opened(config)?,
            key: config.http.api_key.as_ref().map(ApiKey::new),
            exposed: !config.http.listen.ip().is_loopback(),
            allowed_hosts: config.http.allowed_hosts.clone(),
            wrong_keys_per_minute: config.http.wrong_keys_per_minute,
            workers: config.http.workers,
            shutdown_timeout: config.http.shutdown_timeout,
            max_connections: limits.max_connections.unwrap_or(limits.usual_connections),
            max_connections_per_address: limits.max_connections_per_address,
            stall_timeout: limits.stall_timeout,
            least_upload_rate: limits.least_upload_rate,
        })
    }
}

/// What can be set of the doors that there are.
#[must_use]
pub fn of_doors() -> Vec<Section> {
    let doors = doors::ALL.iter();
    let sections = doors.map(|door| Section::of_door(door.name, door.settings));
    sections.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;

    fn settings(doors: Option<&str>) -> Result<Vec<String>, UnknownDoor> {
        let given = Given::default()
            .with("TELEGRAM_API_ID", "1")
            .with("TELEGRAM_API_HASH", "hash")
            .with("HUB_DOORS", doors.unwrap_or_default());
        let config = Config::from_given(&given);
        let settings = HttpSettings::new(&config.expect("valid settings"))?;
        let doors = settings.doors.iter().map(|open| open.door.name.to_owned());
        Ok(doors.collect())
    }

    #[test]
    fn doors_are_open_by_name_each_once_and_some_by_default() {
        let named = settings(Some("tools, hub,tools")).expect("known doors");
        assert_eq!(named, ["hub", "tools"]);
        let usual = settings(None).expect("known doors");
        assert_eq!(usual[..4], ["hub", "archive", "tools", "reader"]);
    }

    #[test]
    fn a_door_that_there_is_not_is_refused_in_a_sentence_that_names_the_setting() {
        for (doors, name) in [("hub,shed", "shed"), ("Hub", "Hub"), ("tools2", "tools2")] {
            let sentence = settings(Some(doors)).expect_err("refused").to_string();
            assert!(sentence.starts_with("HUB_DOORS"), "{sentence}");
            assert!(sentence.contains("hub, archive, tools"), "{sentence}");
            assert!(sentence.ends_with(&format!("{name:?}.")), "{sentence}");
        }
    }
}
