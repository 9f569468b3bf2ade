//! Why the settings are no good.

/// A setting is missing, wrong or unsafe.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A sentence that names the setting and says what to set.
    #[error("{0}")]
    Setting(String),
    /// The command line cannot be read, or asks for help.
    #[error(transparent)]
    Flags(#[from] clap::Error),
}

impl ConfigError {
    /// A wrong setting: `NAME must …`.
    pub(super) fn setting(sentence: impl Into<String>) -> Self {
        Self::Setting(sentence.into())
    }
}
