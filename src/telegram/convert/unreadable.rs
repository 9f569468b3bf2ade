//! Messages of which only the beginning can be read, for the log and for callers.

use crate::model::{
    ChatId, LiveMessage, Message, MessageId, NewMessage, UnreadableMessage, UtcTime,
};
use crate::telegram::convert::{chat_id, message};
use crate::telegram::lenient::{Prefix, UnreadableObject};
use grammers_client::tl::{self, Deserializable as _};

/// The schema by which objects are read.
pub const LAYER: i32 = tl::LAYER;

/// Telegram's class of the media of such a message, for callers.
const CLASS: &str = "Unreadable";

/// An unreadable message, seen by the account `own`. `None` when not even its number
/// can be read, or when it is no message.
pub(in crate::telegram) fn unreadable(
    own: Option<ChatId>,
    object: &UnreadableObject,
) -> Option<UnreadableMessage> {
    let told = object.message.as_ref()?;
    Some(UnreadableMessage {
        message: NewMessage {
            content: content(own, told, object.constructor),
            raw: told.raw.clone(),
            pts: told.pts,
        },
        constructor: object.constructor,
        method: object.method.to_owned(),
        layer: LAYER,
        edited: told.edited,
    })
}

/// The same for callers who ask for messages.
pub(in crate::telegram) fn live_unreadable(
    own: Option<ChatId>,
    object: &UnreadableObject,
) -> Option<LiveMessage> {
    let told = object.message.as_ref()?;
    Some(live(content(own, told, object.constructor)))
}

/// The same of one that says nothing of itself, with the number that it was found by.
pub(in crate::telegram) fn live_numbered(
    chat_id: ChatId,
    message_id: MessageId,
    object: &UnreadableObject,
) -> LiveMessage {
    live(numbered(chat_id, message_id, object))
}

fn live(content: Message) -> LiveMessage {
    LiveMessage {
        content,
        media_class: Some(CLASS.to_owned()),
        sender_name: None,
    }
}

/// A message that was asked for by its number and whose kind itself is not known:
/// nothing but the number and the chat can be told.
pub fn unreadable_number(
    chat_id: ChatId,
    message_id: MessageId,
    object: &UnreadableObject,
) -> UnreadableMessage {
    UnreadableMessage {
        message: NewMessage {
            content: numbered(chat_id, message_id, object),
            raw: object.raw.clone(),
            pts: None,
        },
        constructor: object.constructor,
        method: object.method.to_owned(),
        layer: LAYER,
        edited: false,
    }
}

fn numbered(chat_id: ChatId, message_id: MessageId, object: &UnreadableObject) -> Message {
    Message {
        media: Some(UnreadableMessage::media(object.constructor)),
        ..Message::new(chat_id, message_id, UtcTime::now())
    }
}

fn content(own: Option<ChatId>, told: &Prefix, constructor: u32) -> Message {
    let chat = chat_id(&told.peer);
    let sent_at = told.date.map_or_else(UtcTime::now, message::time);
    Message {
        sender_id: message::sender(own, chat, told.from.as_ref(), told.out),
        outgoing: message::outgoing(own, chat, told.out),
        silent: told.silent,
        text: told.text.clone().unwrap_or_default(),
        media: Some(UnreadableMessage::media(constructor)),
        edited_at: told.edit_date.map(message::time),
        ..Message::new(chat, MessageId(told.id), sent_at)
    }
}

/// Reads a message's raw bytes once more, seen by the account `own`; `None` when they still cannot
/// be read.
pub fn read_again(own: Option<ChatId>, raw: &[u8]) -> Option<NewMessage> {
    let message = tl::enums::Message::from_bytes(raw).ok()?;
    message::new_message(own, &message)
}
