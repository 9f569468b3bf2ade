//! The ways from peer to peer that Telegram's objects tell of: who was seen in which message, and
//! which supergroup a basic group has become.
//!
//! Sources: <https://core.telegram.org/api/min>, <https://core.telegram.org/api/channel#migration>.

use crate::model::{ChatId, ChatKind, Lead, Peer, PeerLink, Seen};
use crate::telegram::convert::{chat_id, message_place};
use grammers_client::tl;

/// The supergroups that groups have become.
pub(in crate::telegram) fn upgrades(chats: &[tl::enums::Chat]) -> Vec<PeerLink> {
    let each = chats.iter().filter_map(|chat| {
        let tl::enums::Chat::Chat(group) = chat else {
            return None;
        };
        let tl::enums::InputChannel::Channel(to) = group.migrated_to.as_ref()? else {
            return None;
        };
        let leads = Lead::Supergroup(ChatId::channel(to.channel_id));
        let peer = ChatId::chat(group.id);
        Some(PeerLink { peer, leads })
    });
    each.collect()
}

/// The supergroups of upgraded groups, which come with their access hashes.
pub(super) fn supergroup(chat: &tl::enums::Chat) -> Option<Peer> {
    let tl::enums::Chat::Chat(group) = chat else {
        return None;
    };
    let tl::enums::InputChannel::Channel(to) = group.migrated_to.as_ref()? else {
        return None;
    };
    Some(Peer {
        access_hash: Some(to.access_hash),
        ..Peer::new(ChatId::channel(to.channel_id))
    })
}

/// What a message says: of an upgrade, and of those among `peers` who have no access hash.
pub(super) fn told(peers: &[Peer], message: &tl::enums::Message) -> Vec<PeerLink> {
    let Some((chat, message_id)) = message_place(message) else {
        return Vec::new();
    };
    let mut links: Vec<PeerLink> = upgrade(chat, message).into_iter().collect();
    let lacking = peers.iter().filter(|peer| {
        let callable = peer.access_hash.is_some() || peer.is_self == Some(true);
        !callable && peer.kind != ChatKind::Chat && peer.peer_id != chat
    });
    let lacking: Vec<ChatId> = lacking.map(|peer| peer.peer_id).collect();
    if lacking.is_empty() {
        return links;
    }
    let leads = Lead::Message(Seen {
        chat,
        message: message_id,
    });
    let shown = shown(message);
    let seen = lacking.into_iter().filter(|peer| shown.contains(peer));
    links.extend(seen.map(|peer| PeerLink { peer, leads }));
    links
}

/// Both of the service messages that tell of an upgrade say the same.
fn upgrade(chat: ChatId, message: &tl::enums::Message) -> Option<PeerLink> {
    let tl::enums::Message::Service(message) = message else {
        return None;
    };
    let (peer, to) = match &message.action {
        tl::enums::MessageAction::ChatMigrateTo(to) => (chat, ChatId::channel(to.channel_id)),
        tl::enums::MessageAction::ChannelMigrateFrom(from) => (ChatId::chat(from.chat_id), chat),
        _ => return None,
    };
    let leads = Lead::Supergroup(to);
    Some(PeerLink { peer, leads })
}

/// Everybody whom a message shows.
fn shown(message: &tl::enums::Message) -> Vec<ChatId> {
    let mut shown = Vec::new();
    match message {
        tl::enums::Message::Message(message) => {
            shown.extend(message.from_id.as_ref().map(chat_id));
            shown.extend(message.via_bot_id.map(ChatId::user));
            if let Some(tl::enums::MessageFwdHeader::Header(forward)) = &message.fwd_from {
                shown.extend(forward.from_id.as_ref().map(chat_id));
                shown.extend(forward.saved_from_peer.as_ref().map(chat_id));
            }
            for entity in message.entities.iter().flatten() {
                if let tl::enums::MessageEntity::MentionName(mention) = entity {
                    shown.push(ChatId::user(mention.user_id));
                }
            }
        }
        tl::enums::Message::Service(message) => {
            shown.extend(message.from_id.as_ref().map(chat_id));
            shown.extend(acted_on(&message.action).into_iter().map(ChatId::user));
        }
        tl::enums::Message::Empty(_) => {}
    }
    shown
}

fn acted_on(action: &tl::enums::MessageAction) -> Vec<i64> {
    match action {
        tl::enums::MessageAction::ChatCreate(made) => made.users.clone(),
        tl::enums::MessageAction::ChatAddUser(added) => added.users.clone(),
        tl::enums::MessageAction::ChatDeleteUser(removed) => vec![removed.user_id],
        tl::enums::MessageAction::ChatJoinedByLink(joined) => vec![joined.inviter_id],
        _ => Vec::new(),
    }
}
