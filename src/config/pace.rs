//! Settings of how fast accounts send and look up names.

use crate::config::{ConfigError, Flags, text};
use std::time::Duration;

/// How fast each account may be; zero switches a limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceConfig {
    /// Between two sends of an account, 0 to 60 s.
    pub sends: Duration,
    /// Between two sends of an account to one chat, 0 to 60 s.
    pub chat_sends: Duration,
    /// How many usernames an account looks up at Telegram in a minute, up to 10 000.
    pub lookups_per_minute: u32,
}

impl PaceConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let milliseconds = |name, text, default| {
            let set = text::number(name, text, 0..=60_000)?;
            Ok::<_, ConfigError>(Duration::from_millis(set.unwrap_or(default)))
        };
        let chat = flags.chat_send_interval.as_ref();
        let lookups = flags.lookups_per_minute.as_ref();
        Ok(Self {
            sends: milliseconds("HUB_SEND_INTERVAL", flags.send_interval.as_ref(), 50)?,
            chat_sends: milliseconds("HUB_CHAT_SEND_INTERVAL", chat, 1000)?,
            lookups_per_minute: text::number("HUB_LOOKUPS_PER_MINUTE", lookups, 0..=10_000)?
                .unwrap_or(10),
        })
    }
}
