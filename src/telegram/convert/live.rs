//! Messages as they are at Telegram, for callers who ask for them.

use crate::model::{ChatId, LiveMessage, Message, MessageId, UtcTime};
use crate::telegram::convert::{entities, media, message};
use grammers_client::tl::{self, Serializable as _};

/// A message, seen by the account `own`. `None` for an empty one.
pub(in crate::telegram) fn live(
    own: Option<ChatId>,
    message: &tl::enums::Message,
) -> Option<LiveMessage> {
    let media = match message {
        tl::enums::Message::Message(message) => message.media.as_ref(),
        tl::enums::Message::Service(_) | tl::enums::Message::Empty(_) => None,
    };
    Some(LiveMessage {
        content: message::content(own, message)?,
        media_class: media.and_then(media_class),
        sender_name: None,
    })
}

/// A text that was just sent: private chats are answered with what Telegram adds to the request.
pub(in crate::telegram) fn short_sent(
    own: Option<ChatId>,
    chat_id: ChatId,
    request: tl::functions::messages::SendMessage,
    short: tl::types::UpdateShortSentMessage,
) -> LiveMessage {
    let entities = short.entities.or(request.entities).unwrap_or_default();
    let reply_to = match request.reply_to {
        Some(tl::enums::InputReplyTo::Message(reply)) => Some(MessageId(reply.reply_to_msg_id)),
        _ => None,
    };
    LiveMessage {
        content: Message {
            sender_id: own,
            outgoing: true,
            silent: request.silent,
            text: request.message,
            entities: entities::list(&entities),
            reply_to,
            media: short.media.as_ref().and_then(media::summary),
            ..Message::new(chat_id, MessageId(short.id), message::time(short.date))
        },
        media_class: short.media.as_ref().and_then(media_class),
        sender_name: None,
    }
}

/// A message that Telegram has taken and not shown, as it was sent.
pub(in crate::telegram) fn accepted(
    own: Option<ChatId>,
    chat_id: ChatId,
    number: Option<MessageId>,
    text: String,
    entities: Option<Vec<tl::enums::MessageEntity>>,
) -> LiveMessage {
    let number = number.unwrap_or(LiveMessage::NO_NUMBER);
    LiveMessage {
        content: Message {
            sender_id: own,
            outgoing: true,
            text,
            entities: entities::list(&entities.unwrap_or_default()),
            ..Message::new(chat_id, number, UtcTime::now())
        },
        media_class: None,
        sender_name: None,
    }
}

/// Telegram's name of a kind of media, with a capital as client libraries write it.
fn media_class(media: &tl::enums::MessageMedia) -> Option<String> {
    if matches!(media, tl::enums::MessageMedia::Empty) {
        return None;
    }
    let id = media
        .to_bytes()
        .first_chunk()
        .copied()
        .map(u32::from_le_bytes)?;
    let mut letters = tl::name_for_id(id).chars();
    let first = letters.next()?;
    Some(first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// The updates of an answer, whatever form it has.
pub(in crate::telegram) fn updates(answer: &tl::enums::Updates) -> &[tl::enums::Update] {
    match answer {
        tl::enums::Updates::Updates(updates) => &updates.updates,
        tl::enums::Updates::Combined(updates) => &updates.updates,
        tl::enums::Updates::UpdateShort(short) => std::slice::from_ref(&short.update),
        _ => &[],
    }
}

/// The message that an update brings: new, edited or scheduled.
pub(in crate::telegram) fn update_message(
    update: &tl::enums::Update,
) -> Option<&tl::enums::Message> {
    use tl::enums::Update;
    match update {
        Update::NewMessage(new) => Some(&new.message),
        Update::NewChannelMessage(new) => Some(&new.message),
        Update::NewScheduledMessage(new) => Some(&new.message),
        Update::EditMessage(edit) => Some(&edit.message),
        Update::EditChannelMessage(edit) => Some(&edit.message),
        _ => None,
    }
}

/// The groups and channels of an answer.
pub(in crate::telegram) fn update_chats(answer: &tl::enums::Updates) -> &[tl::enums::Chat] {
    match answer {
        tl::enums::Updates::Updates(updates) => &updates.chats,
        tl::enums::Updates::Combined(updates) => &updates.chats,
        _ => &[],
    }
}
