//! Settings of the account that comes with the settings, and of calls that name no session.

use crate::config::{ConfigError, Flags};
use crate::model::SessionName;
use secrecy::SecretString;

/// The session of those who name none.
#[derive(Clone, Debug)]
pub struct SessionsConfig {
    /// The session of calls that name none, and the name of the account that is imported.
    pub default: Option<SessionName>,
    /// A session string of Telethon to import at the first start.
    pub import: Option<SecretString>,
}

impl SessionsConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let default = flags.default_session.as_deref().map(SessionName::parse);
        let default = default
            .transpose()
            .map_err(|error| ConfigError::setting(format!("HUB_DEFAULT_SESSION {error}.")))?;
        Ok(Self {
            default,
            import: flags.telethon_session.clone(),
        })
    }
}
