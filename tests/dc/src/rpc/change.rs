//! Editing and deleting.
//!
//! Owns the forms of the answers. Who may change what is the world's.

use grammers_tl_types::{enums, functions as f, types};

use super::messages::{content, one_update};
use super::render::Cast;
use super::{Request, intake, peers, polls, render, scheduled};
use crate::world::change::Reach;
use crate::world::ids::{MessageId, Peer};
use crate::world::refusal::Refusal;

/// Ids that one deletion may name.
const MAX_IDS: usize = 1000;

/// `messages.editMessage`: another text, another file, a caption for the file that stays, or the
/// end of a poll.
pub(super) fn edit_message(
    request: &Request<'_>,
    input: f::messages::EditMessage,
) -> Result<enums::Updates, Refusal> {
    if let Some(enums::InputMedia::Poll(media)) = &input.media {
        return polls::close(request, &media.poll, &input);
    }
    let media = input.media.map(|media| intake::media(request, media));
    let media = media.transpose()?;
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    if let Some(date) = input.schedule_date {
        if media.is_some() {
            return Err(Refusal::bad("MEDIA_NEW_INVALID"));
        }
        let text = input
            .message
            .map(|text| content(&world, caller, text, input.entities));
        let (to, id) = ((peer, input.id), input.id);
        let origin = Some(request.origin());
        world.reschedule(caller, to, text.transpose()?, date, origin)?;
        return Ok(scheduled::answer(&world, caller, &[(id, None)]));
    }
    let text = input.message.unwrap_or_default();
    let mut content = content(&world, caller, text, input.entities)?;
    content.media = media;
    if !input.no_webpage {
        content.preview();
    }
    let id = MessageId(input.id);
    let event = world.edit(caller, Some(peer), id, content, Some(request.origin()))?;
    let update = one_update(&world, caller, peer, &event);
    let mut cast = Cast::of([Peer::User(caller), peer]);
    if let Some(post) = world.post_of(caller, peer, id) {
        cast.add_post(&world, post);
    }
    let updates = update.into_iter().collect();
    Ok(render::whole(&world, caller, updates, &cast, event.date))
}

/// `channels.deleteMessages`.
pub(super) fn delete_channel_messages(
    request: &Request<'_>,
    input: f::channels::DeleteMessages,
) -> Result<enums::messages::AffectedMessages, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let channel = peers::channel(&world, caller, &input.channel)?;
    let ids = ids(input.id)?;
    let origin = Some(request.origin());
    let (pts, pts_count) = world.delete_in_channel(caller, channel, &ids, origin)?;
    Ok(types::messages::AffectedMessages { pts, pts_count }.into())
}

fn ids(ids: Vec<i32>) -> Result<Vec<MessageId>, Refusal> {
    if ids.len() > MAX_IDS {
        return Err(Refusal::bad("MESSAGE_IDS_TOO_MANY"));
    }
    Ok(ids.into_iter().map(MessageId).collect())
}

/// `messages.deleteMessages`.
pub(super) fn delete_messages(
    request: &Request<'_>,
    input: f::messages::DeleteMessages,
) -> Result<enums::messages::AffectedMessages, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let ids = ids(input.id)?;
    let reach = if input.revoke {
        Reach::Everybody
    } else {
        Reach::Own
    };
    let (pts, pts_count) = world.delete(caller, &ids, reach, Some(request.origin()));
    Ok(types::messages::AffectedMessages { pts, pts_count }.into())
}

/// `messages.deleteHistory` of a private chat or a basic group, all of it at once; without
/// `revoke` on the caller's side alone.
///
/// # Errors
/// What names the chat; `PEER_ID_INVALID` for channels, which have a method of their own;
/// `MAX_ID_INVALID`, `MIN_DATE_INVALID`, `MAX_DATE_INVALID`.
pub(super) fn delete_history(
    request: &Request<'_>,
    input: f::messages::DeleteHistory,
) -> Result<enums::messages::AffectedHistory, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    if peer.channel().is_some() {
        return Err(Refusal::bad("PEER_ID_INVALID"));
    }
    let (from, to) = (input.min_date, input.max_date);
    let refused = [
        (input.max_id < 0, "MAX_ID_INVALID"),
        (from.is_some_and(|date| date <= 0), "MIN_DATE_INVALID"),
        (to.is_some_and(|date| date <= 0), "MAX_DATE_INVALID"),
    ];
    if let Some((_, name)) = refused.iter().find(|(is_wrong, _)| *is_wrong) {
        return Err(Refusal::bad(name));
    }
    let within = |id: &MessageId| {
        let date = render::date(&world, caller, peer, *id);
        (input.max_id == 0 || id.0 <= input.max_id)
            && from.is_none_or(|from| date >= from)
            && to.is_none_or(|to| date <= to)
    };
    let ids = world.messages_in(caller, peer).iter().copied();
    let ids: Vec<MessageId> = ids.filter(within).collect();
    let reach = if input.revoke {
        Reach::Everybody
    } else {
        Reach::Own
    };
    let (pts, pts_count) = world.delete(caller, &ids, reach, Some(request.origin()));
    Ok(types::messages::AffectedHistory {
        pts,
        pts_count,
        offset: 0,
    }
    .into())
}

/// `channels.deleteHistory`: for everybody, or up to a message on the caller's side alone.
///
/// # Errors
/// `CHAT_ADMIN_REQUIRED`, `CHANNEL_TOO_BIG`, `MAX_ID_INVALID`.
pub(super) fn delete_channel_history(
    request: &Request<'_>,
    input: f::channels::DeleteHistory,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let id = peers::channel(&world, caller, &input.channel)?;
    if input.max_id < 0 {
        return Err(Refusal::bad("MAX_ID_INVALID"));
    }
    let max = match input.max_id {
        0 => MessageId(i32::MAX),
        max => MessageId(max),
    };
    let origin = Some(request.origin());
    let update = if input.for_everyone {
        let event = world.delete_channel_history(caller, id, max, origin)?;
        event.and_then(|event| render::channel_update(&world, Some(caller), id, &event))
    } else {
        Some(world.hide_history(caller, id, max, origin)?)
    };
    let updates = update.into_iter().collect();
    let cast = Cast::of([Peer::Channel(id)]);
    Ok(render::whole(&world, caller, updates, &cast, world.now()))
}
