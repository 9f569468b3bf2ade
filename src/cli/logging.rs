//! How the log is written: one line for each event, however long or odd its texts are.

use crate::config::{LogConfig, LogFormat};
use crate::model::Excerpt;
use chrono::{SecondsFormat, Utc};
use log::kv::{Error, Key, Value as LoggedValue, VisitSource};
use log::{Record, SetLoggerError};
use serde_json::{Map, Value};
use std::io::{self, Write};

/// How much of a message is written, in characters, and of a field beside it. Clients choose names
/// and paths, and Telegram and the database their error texts; none of them fills the disk.
const MESSAGE_MOST: usize = 4000;
const FIELD_MOST: usize = 512;

/// Installs the process's logger.
///
/// The libraries' `tracing` events arrive here too, because no `tracing` subscriber is installed.
pub(super) fn install(config: &LogConfig) -> Result<(), SetLoggerError> {
    let mut builder = env_logger::Builder::new();
    builder
        .parse_filters(&config.filter)
        .format_timestamp_millis();
    match config.format {
        LogFormat::Human => builder.format(|out, record| {
            let (time, level) = (out.timestamp_millis(), record.level());
            let style = out.default_level_style(level);
            let head = format!("[{time} {style}{level:<5}{style:#} {}]", record.target());
            write_human(out, &head, record)
        }),
        LogFormat::Json => builder.format(write_json),
    };
    builder.try_init()
}

/// One line: the head, the message, and the record's own fields as `name=value`.
fn write_human(out: &mut impl Write, head: &str, record: &Record<'_>) -> io::Result<()> {
    let message = record.args().to_string();
    write!(out, "{head} {}", Excerpt::new(&message, MESSAGE_MOST))?;
    record
        .key_values()
        .visit(&mut Pairs(out))
        .map_err(io::Error::other)?;
    writeln!(out)
}

struct Pairs<'a, W>(&'a mut W);

impl<'kvs, W: Write> VisitSource<'kvs> for Pairs<'_, W> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: LoggedValue<'kvs>) -> Result<(), Error> {
        let value = value.to_string();
        write!(self.0, " {key}={}", Excerpt::new(&value, FIELD_MOST)).map_err(Error::from)
    }
}

/// One line: time, level, target, message, and the record's own fields beside them.
fn write_json(out: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    let mut line = Fields(Map::new());
    // A field that cannot be read is left out rather than the line lost.
    record.key_values().visit(&mut line).ok();
    let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let level = record.level().as_str().to_ascii_lowercase();
    let message = record.args().to_string();
    let message = Excerpt::new(&message, MESSAGE_MOST).to_string();
    for (name, text) in [
        ("time", time),
        ("level", level),
        ("target", record.target().to_owned()),
        ("message", message),
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
            .unwrap_or_else(|| {
                Value::from(Excerpt::new(&value.to_string(), FIELD_MOST).to_string())
            });
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
        assert_eq!(line["message"], "two\\nlines");
        assert_eq!(line["session.name"], "a\"b");
        assert!(line["time"].as_str().expect("a time").ends_with('Z'));
    }

    #[test]
    fn a_line_stays_one_line_of_bounded_length_whatever_it_tells() {
        let long = "x".repeat(1 << 20);
        let odd = "a\nb\r\u{202e}\u{200b}\u{1b}[31m".to_owned() + &long;
        let fields = [("path", odd.as_str()), ("session", "ж\n[ERROR forged]")];
        let mut lines = [Vec::new(), Vec::new()];
        for (format, out) in lines.iter_mut().enumerate() {
            let mut builder = Record::builder();
            let record = builder.level(Level::Info).target("t").key_values(&fields);
            let args = format_args!("{odd}");
            let record = record.args(args).build();
            match format {
                0 => write_human(out, "[head]", &record),
                _ => write_json(out, &record),
            }
            .expect("written");
        }
        for line in lines {
            let line = String::from_utf8(line).expect("UTF-8");
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(line.len() < 6000, "{}", line.len());
            for c in ['\r', '\u{202e}', '\u{200b}', '\u{1b}'] {
                assert!(!line.contains(c), "{line}");
            }
        }
    }
}
