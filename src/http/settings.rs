//! What the HTTP side needs to know.

use crate::auth::ApiKey;
use crate::config::{Config, Door, ToolsConfig};
use std::num::NonZeroU32;
use std::time::Duration;

/// The settings of the HTTP side.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The key that clients must show. Without one the listener must be on loopback, or the
    /// tools door, with a key of its own, the only one.
    pub key: Option<ApiKey>,
    /// Whether other machines reach the listener.
    pub exposed: bool,
    /// The tools door.
    pub tools: ToolsConfig,
    /// Host names that are answered for beside the loopback names, in lower case.
    pub allowed_hosts: Vec<String>,
    /// How many wrong keys a minute each address may show; any number without a limit.
    pub wrong_keys_per_minute: Option<NonZeroU32>,
    /// Which doors are open.
    pub doors: Vec<Door>,
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

/// How many connections there may be when nobody has set it.
const USUAL_CONNECTIONS: usize = 2048;

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
    /// When more connections were asked for than it has room for.
    pub fn within(config: &Config, open_files: u64) -> Result<Self, TooManyConnections> {
        let most = usize::try_from(open_files / 2).unwrap_or(usize::MAX);
        let mut settings = Self::from(config);
        if config.limits.max_connections.is_some_and(|set| set > most) {
            return Err(TooManyConnections { most });
        }
        settings.max_connections = settings.max_connections.min(most);
        Ok(settings)
    }
}

impl From<&Config> for HttpSettings {
    fn from(config: &Config) -> Self {
        Self {
            key: config.http.api_key.as_ref().map(ApiKey::new),
            exposed: !config.http.listen.ip().is_loopback(),
            tools: config.tools.clone(),
            allowed_hosts: config.http.allowed_hosts.clone(),
            wrong_keys_per_minute: config.http.wrong_keys_per_minute,
            doors: config.http.doors.clone(),
            workers: config.http.workers,
            shutdown_timeout: config.shutdown_timeout,
            max_connections: config.limits.max_connections.unwrap_or(USUAL_CONNECTIONS),
            max_connections_per_address: config.limits.max_connections_per_address,
            stall_timeout: config.limits.stall_timeout,
            least_upload_rate: config.limits.least_upload_rate,
        }
    }
}
