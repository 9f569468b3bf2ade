//! Which chat or account a client means by an `InputPeer`, `InputUser` or `InputChannel`.
//!
//! Owns the check of access hashes. Source: <https://core.telegram.org/api/peers>.

use grammers_tl_types::enums::{InputChannel, InputPeer, InputUser};

use super::render::Cast;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::group::Group;
use crate::world::ids::{ChannelId, GroupId, MessageId, Peer, UserId};
use crate::world::refusal::Refusal;

/// The chat behind an `InputPeer`.
///
/// # Errors
/// `PEER_ID_INVALID`, `CHAT_ID_INVALID`, `CHANNEL_INVALID`, `CHANNEL_PRIVATE`, `MSG_ID_INVALID`.
pub(super) fn peer(world: &World, caller: UserId, peer: &InputPeer) -> Result<Peer, Refusal> {
    match peer {
        InputPeer::UserFromMessage(seen) => {
            from_message(world, caller, &seen.peer, seen.msg_id, seen.user_id).map(Peer::User)
        }
        InputPeer::ChannelFromMessage(seen) => {
            let id = ChannelId(seen.channel_id);
            channel_from_message(world, caller, &seen.peer, seen.msg_id, id).map(Peer::Channel)
        }
        other => plain_peer(world, caller, other),
    }
}

/// The chat behind an `InputPeer` that does not point into another.
fn plain_peer(world: &World, caller: UserId, peer: &InputPeer) -> Result<Peer, Refusal> {
    let invalid = || Refusal::bad("PEER_ID_INVALID");
    match peer {
        InputPeer::Empty => Err(invalid()),
        InputPeer::PeerSelf => Ok(Peer::User(caller)),
        InputPeer::User(user) => known(world, caller, user.user_id, user.access_hash)
            .map(Peer::User)
            .ok_or_else(invalid),
        InputPeer::Chat(chat) => group(world, caller, chat.chat_id).map(Peer::Group),
        InputPeer::Channel(channel) => {
            let id = ChannelId(channel.channel_id);
            readable(world, caller, id, channel.access_hash).map(Peer::Channel)
        }
        InputPeer::UserFromMessage(_) | InputPeer::ChannelFromMessage(_) => {
            Err(Refusal::bad("MSG_ID_INVALID"))
        }
    }
}

/// The account behind an `InputPeer`, for what only people can be.
///
/// # Errors
/// As [`peer`]; `USER_ID_INVALID` for chats.
pub(super) fn person(world: &World, caller: UserId, input: &InputPeer) -> Result<UserId, Refusal> {
    match peer(world, caller, input)? {
        Peer::User(user) => Ok(user),
        Peer::Group(_) | Peer::Channel(_) => Err(Refusal::bad("USER_ID_INVALID")),
    }
}

/// The account behind an `InputUser`.
///
/// # Errors
/// `USER_ID_INVALID`, `MSG_ID_INVALID`.
pub(super) fn user(world: &World, caller: UserId, user: &InputUser) -> Result<UserId, Refusal> {
    let invalid = || Refusal::bad("USER_ID_INVALID");
    match user {
        InputUser::Empty => Err(invalid()),
        InputUser::UserSelf => Ok(caller),
        InputUser::User(user) => {
            known(world, caller, user.user_id, user.access_hash).ok_or_else(invalid)
        }
        InputUser::FromMessage(seen) => {
            from_message(world, caller, &seen.peer, seen.msg_id, seen.user_id)
        }
    }
}

/// Several accounts, in the order asked for.
///
/// # Errors
/// As [`user`].
pub(super) fn users(
    world: &World,
    caller: UserId,
    users: &[InputUser],
) -> Result<Vec<UserId>, Refusal> {
    users.iter().map(|one| user(world, caller, one)).collect()
}

/// The channel behind an `InputChannel` that the caller may read.
///
/// # Errors
/// `CHANNEL_INVALID` for a wrong access hash, `CHANNEL_PRIVATE`, `MSG_ID_INVALID`.
pub(super) fn channel(
    world: &World,
    caller: UserId,
    input: &InputChannel,
) -> Result<ChannelId, Refusal> {
    match input {
        InputChannel::Channel(channel) => {
            let id = ChannelId(channel.channel_id);
            readable(world, caller, id, channel.access_hash)
        }
        InputChannel::FromMessage(seen) => {
            let id = ChannelId(seen.channel_id);
            channel_from_message(world, caller, &seen.peer, seen.msg_id, id)
        }
        InputChannel::Empty => Err(Refusal::bad("CHANNEL_INVALID")),
    }
}

/// A basic group that the caller is or was in.
///
/// # Errors
/// `CHAT_ID_INVALID`.
pub(super) fn group(world: &World, caller: UserId, id: i64) -> Result<GroupId, Refusal> {
    let id = GroupId(id);
    let was_in = || {
        world
            .account(caller)
            .is_some_and(|account| account.dialogs.contains_key(&Peer::Group(id)))
    };
    match world.group(id) {
        Some(group) if group.has(caller) || was_in() => Ok(id),
        _ => Err(Refusal::bad("CHAT_ID_INVALID")),
    }
}

/// A basic group that exists.
///
/// # Errors
/// `CHAT_ID_INVALID`.
pub(super) fn found_group(world: &World, id: GroupId) -> Result<&Group, Refusal> {
    world
        .group(id)
        .ok_or_else(|| Refusal::bad("CHAT_ID_INVALID"))
}

/// A channel that exists.
///
/// # Errors
/// `CHANNEL_INVALID`.
pub(super) fn found_channel(world: &World, id: ChannelId) -> Result<&Channel, Refusal> {
    world
        .channel(id)
        .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))
}

fn readable(
    world: &World,
    caller: UserId,
    id: ChannelId,
    access_hash: i64,
) -> Result<ChannelId, Refusal> {
    let found = found_channel(world, id)?;
    if world.channel_hash(caller, id).0 != access_hash {
        return Err(Refusal::bad("CHANNEL_INVALID"));
    }
    found.check_reader(caller)?;
    Ok(id)
}

fn known(world: &World, caller: UserId, id: i64, access_hash: i64) -> Option<UserId> {
    let id = UserId(id);
    let proven = id == caller || world.access_hash(caller, id).0 == access_hash;
    (proven && world.account(id).is_some()).then_some(id)
}

/// Somebody seen in a message that the caller can read needs no access hash.
fn from_message(
    world: &World,
    caller: UserId,
    peer: &InputPeer,
    id: i32,
    user: i64,
) -> Result<UserId, Refusal> {
    let user = UserId(user);
    if shown(world, caller, peer, id)?.has_user(user) {
        Ok(user)
    } else {
        Err(Refusal::bad("MSG_ID_INVALID"))
    }
}

/// The same for a channel that the caller may read.
fn channel_from_message(
    world: &World,
    caller: UserId,
    peer: &InputPeer,
    id: i32,
    channel: ChannelId,
) -> Result<ChannelId, Refusal> {
    if !shown(world, caller, peer, id)?.has_channel(channel) {
        return Err(Refusal::bad("MSG_ID_INVALID"));
    }
    found_channel(world, channel)?.check_reader(caller)?;
    Ok(channel)
}

/// Everybody whom a message shows; nobody when it is not there for the caller.
fn shown(world: &World, caller: UserId, peer: &InputPeer, id: i32) -> Result<Cast, Refusal> {
    let chat = plain_peer(world, caller, peer)?;
    let mut cast = Cast::default();
    if let Some(post) = world.post_of(caller, chat, MessageId(id)) {
        cast.add_post(world, post);
    }
    Ok(cast)
}
