//! Channels: `channels.createChannel` and what changes a channel or a member's part in it.
//!
//! Owns the forms of the answers. Who may change what is the world's.
//! Source: <https://core.telegram.org/api/channel>.

use grammers_tl_types::{enums, functions as f, types};

use super::groups::invited;
use super::messages::sent_updates;
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::channel::ChannelKind;
use crate::world::ids::{ChannelId, MessageId, Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::send::Sent;

/// The longest description of a channel, in characters.
const MAX_ABOUT: usize = 255;

/// `channels.createChannel`.
///
/// # Errors
/// `CHAT_TITLE_EMPTY`, `CHAT_ABOUT_TOO_LONG`; `CHAT_ID_INVALID` for a broadcast forum.
pub(super) fn create_channel(
    request: &Request<'_>,
    input: f::channels::CreateChannel,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if input.forum && input.broadcast {
        return Err(Refusal::bad("CHAT_ID_INVALID"));
    }
    if input.about.chars().count() > MAX_ABOUT {
        return Err(Refusal::bad("CHAT_ABOUT_TOO_LONG"));
    }
    let kind = if input.broadcast {
        ChannelKind::Broadcast
    } else {
        ChannelKind::Supergroup
    };
    let origin = Some(request.origin());
    let (id, sent) = world.create_channel(caller, kind, &input.title, &input.about, origin)?;
    if input.forum {
        world.set_forum(caller, id, (true, false), origin)?;
    }
    Ok(changed(&world, caller, id, Some(sent)))
}

/// `channels.inviteToChannel`.
pub(super) fn invite_to_channel(
    request: &Request<'_>,
    input: f::channels::InviteToChannel,
) -> Result<enums::messages::InvitedUsers, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let users = peers::users(&world, caller, &input.users)?;
    let sent = world.invite(caller, id, &users, Some(request.origin()))?;
    Ok(invited(changed(&world, caller, id, sent)))
}

/// `channels.joinChannel`.
pub(super) fn join_channel(
    request: &Request<'_>,
    input: f::channels::JoinChannel,
) -> Result<enums::messages::ChatInviteJoinResult, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let sent = world.join_channel(caller, id, Some(request.origin()))?;
    Ok(types::messages::ChatInviteJoinResultOk {
        updates: changed(&world, caller, id, sent),
    }
    .into())
}

/// `channels.leaveChannel`.
pub(super) fn leave_channel(
    request: &Request<'_>,
    input: f::channels::LeaveChannel,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    world.leave_channel(caller, id, Some(request.origin()))?;
    // What is written from now on, also of the leaving itself, is for those who stay.
    Ok(changed(&world, caller, id, None))
}

/// `channels.editTitle`.
pub(super) fn edit_title(
    request: &Request<'_>,
    input: f::channels::EditTitle,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let origin = Some(request.origin());
    let sent = world.rename_channel(caller, id, &input.title, origin)?;
    Ok(changed(&world, caller, id, Some(sent)))
}

/// `channels.deleteChannel`.
pub(super) fn delete_channel(
    request: &Request<'_>,
    input: f::channels::DeleteChannel,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    world.delete_channel(caller, id, Some(request.origin()))?;
    Ok(changed(&world, caller, id, None))
}

/// `channels.updateUsername`; an empty one makes the channel private.
///
/// # Errors
/// What `World::rename_username` refuses.
pub(super) fn update_username(
    request: &Request<'_>,
    input: f::channels::UpdateUsername,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    world.rename_username(caller, id, &input.username, Some(request.origin()))?;
    Ok(true)
}

/// `channels.readHistory`.
pub(super) fn read_history(
    request: &Request<'_>,
    input: f::channels::ReadHistory,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let max = MessageId(input.max_id);
    world.read_channel(caller, id, max, Some(request.origin()))?;
    Ok(true)
}

/// `updateChannel`, with the service message if there was one.
pub(super) fn changed(
    world: &World,
    caller: UserId,
    id: ChannelId,
    sent: Option<Sent>,
) -> enums::Updates {
    let peer = Peer::Channel(id);
    let changed = render::channel_changed(id);
    if let Some(sent) = sent
        && let enums::Updates::Updates(mut whole) = sent_updates(world, caller, peer, sent, None)
    {
        whole.updates.insert(0, changed);
        return whole.into();
    }
    let cast = Cast::of([peer]);
    render::whole(world, caller, vec![changed], &cast, world.now())
}
