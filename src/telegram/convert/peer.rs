//! Users, groups and channels as rows, and rows as what calls take.

use crate::model::{ChatId, ChatKind};
use crate::store::peers::PeerRow;
use grammers_client::session::types::{ChannelKind, PeerAuth, PeerInfo};
use grammers_client::tl;

/// The marked id of a peer.
pub(in crate::telegram) fn chat_id(peer: &tl::enums::Peer) -> ChatId {
    match peer {
        tl::enums::Peer::User(user) => ChatId::user(user.user_id),
        tl::enums::Peer::Chat(chat) => ChatId::chat(chat.chat_id),
        tl::enums::Peer::Channel(channel) => ChatId::channel(channel.channel_id),
    }
}

/// All peers of an answer.
pub(in crate::telegram) fn peers(
    users: &[tl::enums::User],
    chats: &[tl::enums::Chat],
) -> Vec<PeerRow> {
    users
        .iter()
        .filter_map(user)
        .chain(chats.iter().filter_map(chat))
        .collect()
}

/// A user. The access hash of a `min` user is good for nothing and left out.
/// Source: <https://core.telegram.org/api/min>.
pub(in crate::telegram) fn user(user: &tl::enums::User) -> Option<PeerRow> {
    let tl::enums::User::User(user) = user else {
        return None;
    };
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let name = names
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>();
    Some(PeerRow {
        peer_id: ChatId::user(user.id),
        kind: ChatKind::User,
        access_hash: user.access_hash.filter(|_| !user.min),
        username: active_username(user.username.as_deref(), user.usernames.as_deref()),
        phone: user.phone.clone(),
        name: Some(name.join(" ")).filter(|name| !name.is_empty()),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        is_bot: Some(user.bot),
        is_self: Some(user.is_self),
        is_broadcast: None,
    })
}

/// A group or channel. A `min` channel's hash is left out.
pub(in crate::telegram) fn chat(chat: &tl::enums::Chat) -> Option<PeerRow> {
    let broadcast = match chat {
        tl::enums::Chat::Channel(channel) => Some(channel.broadcast),
        tl::enums::Chat::ChannelForbidden(channel) => Some(channel.broadcast),
        _ => None,
    };
    let titled = |peer_id: ChatId, title: &str, access_hash, username| PeerRow {
        peer_id,
        kind: peer_id.kind(),
        access_hash,
        username,
        phone: None,
        name: Some(title.to_owned()).filter(|title| !title.is_empty()),
        first_name: None,
        last_name: None,
        is_bot: None,
        is_self: None,
        is_broadcast: broadcast,
    };
    match chat {
        tl::enums::Chat::Chat(chat) => Some(titled(ChatId::chat(chat.id), &chat.title, None, None)),
        tl::enums::Chat::Forbidden(chat) => {
            Some(titled(ChatId::chat(chat.id), &chat.title, None, None))
        }
        tl::enums::Chat::Channel(channel) => Some(titled(
            ChatId::channel(channel.id),
            &channel.title,
            channel.access_hash.filter(|_| !channel.min),
            active_username(channel.username.as_deref(), channel.usernames.as_deref()),
        )),
        tl::enums::Chat::ChannelForbidden(channel) => {
            let hash = Some(channel.access_hash);
            Some(titled(
                ChatId::channel(channel.id),
                &channel.title,
                hash,
                None,
            ))
        }
        _ => None,
    }
}

fn active_username(
    username: Option<&str>,
    usernames: Option<&[tl::enums::Username]>,
) -> Option<String> {
    let active = usernames
        .unwrap_or_default()
        .iter()
        .find_map(|name| match name {
            tl::enums::Username::Username(name) => name.active.then_some(name.username.as_str()),
        });
    username
        .filter(|name| !name.is_empty())
        .or(active)
        .map(str::to_owned)
}

/// A stored peer as calls take it.
pub(in crate::telegram) fn input_peer(peer: &PeerRow) -> tl::enums::InputPeer {
    if peer.is_self == Some(true) {
        return tl::enums::InputPeer::PeerSelf;
    }
    let access_hash = peer.access_hash.unwrap_or_default();
    match peer.peer_id.kind() {
        ChatKind::User => tl::types::InputPeerUser {
            user_id: peer.peer_id.bare(),
            access_hash,
        }
        .into(),
        ChatKind::Chat => tl::types::InputPeerChat {
            chat_id: peer.peer_id.bare(),
        }
        .into(),
        ChatKind::Channel => tl::types::InputPeerChannel {
            channel_id: peer.peer_id.bare(),
            access_hash,
        }
        .into(),
    }
}

/// A stored channel as the methods of `channels.*` take it; `None` for anything else.
pub(in crate::telegram) fn input_channel(peer: &PeerRow) -> Option<tl::enums::InputChannel> {
    (peer.peer_id.kind() == ChatKind::Channel).then(|| {
        tl::types::InputChannel {
            channel_id: peer.peer_id.bare(),
            access_hash: peer.access_hash.unwrap_or_default(),
        }
        .into()
    })
}

/// A stored user as calls take it; `None` for anything else.
pub(in crate::telegram) fn input_user(peer: &PeerRow) -> Option<tl::enums::InputUser> {
    if peer.is_self == Some(true) {
        return Some(tl::enums::InputUser::UserSelf);
    }
    (peer.peer_id.kind() == ChatKind::User).then(|| {
        tl::types::InputUser {
            user_id: peer.peer_id.bare(),
            access_hash: peer.access_hash.unwrap_or_default(),
        }
        .into()
    })
}

/// A stored peer as grammers' own bookkeeping takes it.
pub(in crate::telegram) fn peer_info(peer: &PeerRow) -> PeerInfo {
    let id = peer.peer_id.bare();
    let auth = peer.access_hash.map(PeerAuth::from_hash);
    match peer.peer_id.kind() {
        ChatKind::User => PeerInfo::User {
            id,
            auth,
            bot: peer.is_bot,
            is_self: peer.is_self,
        },
        ChatKind::Chat => PeerInfo::Chat { id },
        ChatKind::Channel => PeerInfo::Channel {
            id,
            auth,
            kind: None::<ChannelKind>,
        },
    }
}
