//! Entities, messages and dialogs as this door shows them.
//!
//! Ids of entities and chats are bare, those of senders are marked, as clients of the original
//! expect. It must not know which tool answers with them.

use crate::model::{
    CapturedMessage, ChatId, ChatKind, ListedChat, LiveMessage, Message, MessageId, Peer, UtcTime,
};
use crate::ops::sessions::SessionView;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// A user, group or channel; what is not known is left out.
pub(crate) fn entity(peer: &Peer) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), peer.peer_id.bare().into());
    object.insert("type".to_owned(), peer.peer_id.kind().class().into());
    let phone = peer.phone.as_deref();
    for (name, text) in [
        ("username", peer.username.as_deref()),
        ("first_name", peer.first_name.as_deref()),
        ("last_name", peer.last_name.as_deref()),
        ("title", peer.title()),
        ("phone", phone.map(|phone| phone.trim_start_matches('+'))),
    ] {
        if let Some(text) = text {
            object.insert(name.to_owned(), text.into());
        }
    }
    if let Some(is_bot) = peer.is_bot {
        object.insert("bot".to_owned(), is_bot.into());
    }
    Value::Object(object)
}

/// A message, wherever it is from.
#[derive(Default, Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    id: Option<MessageId>,
    date: Option<String>,
    chat_id: i64,
    sender_id: Option<ChatId>,
    text: &'a str,
    out: bool,
    reply_to_msg_id: Option<MessageId>,
    media: bool,
    #[serde(flatten)]
    beside: Option<Beside<'a>>,
}

/// What is told of messages of one place alone.
#[derive(Serialize)]
#[serde(untagged)]
enum Beside<'a> {
    Live {
        media_type: Option<&'a str>,
    },
    Captured {
        unreadable: bool,
        edited: Option<String>,
        deleted: Option<String>,
    },
}

impl<'a> From<&'a Message> for Shown<'a> {
    fn from(content: &'a Message) -> Self {
        Self {
            id: Some(content.message_id),
            date: Some(date(content.sent_at)),
            chat_id: content.chat_id.bare(),
            sender_id: content.sender_id,
            text: &content.text,
            out: content.outgoing,
            reply_to_msg_id: content.reply_to,
            media: content.media.is_some(),
            ..Self::default()
        }
    }
}

/// A message at Telegram.
pub(crate) fn message(live: &LiveMessage) -> Value {
    let media_type = live.media_class.as_deref();
    json!(Shown {
        id: live.number(),
        media: media_type.is_some(),
        beside: Some(Beside::Live { media_type }),
        ..Shown::from(&live.content)
    })
}

/// A message that Telegram has accepted in an earlier request, whose number is not known.
pub(crate) fn accepted(chat: ChatId, text: &str) -> Value {
    json!(Shown {
        chat_id: chat.bare(),
        text,
        out: true,
        beside: Some(Beside::Live { media_type: None }),
        ..Shown::default()
    })
}

/// A message of the captured log.
pub(crate) fn captured(captured: &CapturedMessage) -> Value {
    let content = &captured.content;
    json!(Shown {
        session_id: Some(captured.session_name.as_str()),
        beside: Some(Beside::Captured {
            unreadable: content.media.as_ref().is_some_and(is_unreadable),
            edited: content.edited_at.map(date),
            deleted: captured.deleted_at.map(date),
        }),
        ..Shown::from(content)
    })
}

/// A chat of the account's list.
pub(crate) fn dialog(listed: &ListedChat) -> Value {
    let mut object = entity(&listed.peer);
    match listed.peer.peer_id.kind() {
        ChatKind::Chat if listed.forbidden => object["type"] = "ChatForbidden".into(),
        ChatKind::Channel if listed.forbidden => object["type"] = "ChannelForbidden".into(),
        ChatKind::User | ChatKind::Chat | ChatKind::Channel => {}
    }
    object["unread_count"] = listed.unread_count.into();
    object["pinned"] = listed.pinned.into();
    if let Some(last) = &listed.last_message {
        object["last_message"] = message(last);
    }
    object
}

/// A session of the hub.
pub(crate) fn session(view: &SessionView) -> Value {
    json!({
        "session_id": view.name.as_str(),
        "state": view.state.name(),
        "authorized": view.is_authenticated,
        "user_id": view.user.as_ref().map(|user| user.id),
    })
}

/// Whether only a part of a captured message could be read.
fn is_unreadable(media: &Value) -> bool {
    media.get("type").and_then(Value::as_str) == Some("unreadable")
}

/// ISO 8601 as Python writes it: `2026-04-29T12:00:00+00:00`.
fn date(time: UtcTime) -> String {
    time.as_datetime()
        .to_rfc3339_opts(SecondsFormat::AutoSi, false)
}
