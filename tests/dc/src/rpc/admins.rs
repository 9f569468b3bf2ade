//! Admins of channels, restrictions, slow mode, and the log of all that.
//!
//! Owns the forms of the answers. Who may change what is the world's.
//! Source: <https://core.telegram.org/api/rights>.

use grammers_tl_types::enums::ChannelAdminLogEventAction as Action;
use grammers_tl_types::{enums, functions as f, types};

use super::channels::changed;
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::admin_log::{Act, Entry, Wanted};
use crate::world::channel::Channel;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::topics::Topic;

/// Entries of the log in one answer, at most.
const PAGE: usize = 100;

/// `channels.editAdmin`; without any right the admin is none any more.
///
/// # Errors
/// What `World::edit_admin` refuses.
pub(super) fn edit_admin(
    request: &Request<'_>,
    input: f::channels::EditAdmin,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let user = peers::user(&world, caller, &input.user_id)?;
    let enums::ChatAdminRights::Rights(rights) = input.admin_rights;
    let origin = Some(request.origin());
    let sent = world.edit_admin(caller, id, user, (rights, input.rank), origin)?;
    Ok(changed(&world, caller, id, sent))
}

/// `channels.editBanned`: `view_messages` removes, other flags restrict, none of them lets
/// everything and lets back in.
///
/// # Errors
/// What `World::restrict` refuses.
pub(super) fn edit_banned(
    request: &Request<'_>,
    input: f::channels::EditBanned,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let user = peers::person(&world, caller, &input.participant)?;
    let enums::ChatBannedRights::Rights(rights) = input.banned_rights;
    let sent = world.restrict(caller, id, user, &rights, Some(request.origin()))?;
    Ok(changed(&world, caller, id, sent))
}

/// `messages.editChatDefaultBannedRights` of a supergroup; basic groups have none here.
///
/// # Errors
/// What `World::restrict_all` refuses; `PEER_ID_INVALID` for other chats.
pub(super) fn edit_chat_default_banned_rights(
    request: &Request<'_>,
    input: f::messages::EditChatDefaultBannedRights,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let Peer::Channel(id) = peer else {
        return Err(Refusal::bad("PEER_ID_INVALID"));
    };
    let enums::ChatBannedRights::Rights(rights) = input.banned_rights;
    world.restrict_all(caller, id, &rights, Some(request.origin()))?;
    Ok(changed(&world, caller, id, None))
}

/// `channels.toggleSlowMode`.
///
/// # Errors
/// What `World::set_slow_mode` refuses.
pub(super) fn toggle_slow_mode(
    request: &Request<'_>,
    input: f::channels::ToggleSlowMode,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    world.set_slow_mode(caller, id, input.seconds, Some(request.origin()))?;
    Ok(changed(&world, caller, id, None))
}

/// `channels.getAdminLog`, newest first.
///
/// # Errors
/// 403 `CHAT_ADMIN_REQUIRED`.
pub(super) fn get_admin_log(
    request: &Request<'_>,
    input: f::channels::GetAdminLog,
) -> Result<enums::channels::AdminLogResults, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    let channel = peers::found_channel(&world, id)?;
    if !channel.is_admin(caller) {
        return Err(Refusal::forbidden("CHAT_ADMIN_REQUIRED"));
    }
    let by = input
        .admins
        .map(|admins| peers::users(&world, caller, &admins));
    let wanted = Wanted {
        text: input.q,
        filter: input.events_filter.map(|filter| {
            let enums::ChannelAdminLogEventsFilter::Filter(filter) = filter;
            filter
        }),
        by: by.transpose()?,
        max_id: input.max_id,
        min_id: input.min_id,
        limit: usize::try_from(input.limit).map_or(0, |limit| limit.min(PAGE)),
    };
    let mut cast = Cast::of([Peer::Channel(id)]);
    let entries = world.admin_log(id, &wanted);
    let events = entries.into_iter().map(|entry| {
        add_named(&world, channel, entry, &mut cast);
        event(&world, caller, channel, entry)
    });
    let events = events.collect();
    Ok(types::channels::AdminLogResults {
        events,
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
    }
    .into())
}

fn add_named(world: &World, channel: &Channel, entry: &Entry, cast: &mut Cast) {
    cast.add_user(entry.user);
    match &entry.act {
        Act::Invited(user) | Act::Banned { user, .. } | Act::Promoted { user, .. } => {
            cast.add_user(*user);
        }
        Act::Pinned(id) | Act::Edited { id, .. } | Act::Deleted(id) | Act::PollStopped(id) => {
            if let Some(line) = channel.any_line(*id) {
                cast.add_post(world, line.post);
            }
        }
        _ => {}
    }
}

fn event(
    world: &World,
    viewer: UserId,
    channel: &Channel,
    entry: &Entry,
) -> enums::ChannelAdminLogEvent {
    types::ChannelAdminLogEvent {
        id: entry.id,
        date: entry.date,
        user_id: entry.user.0,
        action: action(world, viewer, channel, &entry.act),
    }
    .into()
}

fn action(world: &World, viewer: UserId, channel: &Channel, act: &Act) -> Action {
    let standing = |user: &UserId, was: &_| render::standing(channel, viewer, *user, was);
    match act {
        Act::Title { before, now } => types::ChannelAdminLogEventActionChangeTitle {
            prev_value: before.clone(),
            new_value: now.clone(),
        }
        .into(),
        Act::Username { before, now } => types::ChannelAdminLogEventActionChangeUsername {
            prev_value: before.clone(),
            new_value: now.clone(),
        }
        .into(),
        Act::Joined => Action::ParticipantJoin,
        Act::Left => Action::ParticipantLeave,
        Act::Invited(user) => invited(render::participant(channel, viewer, *user)),
        Act::Banned { user, before, now } => {
            toggled_ban(standing(user, before), standing(user, now))
        }
        Act::Promoted { user, before, now } => {
            toggled_admin(standing(user, before), standing(user, now))
        }
        Act::Default { before, now } => types::ChannelAdminLogEventActionDefaultBannedRights {
            prev_banned_rights: (**before).clone().into(),
            new_banned_rights: (**now).clone().into(),
        }
        .into(),
        Act::SlowMode { before, now } => types::ChannelAdminLogEventActionToggleSlowMode {
            prev_value: *before,
            new_value: *now,
        }
        .into(),
        Act::Pinned(id) => types::ChannelAdminLogEventActionUpdatePinned {
            message: render::logged_message(world, viewer, channel, *id, None),
        }
        .into(),
        Act::Edited { id, before, now } => types::ChannelAdminLogEventActionEditMessage {
            prev_message: render::logged_message(world, viewer, channel, *id, Some(before)),
            new_message: render::logged_message(world, viewer, channel, *id, Some(now)),
        }
        .into(),
        Act::Forum(enabled) => {
            let new_value = *enabled;
            types::ChannelAdminLogEventActionToggleForum { new_value }.into()
        }
        Act::TopicCreated(id) => {
            let topic = render::topic(world, viewer, channel, *id);
            types::ChannelAdminLogEventActionCreateTopic { topic }.into()
        }
        Act::TopicEdited(id, before) => edited_topic(world, viewer, channel, (*id, before)),
        Act::PollStopped(id) => types::ChannelAdminLogEventActionStopPoll {
            message: render::logged_message(world, viewer, channel, *id, None),
        }
        .into(),
        Act::Deleted(id) => types::ChannelAdminLogEventActionDeleteMessage {
            message: render::logged_message(world, viewer, channel, *id, None),
        }
        .into(),
    }
}

fn toggled_ban(
    prev_participant: enums::ChannelParticipant,
    new_participant: enums::ChannelParticipant,
) -> Action {
    types::ChannelAdminLogEventActionParticipantToggleBan {
        prev_participant,
        new_participant,
    }
    .into()
}

fn toggled_admin(
    prev_participant: enums::ChannelParticipant,
    new_participant: enums::ChannelParticipant,
) -> Action {
    types::ChannelAdminLogEventActionParticipantToggleAdmin {
        prev_participant,
        new_participant,
    }
    .into()
}

fn edited_topic(
    world: &World,
    viewer: UserId,
    channel: &Channel,
    (id, before): (MessageId, &Topic),
) -> Action {
    types::ChannelAdminLogEventActionEditTopic {
        prev_topic: render::topic_as(world, viewer, channel, id, before),
        new_topic: render::topic(world, viewer, channel, id),
    }
    .into()
}

fn invited(participant: enums::ChannelParticipant) -> Action {
    types::ChannelAdminLogEventActionParticipantInvite { participant }.into()
}
