//! Users, groups and channels as rows, and rows as what calls take.

use crate::model::{ChatId, ChatKind, Peer};
use crate::telegram::convert::links::supergroup;
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
) -> Vec<Peer> {
    users
        .iter()
        .filter_map(user)
        // Before the chats themselves, which say more.
        .chain(chats.iter().filter_map(supergroup))
        .chain(chats.iter().filter_map(chat))
        .collect()
}

/// A user. The access hash of a `min` user is good for nothing and left out, and what such an
/// object leaves out may be so all the same.
/// Source: <https://core.telegram.org/api/min>.
pub(in crate::telegram) fn user(user: &tl::enums::User) -> Option<Peer> {
    let tl::enums::User::User(user) = user else {
        return None;
    };
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let name = names
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>();
    let usernames = active_usernames(user.username.as_deref(), user.usernames.as_deref());
    Some(Peer {
        peer_id: ChatId::user(user.id),
        kind: ChatKind::User,
        access_hash: user.access_hash.filter(|_| !user.min),
        username: usernames.first().cloned(),
        usernames: (!user.min).then_some(usernames),
        whole: !user.min,
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
pub(in crate::telegram) fn chat(chat: &tl::enums::Chat) -> Option<Peer> {
    let broadcast = match chat {
        tl::enums::Chat::Channel(channel) => Some(channel.broadcast),
        tl::enums::Chat::ChannelForbidden(channel) => Some(channel.broadcast),
        _ => None,
    };
    let titled = |peer_id: ChatId, title: &str, access_hash| Peer {
        access_hash,
        name: Some(title.to_owned()).filter(|title| !title.is_empty()),
        is_broadcast: broadcast,
        ..Peer::new(peer_id)
    };
    match chat {
        tl::enums::Chat::Chat(chat) => Some(Peer {
            whole: true,
            ..titled(ChatId::chat(chat.id), &chat.title, None)
        }),
        tl::enums::Chat::Forbidden(chat) => Some(titled(ChatId::chat(chat.id), &chat.title, None)),
        tl::enums::Chat::Channel(channel) => {
            let usernames =
                active_usernames(channel.username.as_deref(), channel.usernames.as_deref());
            let hash = channel.access_hash.filter(|_| !channel.min);
            Some(Peer {
                username: usernames.first().cloned(),
                usernames: (!channel.min).then_some(usernames),
                whole: !channel.min,
                ..titled(ChatId::channel(channel.id), &channel.title, hash)
            })
        }
        tl::enums::Chat::ChannelForbidden(channel) => {
            let hash = Some(channel.access_hash);
            Some(titled(ChatId::channel(channel.id), &channel.title, hash))
        }
        _ => None,
    }
}

/// What `updateUserName` says of a user.
/// Source: <https://core.telegram.org/constructor/updateUserName>.
pub(in crate::telegram) fn renamed(update: &tl::types::UpdateUserName) -> Peer {
    let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let names = [&update.first_name, &update.last_name].map(|name| part(name));
    let usernames = active_usernames(None, Some(&update.usernames));
    let [first_name, last_name] = names.clone();
    let name: Vec<String> = names.into_iter().flatten().collect();
    Peer {
        username: usernames.first().cloned(),
        usernames: Some(usernames),
        name: Some(name.join(" ")).filter(|name| !name.is_empty()),
        first_name,
        last_name,
        ..Peer::new(ChatId::user(update.user_id))
    }
}

/// The names that lead to a peer, its main one first: bought ones stand in the list alone, and
/// those that are not active lead nowhere.
/// Source: <https://core.telegram.org/api/username#collectible-usernames>.
fn active_usernames(
    username: Option<&str>,
    usernames: Option<&[tl::enums::Username]>,
) -> Vec<String> {
    let listed = usernames.unwrap_or_default().iter().filter_map(|name| {
        let tl::enums::Username::Username(name) = name;
        name.active.then_some(name.username.as_str())
    });
    let mut all: Vec<String> = Vec::new();
    for name in username.into_iter().chain(listed) {
        if !name.is_empty() && !all.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            all.push(name.to_owned());
        }
    }
    all
}

/// A stored peer as calls take it.
pub(in crate::telegram) fn input_peer(peer: &Peer) -> tl::enums::InputPeer {
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
pub(in crate::telegram) fn input_channel(peer: &Peer) -> Option<tl::enums::InputChannel> {
    (peer.peer_id.kind() == ChatKind::Channel).then(|| {
        tl::types::InputChannel {
            channel_id: peer.peer_id.bare(),
            access_hash: peer.access_hash.unwrap_or_default(),
        }
        .into()
    })
}

/// The bare id of a basic group, which calls take without an access hash; `None` for anything else,
/// whose bare id may be another group's.
pub(in crate::telegram) fn basic_group(peer: &Peer) -> Option<i64> {
    (peer.peer_id.kind() == ChatKind::Chat).then(|| peer.peer_id.bare())
}

/// A stored user as calls take it; `None` for anything else.
pub(in crate::telegram) fn input_user(peer: &Peer) -> Option<tl::enums::InputUser> {
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
pub(in crate::telegram) fn peer_info(peer: &Peer) -> PeerInfo {
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
