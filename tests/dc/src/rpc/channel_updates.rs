//! `updates.getChannelDifference`: what a client has missed in one channel.
//!
//! Owns the slicing. The events are the channel's.
//! Source: <https://core.telegram.org/method/updates.getChannelDifference>.

use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::updates::to_tell;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::events::Missed;
use crate::world::ids::{ChannelId, MessageId, Peer, UserId};
use crate::world::refusal::Refusal;

/// Seconds after which a client may ask again without a reason.
const TIMEOUT: i32 = 30;
/// Newest messages that come with "too long", at most.
const NEWEST: usize = 20;

/// `updates.getChannelDifference`: empty, whole, a slice (not `final`), or too long,
/// as it is for who is further behind than the limit asked with.
///
/// # Errors
/// `CHANNEL_INVALID`, `CHANNEL_PRIVATE` for who is not in; `PERSISTENT_TIMESTAMP_EMPTY` without a
/// pts, `PERSISTENT_TIMESTAMP_INVALID` for one that the channel has not reached.
pub(super) fn get_channel_difference(
    request: &Request<'_>,
    input: f::updates::GetChannelDifference,
) -> Result<enums::updates::ChannelDifference, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let world = &mut *world;
    let id = peers::channel(world, caller, &input.channel)?;
    let channel = peers::found_channel(world, id)?;
    let events = &channel.events;
    if input.pts <= 0 {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    if input.pts > events.pts() {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_INVALID"));
    }
    let missed = events.count_after(input.pts);
    if missed == 0 {
        world.watch.unneeded(caller);
        return Ok(types::updates::ChannelDifferenceEmpty {
            r#final: true,
            pts: input.pts,
            timeout: Some(TIMEOUT),
        }
        .into());
    }
    let behind = events.pts() - input.pts;
    let is_far = world.rules.too_long_beyond_limit && behind > input.limit.max(1);
    if is_far || world.faults.too_long.strikes_channel(caller, id, missed) {
        return too_long(world, caller, id);
    }
    let slice = world.slice;
    let limit = usize::try_from(input.limit).map_or(1, |limit| limit.clamp(1, slice));
    let channel = peers::found_channel(world, id)?;
    let missed = channel.events.after(input.pts, limit);
    Ok(difference(world, caller, channel, &missed))
}

fn difference(
    world: &World,
    caller: UserId,
    channel: &Channel,
    missed: &Missed<'_>,
) -> enums::updates::ChannelDifference {
    let mut cast = Cast::of([Peer::Channel(channel.id)]);
    let (mut new_messages, mut other_updates) = (Vec::new(), Vec::new());
    for event in to_tell(world, missed.events) {
        match render::channel_update(world, Some(caller), channel.id, event) {
            Some(enums::Update::NewChannelMessage(update)) => {
                let id = MessageId(update.message.id());
                cast.add_line(world, channel.id, id);
                new_messages.push(update.message);
            }
            update => other_updates.extend(update),
        }
    }
    types::updates::ChannelDifference {
        r#final: !missed.more,
        pts: missed.pts,
        timeout: (!missed.more).then_some(TIMEOUT),
        new_messages,
        other_updates,
        chats: cast.chats(world, caller),
        users: cast.users(world, caller),
    }
    .into()
}

/// The channel as it is now, with its newest messages; what lies between is for the history.
fn too_long(
    world: &World,
    caller: UserId,
    id: ChannelId,
) -> Result<enums::updates::ChannelDifference, Refusal> {
    let channel = peers::found_channel(world, id)?;
    let peer = Peer::Channel(id);
    let mut cast = Cast::of([peer]);
    let newest = channel.present().messages().iter().rev().take(NEWEST);
    let messages = newest.filter_map(|message| {
        cast.add_line(world, id, *message);
        render::message(world, caller, peer, *message)
    });
    let messages = messages.collect();
    let listed = world.listed(caller, peer);
    Ok(types::updates::ChannelDifferenceTooLong {
        r#final: true,
        timeout: Some(TIMEOUT),
        dialog: listed.map_or_else(
            || render::empty_dialog(world, caller, peer),
            |listed| render::dialog(world, caller, &listed),
        ),
        messages,
        chats: cast.chats(world, caller),
        users: cast.users(world, caller),
    }
    .into())
}
