//! Entities, messages and dialogs as this door shows them.
//!
//! Ids of entities and chats are bare, those of senders are marked, as clients of the original
//! expect. It must not know which tool answers with them.

use crate::model::{ChatId, LiveMessage, UtcTime};
use crate::ops::dialogs::DialogView;
use crate::ops::messages::MessageView;
use crate::ops::peers::EntityView;
use crate::ops::sessions::SessionView;
use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

/// A user, group or channel; what is not known is left out.
pub(crate) fn entity(view: &EntityView) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), view.id.into());
    object.insert("type".to_owned(), view.kind.into());
    let phone = view.phone.as_deref();
    for (name, text) in [
        ("username", view.username.as_deref()),
        ("first_name", view.first_name.as_deref()),
        ("last_name", view.last_name.as_deref()),
        ("title", view.title.as_deref()),
        ("phone", phone.map(|phone| phone.trim_start_matches('+'))),
    ] {
        if let Some(text) = text {
            object.insert(name.to_owned(), text.into());
        }
    }
    if let Some(is_bot) = view.is_bot {
        object.insert("bot".to_owned(), is_bot.into());
    }
    Value::Object(object)
}

/// A message at Telegram.
pub(crate) fn message(live: &LiveMessage) -> Value {
    let content = &live.content;
    json!({
        "id": live.number(),
        "date": date(content.sent_at),
        "chat_id": content.chat_id.bare(),
        "sender_id": content.sender_id,
        "text": content.text,
        "out": content.outgoing,
        "reply_to_msg_id": content.reply_to,
        "media": live.media_class.is_some(),
        "media_type": live.media_class,
    })
}

/// A message that Telegram has accepted in an earlier request, whose number is not known.
pub(crate) fn accepted(chat: ChatId, text: &str) -> Value {
    json!({
        "id": null,
        "date": null,
        "chat_id": chat.bare(),
        "sender_id": null,
        "text": text,
        "out": true,
        "reply_to_msg_id": null,
        "media": false,
        "media_type": null,
    })
}

/// A chat of the account's list.
pub(crate) fn dialog(view: &DialogView) -> Value {
    let mut object = entity(&view.entity);
    object["unread_count"] = view.unread_count.into();
    object["pinned"] = view.pinned.into();
    if let Some(last) = &view.last_message {
        object["last_message"] = message(last);
    }
    object
}

/// A message of the captured log.
pub(crate) fn captured(view: &MessageView) -> Value {
    json!({
        "session_id": view.session.as_str(),
        "id": view.message_id,
        "date": date(view.sent_at),
        "chat_id": view.chat_id.bare(),
        "sender_id": view.sender_id,
        "text": view.text,
        "out": view.outgoing,
        "reply_to_msg_id": view.reply_to,
        "media": view.media.is_some(),
        "unreadable": view.media.as_ref().is_some_and(is_unreadable),
        "edited": view.edited_at.map(date),
        "deleted": view.deleted_at.map(date),
    })
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
