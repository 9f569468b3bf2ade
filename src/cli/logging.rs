//! How the log is written.

use crate::config::{LogConfig, LogFormat};
use chrono::{SecondsFormat, Utc};
use log::kv::{Error, Key, Value as LoggedValue, VisitSource};
use log::{Record, SetLoggerError};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// Installs the process's logger.
///
/// The libraries' `tracing` events arrive here too, because no `tracing` subscriber is installed.
pub(super) fn install(config: &LogConfig) -> Result<(), SetLoggerError> {
    let mut builder = env_logger::Builder::new();
    builder
        .parse_filters(&config.filter)
        .format_timestamp_millis();
    match config.format {
        LogFormat::Human => {}
        LogFormat::Json => {
            builder.format(write_json);
        }
    }
    builder.try_init()
}

/// One line: time, level, target, message, and the record's own fields beside them.
fn write_json(out: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    let mut line = Fields(Map::new());
    // A field that cannot be read is left out rather than the line lost.
    record.key_values().visit(&mut line).ok();
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let level = record.level().as_str().to_ascii_lowercase();
    for (name, text) in [
        ("time", time),
        ("level", level),
        ("target", record.target().to_owned()),
        ("message", record.args().to_string()),
    ] {
        line.0.insert(name.to_owned(), Value::String(text));
    }
    writeln!(out, "{}", Value::Object(line.0))
}

struct Fields(Map<String, Value>);

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: LoggedValue<'kvs>) -> Result<(), Error> {
        let value = value
            .to_bool()
            .map(Value::from)
            .or_else(|| value.to_u64().map(Value::from))
            .or_else(|| value.to_i64().map(Value::from))
            .or_else(|| value.to_f64().map(Value::from))
            .unwrap_or_else(|| Value::from(value.to_string()));
        self.0.insert(key.as_str().to_owned(), value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::Level;

    #[test]
    fn a_json_line_holds_the_message_and_its_fields_and_nothing_breaks_it() {
        let fields = [("session.name", "a\"b"), ("message", "not this one")];
        let mut out = Vec::new();
        write_json(
            &mut out,
            &Record::builder()
                .level(Level::Warn)
                .target("telegram_hub::x")
                .key_values(&fields)
                .args(format_args!("two\nlines"))
                .build(),
        )
        .expect("written");
        assert_eq!(
            out.iter().position(|byte| *byte == b'\n'),
            Some(out.len() - 1)
        );
        let line: Value = serde_json::from_slice(&out).expect("JSON");
        assert_eq!(line["level"], "warn");
        assert_eq!(line["message"], "two\nlines");
        assert_eq!(line["session.name"], "a\"b");
        assert!(line["time"].as_str().expect("a time").ends_with('Z'));
    }
}
