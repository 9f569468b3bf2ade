//! Invite links.
//!
//! Owns the forms of the answers. Whom a link lets in is the world's.
//! Source: <https://core.telegram.org/api/invites>.

use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, channels, groups, peers, render};
use crate::world::World;
use crate::world::channel::{Channel, ChannelKind};
use crate::world::ids::{Peer, UserId};
use crate::world::invites::{Invite, Terms};
use crate::world::refusal::Refusal;
use crate::world::send::Sent;

/// `messages.exportChatInvite`.
///
/// # Errors
/// What `World::export_invite` refuses.
pub(super) fn export_chat_invite(
    request: &Request<'_>,
    input: f::messages::ExportChatInvite,
) -> Result<enums::ExportedChatInvite, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let chat = peers::peer(&world, caller, &input.peer)?;
    let terms = Terms {
        expires: input.expire_date,
        usage_limit: input.usage_limit,
        request_needed: input.request_needed,
        title: input.title,
    };
    Ok(exported(&world.export_invite(caller, chat, terms)?))
}

/// `messages.editExportedChatInvite`, to revoke a link.
///
/// # Errors
/// What `World::revoke_invite` refuses; `INVITE_HASH_INVALID` for other changes.
pub(super) fn edit_exported_chat_invite(
    request: &Request<'_>,
    input: f::messages::EditExportedChatInvite,
) -> Result<enums::messages::ExportedChatInvite, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if !input.revoked {
        return Err(Refusal::bad("INVITE_HASH_INVALID"));
    }
    let hash = input.link.rsplit(['/', '+']).next().unwrap_or_default();
    let invite = world.revoke_invite(caller, hash)?;
    Ok(types::messages::ExportedChatInvite {
        invite: exported(&invite),
        users: Cast::of([Peer::User(invite.creator)]).users(&world, caller),
    }
    .into())
}

fn exported(invite: &Invite) -> enums::ExportedChatInvite {
    let terms = &invite.terms;
    let waiting = render::count(invite.requested.len());
    types::ChatInviteExported {
        revoked: invite.revoked,
        permanent: false,
        request_needed: terms.request_needed,
        link: invite.link(),
        admin_id: invite.creator.0,
        date: invite.date,
        start_date: None,
        expire_date: terms.expires,
        usage_limit: terms.usage_limit,
        usage: Some(invite.usage).filter(|usage| *usage > 0),
        requested: Some(waiting).filter(|waiting| *waiting > 0),
        subscription_expired: None,
        title: terms.title.clone(),
        subscription_pricing: None,
    }
    .into()
}

/// `messages.checkChatInvite`.
///
/// # Errors
/// `INVITE_HASH_EMPTY`, `INVITE_HASH_INVALID`, `INVITE_HASH_EXPIRED`.
pub(super) fn check_chat_invite(
    request: &Request<'_>,
    input: f::messages::CheckChatInvite,
) -> Result<enums::ChatInvite, Refusal> {
    let (world, caller) = request.authorised()?;
    let invite = world.invite_link(&input.hash)?;
    if world.is_member(caller, invite.chat) {
        let chat = Cast::of([invite.chat]).chats(&world, caller).pop();
        let chat = chat.ok_or_else(|| Refusal::bad("INVITE_HASH_EXPIRED"))?;
        return Ok(types::ChatInviteAlready { chat }.into());
    }
    Ok(seen_from_outside(&world, invite).into())
}

fn seen_from_outside(world: &World, invite: &Invite) -> types::ChatInvite {
    let group = match invite.chat {
        Peer::Group(id) => world.group(id),
        Peer::User(_) | Peer::Channel(_) => None,
    };
    let channel = invite.chat.channel().and_then(|id| world.channel(id));
    let is = |kind| channel.is_some_and(|channel| channel.kind == kind);
    let title = channel.map(|channel| &channel.title);
    let title = title.or(group.map(|group| &group.title));
    let members = channel.map(Channel::participants);
    let members = members.or(group.map(|group| group.members.len()));
    types::ChatInvite {
        channel: channel.is_some(),
        broadcast: is(ChannelKind::Broadcast),
        public: channel.is_some_and(|channel| channel.username.is_some()),
        megagroup: is(ChannelKind::Supergroup),
        request_needed: invite.terms.request_needed,
        verified: channel.is_some_and(|channel| channel.verified),
        scam: false,
        fake: false,
        can_refulfill_subscription: false,
        title: title.cloned().unwrap_or_default(),
        about: channel
            .map(|channel| channel.about.clone())
            .filter(|about| !about.is_empty()),
        photo: types::PhotoEmpty { id: 0 }.into(),
        participants_count: render::count(members.unwrap_or_default()),
        participants: None,
        color: 0,
        subscription_pricing: None,
        subscription_form_id: None,
        bot_verification: None,
    }
}

/// `messages.importChatInvite`.
///
/// # Errors
/// What `World::import_invite` refuses.
pub(super) fn import_chat_invite(
    request: &Request<'_>,
    input: f::messages::ImportChatInvite,
) -> Result<enums::messages::ChatInviteJoinResult, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let (chat, sent) = world.import_invite(caller, &input.hash, Some(request.origin()))?;
    let updates = joined(&world, caller, chat, sent);
    Ok(types::messages::ChatInviteJoinResultOk { updates }.into())
}

/// `messages.hideChatJoinRequest`.
///
/// # Errors
/// What `World::answer_request` refuses.
pub(super) fn hide_chat_join_request(
    request: &Request<'_>,
    input: f::messages::HideChatJoinRequest,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let chat = peers::peer(&world, caller, &input.peer)?;
    let user = peers::user(&world, caller, &input.user_id)?;
    let origin = Some(request.origin());
    world.answer_request(caller, chat, user, input.approved, origin)?;
    let (cast, date) = (Cast::of([chat, Peer::User(user)]), world.now());
    Ok(render::whole(&world, caller, Vec::new(), &cast, date))
}

fn joined(world: &World, caller: UserId, chat: Peer, sent: Option<Sent>) -> enums::Updates {
    match (chat, sent) {
        (Peer::Group(id), Some(sent)) => groups::changed(world, caller, id, sent),
        (Peer::Channel(id), sent) => channels::changed(world, caller, id, sent),
        _ => render::whole(world, caller, Vec::new(), &Cast::of([chat]), world.now()),
    }
}
