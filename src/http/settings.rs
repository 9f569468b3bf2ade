//! What the HTTP side needs to know.

use crate::auth::ApiKey;
use crate::config::{Config, Door, ToolsConfig};
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
    /// Which doors are open.
    pub doors: Vec<Door>,
    /// How many threads serve HTTP, from 1.
    pub workers: usize,
    /// How long requests may go on once the hub stops.
    pub shutdown_timeout: Duration,
}

impl From<&Config> for HttpSettings {
    fn from(config: &Config) -> Self {
        Self {
            key: config.http.api_key.as_ref().map(ApiKey::new),
            exposed: !config.http.listen.ip().is_loopback(),
            tools: config.tools.clone(),
            allowed_hosts: config.http.allowed_hosts.clone(),
            doors: config.http.doors.clone(),
            workers: config.http.workers,
            shutdown_timeout: config.shutdown_timeout,
        }
    }
}
