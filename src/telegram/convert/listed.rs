//! What a list of chats says of each.

use crate::model::{ChatId, ChatTraits, UtcTime};
use grammers_client::tl;

/// The marked id of a group or channel.
pub(in crate::telegram) fn id_of_chat(chat: &tl::enums::Chat) -> Option<ChatId> {
    match chat {
        tl::enums::Chat::Chat(chat) => Some(ChatId::chat(chat.id)),
        tl::enums::Chat::Forbidden(chat) => Some(ChatId::chat(chat.id)),
        tl::enums::Chat::Channel(channel) => Some(ChatId::channel(channel.id)),
        tl::enums::Chat::ChannelForbidden(channel) => Some(ChatId::channel(channel.id)),
        _ => None,
    }
}

/// What Telegram says of a user of a list.
pub(in crate::telegram) fn user_traits(user: &tl::types::User) -> ChatTraits {
    ChatTraits {
        is_verified: user.verified,
        is_contact: user.contact,
        ..ChatTraits::default()
    }
}

/// What Telegram says of a group or channel of a list.
pub(in crate::telegram) fn chat_traits(chat: &tl::enums::Chat) -> ChatTraits {
    let time = |date: i32| UtcTime::from_unix(date.into());
    match chat {
        tl::enums::Chat::Chat(chat) => ChatTraits {
            is_creator: chat.creator,
            participants: Some(chat.participants_count),
            created_at: time(chat.date),
            ..ChatTraits::default()
        },
        tl::enums::Chat::Channel(channel) => ChatTraits {
            is_creator: channel.creator,
            is_verified: channel.verified,
            participants: channel.participants_count,
            created_at: time(channel.date),
            ..ChatTraits::default()
        },
        _ => ChatTraits::default(),
    }
}

/// Until when a chat is silent; `None` when that is not set for it.
/// Source: <https://core.telegram.org/constructor/peerNotifySettings>.
pub(in crate::telegram) fn muted_until(
    settings: &tl::enums::PeerNotifySettings,
) -> Option<UtcTime> {
    let tl::enums::PeerNotifySettings::Settings(settings) = settings;
    settings
        .mute_until
        .and_then(|until| UtcTime::from_unix(until.into()))
}

/// The marked id of a peer that a folder names, seen by the account `own`.
pub(in crate::telegram) fn input_chat_id(
    own: Option<ChatId>,
    peer: &tl::enums::InputPeer,
) -> Option<ChatId> {
    use tl::enums::InputPeer;
    match peer {
        InputPeer::Empty => None,
        InputPeer::PeerSelf => own,
        InputPeer::Chat(chat) => Some(ChatId::chat(chat.chat_id)),
        InputPeer::User(user) => Some(ChatId::user(user.user_id)),
        InputPeer::Channel(channel) => Some(ChatId::channel(channel.channel_id)),
        InputPeer::UserFromMessage(user) => Some(ChatId::user(user.user_id)),
        InputPeer::ChannelFromMessage(channel) => Some(ChatId::channel(channel.channel_id)),
    }
}
