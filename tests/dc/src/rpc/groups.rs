//! Basic groups: `messages.createChat` and what changes and shows a group.
//!
//! Owns the forms of the answers. Who may change what is the world's.
//! Source: <https://core.telegram.org/api/channel#basic-groups>.

use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::events::{Event, EventKind};
use crate::world::ids::{GroupId, Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::send::Sent;

/// `messages.createChat`.
pub(super) fn create_chat(
    request: &Request<'_>,
    input: f::messages::CreateChat,
) -> Result<enums::messages::InvitedUsers, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let users = peers::users(&world, caller, &input.users)?;
    let origin = Some(request.origin());
    let (group, sent) = world.create_group(caller, &input.title, &users, origin)?;
    Ok(invited(changed(&world, caller, group, sent)))
}

/// `messages.addChatUser`.
pub(super) fn add_chat_user(
    request: &Request<'_>,
    input: f::messages::AddChatUser,
) -> Result<enums::messages::InvitedUsers, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let group = peers::group(&world, caller, input.chat_id)?;
    let user = peers::user(&world, caller, &input.user_id)?;
    let sent = world.add_to_group(caller, group, user, Some(request.origin()))?;
    Ok(invited(changed(&world, caller, group, sent)))
}

/// `messages.deleteChatUser`, also to leave.
pub(super) fn delete_chat_user(
    request: &Request<'_>,
    input: f::messages::DeleteChatUser,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let group = peers::group(&world, caller, input.chat_id)?;
    let user = peers::user(&world, caller, &input.user_id)?;
    let sent = world.remove_from_group(caller, group, user, Some(request.origin()))?;
    Ok(changed(&world, caller, group, sent))
}

/// `messages.editChatTitle`.
pub(super) fn edit_chat_title(
    request: &Request<'_>,
    input: f::messages::EditChatTitle,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let group = peers::group(&world, caller, input.chat_id)?;
    let origin = Some(request.origin());
    let sent = world.rename_group(caller, group, &input.title, origin)?;
    Ok(changed(&world, caller, group, sent))
}

/// `messages.deleteChat`.
pub(super) fn delete_chat(
    request: &Request<'_>,
    input: f::messages::DeleteChat,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let group = peers::group(&world, caller, input.chat_id)?;
    world.delete_group(caller, group, Some(request.origin()))?;
    Ok(true)
}

/// Who could not be invited: nobody here.
pub(super) fn invited(updates: enums::Updates) -> enums::messages::InvitedUsers {
    types::messages::InvitedUsers {
        updates,
        missing_invitees: Vec::new(),
    }
    .into()
}

/// The service message of a change, after the members as they are now.
pub(super) fn changed(world: &World, caller: UserId, id: GroupId, sent: Sent) -> enums::Updates {
    let mut cast = Cast::of([Peer::User(caller), Peer::Group(id)]);
    cast.add_post(world, sent.post);
    let mut updates = Vec::new();
    if let Some(group) = world.group(id) {
        let participants = render::participants(caller, group);
        updates.push(types::UpdateChatParticipants { participants }.into());
        for user in group.users() {
            cast.add_user(user);
        }
    }
    let event = Event {
        pts: sent.pts,
        pts_count: 1,
        date: sent.date,
        kind: EventKind::New(sent.id),
    };
    updates.extend(render::update(world, caller, &event));
    render::whole(world, caller, updates, &cast, sent.date)
}

/// `messages.getChats`, in the order of their ids.
pub(super) fn get_chats(
    request: &Request<'_>,
    input: f::messages::GetChats,
) -> Result<enums::messages::Chats, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut cast = Cast::default();
    for id in input.id {
        cast.add(Peer::Group(peers::group(&world, caller, id)?));
    }
    let chats = cast.chats(&world, caller);
    Ok(types::messages::Chats { chats }.into())
}

/// `messages.getFullChat`.
pub(super) fn get_full_chat(
    request: &Request<'_>,
    input: f::messages::GetFullChat,
) -> Result<enums::messages::ChatFull, Refusal> {
    let (world, caller) = request.authorised()?;
    let id = peers::group(&world, caller, input.chat_id)?;
    let group = peers::found_group(&world, id)?;
    let mut cast = Cast::of([Peer::Group(id)]);
    if group.has(caller) {
        for user in group.users() {
            cast.add_user(user);
        }
    }
    Ok(types::messages::ChatFull {
        full_chat: render::full_group(&world, caller, group),
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
    }
    .into())
}
