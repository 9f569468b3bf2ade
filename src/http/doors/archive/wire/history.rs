//! The JSON of a history's messages, written straight into the stream of events.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::python_json;
use crate::model::{ChatKind, HistoryMedia, HistoryMessage, UtcTime};
use chrono::{Datelike as _, Timelike as _};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// A message as this door shows it: flat, with every key.
#[derive(Debug, Serialize)]
struct Message<'a> {
    message_id: i32,
    date: Moment,
    edit_date: Option<Moment>,
    sender_id: i64,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    username: Option<&'a str>,
    message: &'a str,
    reply_to: Option<i32>,
    post_author: Option<&'a str>,
    is_forwarded: u8,
    forwarded_from_channel_id: Option<i64>,
    forwarded_from_user_id: Option<i64>,
    forwarded_from_name: Option<&'a str>,
    forwarded_from_date: Option<Moment>,
    media_type: Option<Cow<'static, str>>,
    media_uuid: Option<String>,
    media_original_filename: Option<&'a str>,
    media_size: Option<i64>,
}

impl<'a> From<&'a HistoryMessage> for Message<'a> {
    fn from(told: &'a HistoryMessage) -> Self {
        let sender = told.sender.as_deref();
        let forward = told.forward.as_ref();
        let forwarded_from = |kind: ChatKind| {
            let from = forward.and_then(|forward| forward.from_id);
            from.filter(|from| from.kind() == kind).map(|from| from.0)
        };
        let (media, file) = (told.media.as_ref(), told.file.as_deref());
        Self {
            message_id: told.message_id.0,
            date: Moment(told.sent_at),
            edit_date: told.edited_at.map(Moment),
            sender_id: told.sender_id.map_or(0, |id| id.0),
            first_name: sender.and_then(|names| names.first_name.as_deref()),
            last_name: sender.and_then(|names| names.last_name.as_deref()),
            username: sender.and_then(|names| names.username.as_deref()),
            message: &told.text,
            reply_to: told.reply_to.map(|id| id.0),
            post_author: told.post_author.as_deref(),
            is_forwarded: forward.is_some().into(),
            forwarded_from_channel_id: forwarded_from(ChatKind::Channel),
            forwarded_from_user_id: forwarded_from(ChatKind::User),
            forwarded_from_name: forward.and_then(|forward| forward.from_name.as_deref()),
            forwarded_from_date: forward.and_then(|forward| forward.date).map(Moment),
            media_type: file
                .map(|file| Cow::Borrowed(file.file.class.as_str()))
                .or_else(|| media.map(media_class)),
            media_uuid: file.map(|file| file.uuid.to_string()),
            media_original_filename: match file {
                Some(file) => file.file.name.as_deref(),
                None => media.and_then(|media| media.file_name.as_deref()),
            },
            media_size: match file {
                Some(file) => i64::try_from(file.size()).ok(),
                None => media.and_then(|media| media.size),
            },
        }
    }
}

/// Telegram's class of the media, as client libraries name it.
fn media_class(media: &HistoryMedia) -> Cow<'static, str> {
    Cow::Borrowed(match media.kind.as_str() {
        "photo" => "MessageMediaPhoto",
        _ if media.is_file() => "MessageMediaDocument",
        "web_page" => "MessageMediaWebPage",
        "location" => "MessageMediaGeo",
        "live_location" => "MessageMediaGeoLive",
        other => return Cow::Owned(class_of(other)),
    })
}

/// The log's words for other media are Telegram's names without the first two, in snake case.
fn class_of(kind: &str) -> String {
    let words = kind.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    format!("MessageMedia{}", words.collect::<String>())
}

/// An instant as `2024-01-15 14:30:00`, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub(super) UtcTime);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = self.0.as_datetime();
        let year = u32::try_from(time.year()).unwrap_or_default();
        let mut text = *b"0000-00-00 00:00:00";
        let fields = [
            (0, year / 100),
            (2, year % 100),
            (5, time.month()),
            (8, time.day()),
            (11, time.hour()),
            (14, time.minute()),
            (17, time.second()),
        ];
        for (at, number) in fields {
            let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
            let digits = [digit(number / 10), digit(number)];
            if let Some(place) = text.get_mut(at..at + 2) {
                place.copy_from_slice(&digits);
            }
        }
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// The events of a history: messages in chunks of one size, each chunk one event. An event is
/// written as its messages come, so that no chunk is ever held.
#[derive(Debug)]
pub(crate) struct Events {
    chunk_size: u64,
    in_chunk: u64,
}

/// An event that ends a history early.
#[derive(Debug, Serialize)]
struct ErrorEvent<'a> {
    detail: &'a str,
    code: &'static str,
    retry_after: Option<u64>,
}

impl Events {
    /// Events of so many messages.
    pub(crate) const fn new(chunk_size: u64) -> Self {
        Self {
            chunk_size,
            in_chunk: 0,
        }
    }

    /// Writes messages.
    pub(crate) fn messages(&mut self, out: &mut Vec<u8>, messages: &[HistoryMessage]) {
        for message in messages {
            let before: &[u8] = match self.in_chunk {
                0 => b"data: {\"messages\": [",
                _ => b", ",
            };
            out.extend_from_slice(before);
            python_json::write(out, &Message::from(message));
            self.in_chunk += 1;
            if self.in_chunk == self.chunk_size {
                self.end(out);
            }
        }
    }

    /// Ends the chunk that has begun.
    pub(crate) fn end(&mut self, out: &mut Vec<u8>) {
        if self.in_chunk > 0 {
            out.extend_from_slice(b"]}\n\n");
            self.in_chunk = 0;
        }
    }

    /// Ends the history early.
    pub(crate) fn error(
        &mut self,
        out: &mut Vec<u8>,
        detail: &str,
        code: &'static str,
        retry_after: Option<u64>,
    ) {
        self.end(out);
        out.extend_from_slice(b"event: error\ndata: ");
        let event = ErrorEvent {
            detail,
            code,
            retry_after,
        };
        python_json::write(out, &event);
        out.extend_from_slice(b"\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChatId, ForwardOrigin, MessageId, SenderNames};
    use std::sync::Arc;

    fn message(id: i32) -> HistoryMessage {
        HistoryMessage {
            message_id: MessageId(id),
            sent_at: UtcTime::from_unix(1_705_329_000).expect("in range"),
            edited_at: None,
            sender_id: None,
            sender: None,
            text: format!("№{id}"),
            reply_to: None,
            post_author: None,
            forward: None,
            media: None,
            file: None,
        }
    }

    fn written(chunk_size: u64, parts: &[&[i32]]) -> String {
        let (mut out, mut events) = (Vec::new(), Events::new(chunk_size));
        for part in parts {
            let part: Vec<_> = part.iter().copied().map(message).collect();
            events.messages(&mut out, &part);
        }
        events.end(&mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn chunks_have_one_size_whatever_parts_they_come_in() {
        let text = written(3, &[&[1, 2], &[3, 4, 5, 6], &[7]]);
        let events: Vec<Vec<i64>> = text
            .split_terminator("\n\n")
            .map(|event| {
                let json = event.strip_prefix("data: ").expect("data");
                let value: serde_json::Value = serde_json::from_str(json).expect("JSON");
                let messages = value["messages"].as_array().expect("messages");
                let ids = messages.iter().filter_map(|one| one["message_id"].as_i64());
                ids.collect()
            })
            .collect();
        assert_eq!(events, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
        assert_eq!(written(3, &[]), "");
        assert!(written(2, &[&[1, 2]]).ends_with("]}\n\n"));
    }

    #[test]
    fn a_message_has_every_key_and_is_ascii() {
        let mut told = message(7);
        told.sender_id = Some(ChatId(5));
        told.sender = Some(Arc::new(SenderNames {
            first_name: Some("Zoë".to_owned()),
            ..SenderNames::default()
        }));
        told.forward = Some(ForwardOrigin {
            from_id: Some(ChatId::channel(9)),
            ..ForwardOrigin::default()
        });
        told.media = Some(HistoryMedia {
            kind: "to_do".to_owned(),
            file_name: None,
            size: None,
        });
        let mut out = Vec::new();
        Events::new(1).messages(&mut out, &[told]);
        let expected = concat!(
            r#"data: {"messages": [{"message_id": 7, "date": "2024-01-15 14:30:00", "#,
            r#""edit_date": null, "sender_id": 5, "first_name": "Zo\u00eb", "last_name": null, "#,
            r#""username": null, "message": "\u21167", "reply_to": null, "post_author": null, "#,
            r#""is_forwarded": 1, "forwarded_from_channel_id": -1000000000009, "#,
            r#""forwarded_from_user_id": null, "forwarded_from_name": null, "#,
            r#""forwarded_from_date": null, "media_type": "MessageMediaToDo", "#,
            r#""media_uuid": null, "media_original_filename": null, "media_size": null}]}"#,
            "\n\n"
        );
        assert_eq!(String::from_utf8(out).expect("ASCII"), expected);
    }

    #[test]
    fn an_error_ends_the_chunk_before_it() {
        let (mut out, mut events) = (Vec::new(), Events::new(5));
        events.messages(&mut out, &[message(1)]);
        events.error(&mut out, "wait", "flood_wait", Some(42));
        let text = String::from_utf8(out).expect("ASCII");
        let end = "}]}\n\nevent: error\ndata: {\"detail\": \"wait\", \"code\": \"flood_wait\", \
                   \"retry_after\": 42}\n\n";
        assert!(text.ends_with(end), "{text}");
    }
}
