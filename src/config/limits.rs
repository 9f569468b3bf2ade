//! Settings of what a client may cost: connections, stalled transfers, searches.
//!
//! Owns their names, defaults and bounds. It must not know how they are enforced.

use crate::config::{ConfigError, text};
use clap::Args;
use std::time::Duration;

/// The flags of this section, as they are written.
#[derive(Args, Clone, Debug, Default)]
pub struct LimitFlags {
    /// HTTP connections in all, 8 to 1000000 [default: 2048].
    #[arg(
        long,
        global = true,
        env = "HUB_MAX_CONNECTIONS",
        hide_env_values = true
    )]
    pub max_connections: Option<String>,
    /// HTTP connections from one address of another machine, 1 to 1000000 [default: 256].
    #[arg(
        long,
        global = true,
        env = "HUB_MAX_CONNECTIONS_PER_ADDRESS",
        hide_env_values = true
    )]
    pub max_connections_per_address: Option<String>,
    /// Seconds that a client may stall an answer or a body, 1 to 3600 [default: 20].
    #[arg(long, global = true, env = "HUB_STALL_TIMEOUT", hide_env_values = true)]
    pub stall_timeout: Option<String>,
    /// Bytes a second below which an upload stalls, 1 to 1048576 [default: 1024].
    #[arg(
        long,
        global = true,
        env = "HUB_LEAST_UPLOAD_RATE",
        hide_env_values = true
    )]
    pub least_upload_rate: Option<String>,
    /// Seconds that a search of the log may take, 1 to 50 [default: 10].
    #[arg(
        long,
        global = true,
        env = "HUB_SEARCH_TIMEOUT",
        hide_env_values = true
    )]
    pub search_timeout: Option<String>,
}

/// What a client may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsConfig {
    /// How many HTTP connections there may be; `None` is as many as are usual, and no more than
    /// the limit of open files has room for.
    pub max_connections: Option<usize>,
    /// How many of them may come from one address of another machine.
    pub max_connections_per_address: usize,
    /// How long a client may take nothing of an answer, or send next to nothing of a body.
    pub stall_timeout: Duration,
    /// How many bytes a second of an upload are next to nothing.
    pub least_upload_rate: u32,
    /// How long a search of the log may take.
    pub search_timeout: Duration,
}

impl LimitFlags {
    /// Takes empty values for unset ones.
    pub(super) fn without_empty(&mut self) {
        for text in [
            &mut self.max_connections,
            &mut self.max_connections_per_address,
            &mut self.stall_timeout,
            &mut self.least_upload_rate,
            &mut self.search_timeout,
        ] {
            text.take_if(|text| text.trim().is_empty());
        }
    }
}

impl LimitsConfig {
    pub(super) fn from_flags(flags: &LimitFlags) -> Result<Self, ConfigError> {
        let connections = text::number(
            "HUB_MAX_CONNECTIONS",
            flags.max_connections.as_ref(),
            8..=1_000_000,
        )?;
        let of_one = text::number(
            "HUB_MAX_CONNECTIONS_PER_ADDRESS",
            flags.max_connections_per_address.as_ref(),
            1..=1_000_000,
        )?;
        let stall = text::number("HUB_STALL_TIMEOUT", flags.stall_timeout.as_ref(), 1..=3600)?;
        let rate = text::number(
            "HUB_LEAST_UPLOAD_RATE",
            flags.least_upload_rate.as_ref(),
            1..=1_048_576,
        )?;
        let search = text::number("HUB_SEARCH_TIMEOUT", flags.search_timeout.as_ref(), 1..=50)?;
        Ok(Self {
            max_connections: connections,
            max_connections_per_address: of_one.unwrap_or(256),
            stall_timeout: Duration::from_secs(stall.unwrap_or(20)),
            least_upload_rate: rate.unwrap_or(1024),
            search_timeout: Duration::from_secs(search.unwrap_or(10)),
        })
    }
}
