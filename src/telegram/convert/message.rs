//! A message in the words of the model. Source: <https://core.telegram.org/constructor/message>.

use crate::model::{ChatId, ChatKind, Message, MessageId, NewMessage, UtcTime};
use crate::telegram::convert::{chat_id, entities, media};
use crate::telegram::text::{Formatted, to_markdown};
use grammers_client::tl::{self, Serializable as _};
use serde_json::{Map, Value, json};

/// Where a message stands: its chat and number. `None` for an empty one.
pub(in crate::telegram) fn message_place(
    message: &tl::enums::Message,
) -> Option<(ChatId, MessageId)> {
    match message {
        tl::enums::Message::Message(message) => {
            Some((chat_id(&message.peer_id), MessageId(message.id)))
        }
        tl::enums::Message::Service(message) => {
            Some((chat_id(&message.peer_id), MessageId(message.id)))
        }
        tl::enums::Message::Empty(_) => None,
    }
}

/// When a message was sent, in Telegram's seconds.
pub(in crate::telegram) fn message_date(message: &tl::enums::Message) -> Option<i32> {
    match message {
        tl::enums::Message::Message(message) => Some(message.date),
        tl::enums::Message::Service(message) => Some(message.date),
        tl::enums::Message::Empty(_) => None,
    }
}

/// A message with its raw bytes, seen by the account `own`. `None` for an empty one.
pub(super) fn new_message(own: Option<ChatId>, message: &tl::enums::Message) -> Option<NewMessage> {
    Some(NewMessage {
        content: content(own, message)?,
        raw: message.to_bytes(),
        pts: None,
    })
}

/// Messages with their raw bytes, seen by the account `own`; empty ones are left out.
pub(in crate::telegram) fn messages(
    own: Option<ChatId>,
    messages: &[tl::enums::Message],
) -> Vec<NewMessage> {
    messages
        .iter()
        .filter_map(|message| new_message(own, message))
        .collect()
}

/// What a message says, seen by the account `own`. `None` for an empty one.
pub(super) fn content(own: Option<ChatId>, message: &tl::enums::Message) -> Option<Message> {
    match message {
        tl::enums::Message::Message(message) => Some(text(own, message)),
        tl::enums::Message::Service(message) => Some(service(own, message)),
        tl::enums::Message::Empty(_) => None,
    }
}

/// What a message says as Markdown.
pub fn message_markdown(message: &Message) -> String {
    to_markdown(&Formatted {
        text: message.text.clone(),
        entities: entities::of_list(&message.entities),
    })
}

fn text(own: Option<ChatId>, message: &tl::types::Message) -> Message {
    let chat = chat_id(&message.peer_id);
    Message {
        sender_id: sender(own, chat, message.from_id.as_ref(), message.out),
        outgoing: outgoing(own, chat, message.out),
        silent: message.silent,
        text: message.message.clone(),
        entities: entities::list(message.entities.as_deref().unwrap_or_default()),
        reply_to: message.reply_to.as_ref().and_then(reply_to),
        forward: message.fwd_from.as_ref().map(forward),
        media: message.media.as_ref().and_then(media::summary),
        edited_at: message
            .edit_date
            .and_then(|date| UtcTime::from_unix(date.into())),
        post_author: message.post_author.clone(),
        ..Message::new(chat, MessageId(message.id), time(message.date))
    }
}

fn service(own: Option<ChatId>, message: &tl::types::MessageService) -> Message {
    let chat = chat_id(&message.peer_id);
    Message {
        sender_id: sender(own, chat, message.from_id.as_ref(), message.out),
        outgoing: outgoing(own, chat, message.out),
        silent: message.silent,
        reply_to: message.reply_to.as_ref().and_then(reply_to),
        service: Some(json!({ "action": action_name(&message.action) })),
        ..Message::new(chat, MessageId(message.id), time(message.date))
    }
}

/// Telegram marks nothing in Saved Messages as outgoing, though only the account writes there.
pub(super) fn outgoing(own: Option<ChatId>, chat: ChatId, out: bool) -> bool {
    out || own == Some(chat)
}

/// Private chats leave `from_id` out: there the sender is the other side, or we.
pub(super) fn sender(
    own: Option<ChatId>,
    chat: ChatId,
    from: Option<&tl::enums::Peer>,
    outgoing: bool,
) -> Option<ChatId> {
    match from {
        Some(peer) => Some(chat_id(peer)),
        None if outgoing => own,
        None => (chat.kind() != ChatKind::Chat).then_some(chat),
    }
}

fn reply_to(header: &tl::enums::MessageReplyHeader) -> Option<MessageId> {
    match header {
        tl::enums::MessageReplyHeader::Header(header) => header.reply_to_msg_id.map(MessageId),
        tl::enums::MessageReplyHeader::MessageReplyStoryHeader(_) => None,
    }
}

/// `{"from_id", "from_name", "date", "channel_post", "post_author"}`, absent ones left out.
fn forward(header: &tl::enums::MessageFwdHeader) -> Value {
    let tl::enums::MessageFwdHeader::Header(header) = header;
    let mut object = Map::new();
    if let Some(from) = &header.from_id {
        object.insert("from_id".to_owned(), json!(chat_id(from)));
    }
    if let Some(name) = &header.from_name {
        object.insert("from_name".to_owned(), json!(name));
    }
    object.insert("date".to_owned(), json!(time(header.date)));
    if let Some(post) = header.channel_post {
        object.insert("channel_post".to_owned(), json!(post));
    }
    if let Some(author) = &header.post_author {
        object.insert("post_author".to_owned(), json!(author));
    }
    Value::Object(object)
}

/// Telegram's name of the action, such as `messageActionChatAddUser`.
fn action_name(action: &tl::enums::MessageAction) -> String {
    let id = action
        .to_bytes()
        .first_chunk()
        .copied()
        .map_or(0, u32::from_le_bytes);
    tl::name_for_id(id).to_owned()
}

/// Telegram's seconds as a time.
pub(super) fn time(date: i32) -> UtcTime {
    // Every i32 is within the range of dates.
    UtcTime::from_unix(date.into()).unwrap_or_else(UtcTime::now)
}
