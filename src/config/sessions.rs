//! Settings of the account that comes with the settings, and of calls that name no session.

use crate::config::{AnySetting, Optional, Secret, Setting, Values};
use crate::model::SessionName;
use secrecy::SecretString;

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[&DEFAULT_SESSION, &TELETHON_SESSION];

static DEFAULT_SESSION: Setting<Optional<SessionName>> = Setting {
    name: "HUB_DEFAULT_SESSION",
    former: &[],
    what: "Session of calls that name none",
    more: "Calls name one by `X-Session-Id` or `session_id`.",
    kind: Optional {
        read: |text| SessionName::parse(text).map_err(|error| format!("{error}.")),
        unset: "the only one there is",
    },
};

static TELETHON_SESSION: Setting<Secret> = Setting {
    name: "TELETHON_SESSION",
    former: &[],
    what: "Session string of Telethon that is imported at the first start",
    more: "",
    kind: Secret { unset: "none" },
};

/// The session of those who name none.
#[derive(Clone, Debug)]
pub struct SessionsConfig {
    /// The session of calls that name none, and the name of the account that is imported.
    pub default: Option<SessionName>,
    /// A session string of Telethon to import at the first start.
    pub import: Option<SecretString>,
}

impl SessionsConfig {
    pub(super) fn from_values(values: &Values) -> Self {
        Self {
            default: DEFAULT_SESSION.of(values),
            import: TELETHON_SESSION.of(values),
        }
    }
}
