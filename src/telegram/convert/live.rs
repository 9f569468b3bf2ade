//! Messages as they are at Telegram, for callers who ask for them.

use crate::model::{ChatId, LiveMessage, MessageId, NewMessage, UtcTime};
use crate::telegram::convert::{entities, media, message};
use grammers_client::tl::{self, Serializable as _};
use serde_json::{Value, json};

/// A message, seen by the account `own`. `None` for an empty one.
pub(in crate::telegram) fn live(
    own: Option<ChatId>,
    message: &tl::enums::Message,
) -> Option<LiveMessage> {
    let content = message::row(own, message)?;
    let tl::enums::Message::Message(message) = message else {
        return Some(LiveMessage {
            content,
            media_class: None,
            views: None,
            forwards: None,
            grouped_id: None,
            pinned: false,
            reactions: json!([]),
        });
    };
    Some(LiveMessage {
        content,
        media_class: message.media.as_ref().and_then(media_class),
        views: message.views,
        forwards: message.forwards,
        grouped_id: message.grouped_id,
        pinned: message.pinned,
        reactions: message
            .reactions
            .as_ref()
            .map_or_else(|| json!([]), reactions),
    })
}

/// A text that was just sent: private chats are answered with what Telegram adds to the request.
/// It has no raw form.
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
        content: NewMessage {
            chat_id,
            message_id: MessageId(short.id),
            sender_id: own,
            outgoing: true,
            silent: request.silent,
            text: request.message,
            entities: entities::list(&entities),
            reply_to,
            forward: None,
            media: short.media.as_ref().and_then(media::summary),
            service: None,
            sent_at: message::time(short.date),
            edited_at: None,
            raw: Vec::new(),
            pts: None,
        },
        media_class: short.media.as_ref().and_then(media_class),
        views: None,
        forwards: None,
        grouped_id: None,
        pinned: false,
        reactions: json!([]),
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
    LiveMessage {
        content: NewMessage {
            chat_id,
            message_id: number.unwrap_or(LiveMessage::NO_NUMBER),
            sender_id: own,
            outgoing: true,
            silent: false,
            text,
            entities: entities::list(&entities.unwrap_or_default()),
            reply_to: None,
            forward: None,
            media: None,
            service: None,
            sent_at: UtcTime::now(),
            edited_at: None,
            raw: Vec::new(),
            pts: None,
        },
        media_class: None,
        views: None,
        forwards: None,
        grouped_id: None,
        pinned: false,
        reactions: json!([]),
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

fn reactions(reactions: &tl::enums::MessageReactions) -> Value {
    let tl::enums::MessageReactions::Reactions(reactions) = reactions;
    let each = reactions.results.iter().map(|count| {
        let tl::enums::ReactionCount::Count(count) = count;
        let emoji = match &count.reaction {
            tl::enums::Reaction::Emoji(emoji) => Some(emoji.emoticon.as_str()),
            _ => None,
        };
        json!({ "emoji": emoji, "count": count.count, "chosen": count.chosen_order.is_some() })
    });
    each.collect()
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
