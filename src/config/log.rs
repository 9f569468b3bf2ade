//! Settings of the log.

use crate::config::{AnySetting, Choice, Setting, Text, Values, text};
use log::{Level, LevelFilter, Log as _, Metadata};

/// Every setting of this section.
pub(super) static SETTINGS: &[&dyn AnySetting] = &[&LOG, &LOG_FORMAT];

static LOG: Setting<Text> = Setting {
    name: "HUB_LOG",
    former: &[],
    what: "What is logged: a level, or `target=level` pairs separated by commas",
    more: "",
    kind: Text {
        default: DEFAULT_FILTER,
        read: filter,
    },
};

static LOG_FORMAT: Setting<Choice<LogFormat>> = Setting {
    name: "HUB_LOG_FORMAT",
    former: &[],
    what: "How it is logged",
    more: "`json` is one object a line.",
    kind: Choice {
        default: ("human", LogFormat::Human),
        others: &[("json", LogFormat::Json)],
    },
};

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Which lines are written, in the syntax of `env_logger`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The libraries report every connection at `info`, which a fleet of thousands drowns in. actix's
/// own HTTP reports every request that it cannot read at `error`, which strangers can send.
const DEFAULT_FILTER: &str = "info,actix_http=off,actix_server=warn,grammers_client=warn,\
                              grammers_mtproto=warn,grammers_mtsender=warn,grammers_session=warn,\
                              rmcp=warn,tracing=warn";

/// Libraries that print whole messages or secrets from a level on, with the level before it.
const TALKATIVE: [(&str, Level, Level); 5] = [
    ("grammers_client", Level::Trace, Level::Debug),
    ("grammers_session", Level::Trace, Level::Debug),
    ("grammers_mtsender", Level::Trace, Level::Debug),
    ("grammers_mtproto", Level::Trace, Level::Debug),
    (MCP, Level::Debug, Level::Info),
];

/// The library that speaks with agents.
const MCP: &str = "rmcp";

/// Libraries that a general level is not meant for: from which level on, and what they stay at.
const QUIET: [(&str, Level, &str); 2] = [
    (MCP, Level::Debug, "warn"),
    ("actix_http", Level::Error, "off"),
];

impl LogConfig {
    pub(super) fn from_values(values: &Values) -> Self {
        Self {
            filter: LOG.of(values),
            format: LOG_FORMAT.of(values),
        }
    }
}

/// Reads a filter that brings no more than is meant.
fn filter(text: &str) -> Result<String, String> {
    refuse_unreadable(text)?;
    let filter = quieted(text);
    refuse_message_texts(&filter)?;
    Ok(filter)
}

/// `env_logger` itself only prints a warning for what it cannot read, and goes on without it.
fn refuse_unreadable(filter: &str) -> Result<(), String> {
    let directives = filter.split('/').next().unwrap_or(filter);
    let unreadable = text::list(directives).find(|directive| {
        let mut parts = directive.split('=');
        let level = (parts.next(), parts.next(), parts.next());
        !matches!(level, (Some(_), None, None))
            && !matches!(level, (Some(_), Some(level), None) if level.trim().parse::<LevelFilter>().is_ok())
    });
    match unreadable {
        None => Ok(()),
        Some(directive) => Err(format!(
            "must be a filter such as info,telegram_hub=debug; {directive:?} is none."
        )),
    }
}

/// `debug` is asked for because of the hub itself; what agents say is not to come with it, nor a
/// line for each request of a stranger that is none.
fn quieted(filter: &str) -> String {
    let (directives, pattern) = filter.split_at(filter.find('/').unwrap_or(filter.len()));
    let logger = env_logger::Builder::new().parse_filters(filter).build();
    let mut quieted = directives.to_owned();
    for (library, level, quiet) in QUIET {
        let named = text::list(directives).any(|directive| directive.starts_with(library));
        let lines = Metadata::builder().level(level).target(library).build();
        if !named && logger.enabled(&lines) {
            quieted = format!("{quieted},{library}={quiet}");
        }
    }
    quieted + pattern
}

fn refuse_message_texts(filter: &str) -> Result<(), String> {
    let logger = env_logger::Builder::new().parse_filters(filter).build();
    // A directive may name a module inside a library, which a question about the library itself
    // would not show; so the modules that directives name are asked about too.
    let named: Vec<_> = filter
        .split(['/', ','])
        .map(|directive| directive.split('=').next().unwrap_or(directive).trim())
        .collect();
    for (library, level, enough) in TALKATIVE {
        let inside = named.iter().filter(|target| target.starts_with(library));
        let unsafe_target = [&library].into_iter().chain(inside).find(|target| {
            let record = Metadata::builder().level(level).target(target).build();
            logger.enabled(&record)
        });
        if let Some(target) = unsafe_target {
            let (level, enough) = (word(level), word(enough));
            return Err(format!(
                "enables {level} for {target}, which would log message texts: add \
                 {target}={enough} after it, or set HUB_LOG to debug."
            ));
        }
    }
    Ok(())
}

fn word(level: Level) -> String {
    level.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_general_level_brings_neither_calls_of_agents_nor_requests_of_strangers() {
        assert_eq!(quieted("debug"), "debug,rmcp=warn,actix_http=off");
        assert_eq!(
            quieted("a=debug,debug/b"),
            "a=debug,debug,rmcp=warn,actix_http=off/b"
        );
        assert_eq!(quieted("info"), "info,actix_http=off");
        for left in ["off", "info,rmcp=info,actix_http=error", DEFAULT_FILTER] {
            assert_eq!(quieted(left), left);
        }
        assert!(refuse_message_texts("debug,rmcp=warn").is_ok());
        for refused in ["info,rmcp=debug", "info,rmcp::service=trace"] {
            let error = refuse_message_texts(refused).expect_err("refused");
            assert!(error.contains("rmcp"), "{error}");
        }
    }
}
