//! Settings of the log.

use crate::config::text;
use crate::config::{ConfigError, Flags};
use log::{Level, LevelFilter, Log as _, Metadata};

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Which lines are written, in the syntax of `env_logger`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// The libraries report every connection at `info`, which a fleet of thousands drowns in.
const DEFAULT_FILTER: &str = "info,actix_server=warn,grammers_client=warn,grammers_mtproto=warn,\
                              grammers_mtsender=warn,grammers_session=warn";

/// Libraries that print whole messages or secrets at their lowest level.
const TALKATIVE: [&str; 4] = [
    "grammers_client",
    "grammers_session",
    "grammers_mtsender",
    "grammers_mtproto",
];

impl LogConfig {
    pub(super) fn from_flags(flags: &Flags) -> Result<Self, ConfigError> {
        let filter = flags.log.as_deref().unwrap_or(DEFAULT_FILTER);
        refuse_unreadable(filter)?;
        refuse_message_texts(filter)?;
        Ok(Self {
            filter: filter.to_owned(),
            format: format(flags.log_format.as_deref())?,
        })
    }
}

fn format(text: Option<&str>) -> Result<LogFormat, ConfigError> {
    match text.map(str::trim) {
        None | Some("human") => Ok(LogFormat::Human),
        Some("json") => Ok(LogFormat::Json),
        Some(other) => Err(ConfigError::setting(format!(
            "HUB_LOG_FORMAT must be human or json, not {other:?}."
        ))),
    }
}

/// `env_logger` itself only prints a warning for what it cannot read, and goes on without it.
fn refuse_unreadable(filter: &str) -> Result<(), ConfigError> {
    let directives = filter.split('/').next().unwrap_or(filter);
    let unreadable = text::list(directives).find(|directive| {
        let mut parts = directive.split('=');
        let level = (parts.next(), parts.next(), parts.next());
        !matches!(level, (Some(_), None, None))
            && !matches!(level, (Some(_), Some(level), None) if level.trim().parse::<LevelFilter>().is_ok())
    });
    match unreadable {
        None => Ok(()),
        Some(directive) => Err(ConfigError::setting(format!(
            "HUB_LOG must be a filter such as info,telegram_hub=debug; {directive:?} is none."
        ))),
    }
}

fn refuse_message_texts(filter: &str) -> Result<(), ConfigError> {
    let logger = env_logger::Builder::new().parse_filters(filter).build();
    // A directive may name a module inside a library, which a question about the library itself
    // would not show; so the modules that directives name are asked about too.
    let named = filter
        .split(['/', ','])
        .map(|directive| directive.split('=').next().unwrap_or(directive).trim())
        .filter(|target| TALKATIVE.iter().any(|library| target.starts_with(library)));
    let unsafe_target = TALKATIVE.into_iter().chain(named).find(|target| {
        let trace = Metadata::builder()
            .level(Level::Trace)
            .target(target)
            .build();
        logger.enabled(&trace)
    });
    match unsafe_target {
        None => Ok(()),
        Some(target) => Err(ConfigError::setting(format!(
            "HUB_LOG enables trace for {target}, which would log message texts: add {target}=debug \
             after it, or set HUB_LOG to debug."
        ))),
    }
}
