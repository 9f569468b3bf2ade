//! Which chats a request names, whatever its method.
//!
//! Owns the look through a request's bytes for everything that names a chat, so that a fault can
//! strike for one chat alone. It checks neither access hashes nor whether the request can be read.

use grammers_tl_types::enums::InputMessage;
use grammers_tl_types::{Deserializable as _, Identifiable, functions as f, types};

use crate::world::World;
use crate::world::ids::{ChannelId, GroupId, MessageId, Peer, UserId};

/// The chats that a request names; a private chat is named by the other side.
pub(super) fn chats(world: &World, caller: Option<UserId>, body: &[u8]) -> Vec<Peer> {
    let mut named = Vec::new();
    for at in (0..body.len()).step_by(4) {
        named.extend(chat_at(caller, body, at));
    }
    named.extend(bare_group(body));
    if let Some(caller) = caller {
        let account = world.account(caller);
        let held = messages(body).into_iter();
        let held = held.filter_map(|id| account?.any_held(id));
        named.extend(held.map(|held| held.peer));
    }
    named
}

/// The chat that something names whose constructor is at this place.
fn chat_at(caller: Option<UserId>, body: &[u8], at: usize) -> Option<Peer> {
    let user = |at| long(body, at).map(|id| Peer::User(UserId(id)));
    let channel = |at| long(body, at).map(|id| Peer::Channel(ChannelId(id)));
    match word(body, at)? {
        types::InputPeerSelf::CONSTRUCTOR_ID | types::InputUserSelf::CONSTRUCTOR_ID => {
            caller.map(Peer::User)
        }
        types::InputPeerChat::CONSTRUCTOR_ID => {
            long(body, at + 4).map(|id| Peer::Group(GroupId(id)))
        }
        types::InputPeerUser::CONSTRUCTOR_ID | types::InputUser::CONSTRUCTOR_ID => user(at + 4),
        types::InputPeerChannel::CONSTRUCTOR_ID | types::InputChannel::CONSTRUCTOR_ID => {
            channel(at + 4)
        }
        // After the chat it was seen in and the message's id.
        types::InputPeerUserFromMessage::CONSTRUCTOR_ID
        | types::InputUserFromMessage::CONSTRUCTOR_ID => user(at + 8 + plain_len(body, at + 4)?),
        types::InputPeerChannelFromMessage::CONSTRUCTOR_ID
        | types::InputChannelFromMessage::CONSTRUCTOR_ID => {
            channel(at + 8 + plain_len(body, at + 4)?)
        }
        _ => None,
    }
}

/// Bytes of an `InputPeer` that does not point into another.
fn plain_len(body: &[u8], at: usize) -> Option<usize> {
    match word(body, at)? {
        types::InputPeerSelf::CONSTRUCTOR_ID => Some(4),
        types::InputPeerChat::CONSTRUCTOR_ID => Some(12),
        types::InputPeerUser::CONSTRUCTOR_ID | types::InputPeerChannel::CONSTRUCTOR_ID => Some(20),
        _ => None,
    }
}

/// The basic group of a method that names it by its id alone.
fn bare_group(body: &[u8]) -> Option<Peer> {
    let at = match word(body, 0)? {
        f::messages::GetFullChat::CONSTRUCTOR_ID
        | f::messages::EditChatTitle::CONSTRUCTOR_ID
        | f::messages::AddChatUser::CONSTRUCTOR_ID
        | f::messages::DeleteChat::CONSTRUCTOR_ID
        | f::messages::MigrateChat::CONSTRUCTOR_ID => 4,
        f::messages::DeleteChatUser::CONSTRUCTOR_ID => 8,
        _ => return None,
    };
    long(body, at).map(|id| Peer::Group(GroupId(id)))
}

/// The messages of the caller's own box that a method names by their ids alone.
fn messages(body: &[u8]) -> Vec<MessageId> {
    let rest = body.get(4..).unwrap_or_default();
    match word(body, 0) {
        Some(f::messages::GetMessages::CONSTRUCTOR_ID) => {
            let read = f::messages::GetMessages::from_bytes(rest);
            let wanted = read.map_or(Vec::new(), |read| read.id);
            let id = |wanted| match wanted {
                InputMessage::Id(message) => Some(MessageId(message.id)),
                InputMessage::ReplyTo(message) => Some(MessageId(message.id)),
                InputMessage::Pinned | InputMessage::CallbackQuery(_) => None,
            };
            wanted.into_iter().filter_map(id).collect()
        }
        Some(f::messages::DeleteMessages::CONSTRUCTOR_ID) => {
            let read = f::messages::DeleteMessages::from_bytes(rest);
            read.map_or(Vec::new(), |read| {
                read.id.into_iter().map(MessageId).collect()
            })
        }
        _ => Vec::new(),
    }
}

fn word(body: &[u8], at: usize) -> Option<u32> {
    let word = body.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_le_bytes(word))
}

fn long(body: &[u8], at: usize) -> Option<i64> {
    let long = body.get(at..at.checked_add(8)?)?.try_into().ok()?;
    Some(i64::from_le_bytes(long))
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::Serializable as _;

    use super::*;
    use crate::clock::Clock;
    use crate::world::people::fixed;

    #[test]
    fn a_chat_is_found_however_it_is_named() {
        let world = World::new(fixed(), Clock::default());
        let (me, other) = (Some(UserId(1)), Peer::User(UserId(5)));
        let channel = Peer::Channel(ChannelId(7));
        let input = types::InputChannel {
            channel_id: 7,
            access_hash: 1,
        };
        let join = f::channels::JoinChannel {
            channel: input.into(),
        };
        assert_eq!(chats(&world, me, &join.to_bytes()), [channel]);
        let seen = types::InputPeerUserFromMessage {
            peer: types::InputPeerChannel {
                channel_id: 7,
                access_hash: 1,
            }
            .into(),
            msg_id: 3,
            user_id: 5,
        };
        let settings = f::messages::GetPeerSettings { peer: seen.into() };
        assert_eq!(chats(&world, me, &settings.to_bytes()), [other, channel]);
        let group = f::messages::GetFullChat { chat_id: 9 };
        let group = chats(&world, me, &group.to_bytes());
        assert_eq!(group, [Peer::Group(GroupId(9))]);
        for cut in 0..settings.to_bytes().len() {
            chats(&world, me, settings.to_bytes().get(..cut).unwrap());
        }
    }
}
