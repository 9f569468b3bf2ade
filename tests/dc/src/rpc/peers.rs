//! Which account a client means by an `InputPeer` or `InputUser`.
//!
//! Owns the check of access hashes. Source: <https://core.telegram.org/api/peers>.

use grammers_tl_types::enums::{InputPeer, InputUser};

use crate::world::World;
use crate::world::ids::{MessageId, UserId};
use crate::world::refusal::Refusal;

/// The account behind an `InputPeer`.
///
/// # Errors
/// `PEER_ID_INVALID`, `CHAT_ID_INVALID`, `CHANNEL_INVALID`, `MSG_ID_INVALID`.
pub(super) fn peer(world: &World, caller: UserId, peer: &InputPeer) -> Result<UserId, Refusal> {
    let invalid = || Refusal::bad("PEER_ID_INVALID");
    match peer {
        InputPeer::Empty => Err(invalid()),
        InputPeer::PeerSelf => Ok(caller),
        InputPeer::User(user) => {
            known(world, caller, user.user_id, user.access_hash).ok_or_else(invalid)
        }
        InputPeer::UserFromMessage(seen) => from_message(world, caller, seen.msg_id, seen.user_id),
        InputPeer::Chat(_) => Err(Refusal::bad("CHAT_ID_INVALID")),
        InputPeer::Channel(_) | InputPeer::ChannelFromMessage(_) => {
            Err(Refusal::bad("CHANNEL_INVALID"))
        }
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
        InputUser::FromMessage(seen) => from_message(world, caller, seen.msg_id, seen.user_id),
    }
}

fn known(world: &World, caller: UserId, id: i64, access_hash: i64) -> Option<UserId> {
    let id = UserId(id);
    let proven = id == caller || world.access_hash(caller, id).0 == access_hash;
    (proven && world.account(id).is_some()).then_some(id)
}

/// Somebody seen in a message that the caller holds needs no access hash.
fn from_message(world: &World, caller: UserId, id: i32, user: i64) -> Result<UserId, Refusal> {
    let user = UserId(user);
    world
        .account(caller)
        .and_then(|account| account.held(MessageId(id)))
        .filter(|held| held.peer == user || caller == user)
        .map(|_| user)
        .ok_or_else(|| Refusal::bad("MSG_ID_INVALID"))
}
