//! A message of an export in the words of the model.

use crate::desktop::fields::{self, Fields};
use crate::desktop::{ExportedMessage, Skip, media, peers, service, text};
use crate::model::{ChatId, Message, MessageId, UtcTime};
use chrono::{FixedOffset, NaiveDateTime, TimeZone as _};
use serde_json::{Map, Value, json};

/// What is known of all messages of a chat.
pub(super) struct Reading {
    pub(super) chat_id: ChatId,
    pub(super) zone: Option<FixedOffset>,
}

/// By so much the numbers of a former group's messages are moved down.
const FORMER: i64 = 1_000_000_000;

/// Why a message is left out.
pub(super) enum Fault {
    Unsupported,
    Unreadable(String),
}

impl Fault {
    /// With the line at which it was found.
    pub(super) fn at(self, line: u64) -> Skip {
        match self {
            Self::Unsupported => Skip::Unsupported,
            Self::Unreadable(why) => Skip::Unreadable { line, why },
        }
    }
}

/// The message, or why it is left out.
pub(super) fn converted(reading: &Reading, fields: &Fields) -> Result<ExportedMessage, Fault> {
    let kind = fields.get("type").and_then(Value::as_str);
    if kind == Some("unsupported") {
        return Err(Fault::Unsupported);
    }
    content(reading, fields, kind == Some("service")).map_err(Fault::Unreadable)
}

fn content(reading: &Reading, fields: &Fields, service: bool) -> Result<ExportedMessage, String> {
    let written = fields::number(fields, "id").ok_or("a message without a number `id`")?;
    let of_former_group = written < 0;
    let number = |written: i64| {
        let number = if of_former_group {
            written + FORMER
        } else {
            written
        };
        i32::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .map(MessageId)
    };
    let id =
        number(written).ok_or_else(|| format!("message {written} has an impossible number"))?;
    let time = |name: &str| time(fields, name, reading.zone);
    let sent_at = time("date")
        .ok_or_else(|| format!("message {written} has no date that can be read: {DATES}"))?;
    let (who, whose) = if service {
        ("actor_id", "actor")
    } else {
        ("from_id", "from")
    };
    let (text, entities) = text::read(fields);
    let answered = [
        "reply_to_message_id",
        "message_id",
        "game_message_id",
        "invoice_message_id",
    ];
    let answered = answered
        .iter()
        .find_map(|name| fields::number(fields, name));
    let content = Message {
        sender_id: fields
            .get(who)
            .and_then(|id| peers::sender(id, reading.chat_id)),
        text: if service { String::new() } else { text },
        entities: if service { json!([]) } else { entities },
        reply_to: answered.and_then(number),
        forward: if service {
            None
        } else {
            forward(fields, reading.chat_id)
        },
        media: if service { None } else { media::read(fields) },
        service: service.then(|| service::read(fields)),
        edited_at: time("edited"),
        post_author: fields::text(fields, "author"),
        ..Message::new(reading.chat_id, id, sent_at)
    };
    Ok(ExportedMessage {
        content,
        sender_name: fields::text(fields, whose),
        of_former_group,
    })
}

const DATES: &str = "it has no `date_unixtime`, and its `date` needs the zone of the computer that \
                     made the export (--utc-offset)";

fn time(fields: &Fields, name: &str, zone: Option<FixedOffset>) -> Option<UtcTime> {
    if let Some(seconds) = fields::number(fields, &format!("{name}_unixtime")) {
        return UtcTime::from_unix(seconds);
    }
    let local: NaiveDateTime = fields.get(name)?.as_str()?.parse().ok()?;
    let moment = zone?.from_local_datetime(&local).single()?;
    // Before `edited` was left out where nothing was edited it had the earliest date.
    UtcTime::from_unix(moment.timestamp()).filter(|time| time.as_micros() > 86_400_000_000)
}

/// `{"from_id", "from_name"}`, as far as they are told.
fn forward(fields: &Fields, chat: ChatId) -> Option<Value> {
    let name = fields.get("forwarded_from");
    let id = fields.get("forwarded_from_id");
    if name.is_none() && id.is_none() {
        return None;
    }
    let mut origin = Map::new();
    if let Some(id) = id.and_then(|id| peers::sender(id, chat)) {
        origin.insert("from_id".to_owned(), json!(id));
    } else if let Some(name) = name.and_then(Value::as_str) {
        origin.insert("from_name".to_owned(), json!(name));
    }
    Some(Value::Object(origin))
}
