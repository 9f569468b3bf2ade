//! Editing and deleting.
//!
//! Owns the forms of the answers. Who may change what is the world's.

use grammers_tl_types::{enums, functions as f, types};

use super::messages::content;
use super::{Request, peers, render};
use crate::world::change::Reach;
use crate::world::ids::MessageId;
use crate::world::refusal::Refusal;

/// Ids that one deletion may name.
const MAX_IDS: usize = 1000;

/// `messages.editMessage`, texts only.
pub(super) fn edit_message(
    request: &Request<'_>,
    input: f::messages::EditMessage,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    if input.media.is_some() || input.schedule_date.is_some() {
        return Err(Refusal::bad("MEDIA_NEW_INVALID"));
    }
    let text = input.message.unwrap_or_default();
    let content = content(&world, caller, text, input.entities)?;
    let id = MessageId(input.id);
    let event = world.edit(caller, Some(peer), id, content, Some(request.origin()))?;
    let update = render::update(&world, caller, &event.kind, event.pts, event.pts_count);
    Ok(types::Updates {
        updates: update.into_iter().collect(),
        users: render::users(&world, caller, [caller, peer]),
        chats: Vec::new(),
        date: event.date,
        seq: 0,
    }
    .into())
}

/// `messages.deleteMessages`.
pub(super) fn delete_messages(
    request: &Request<'_>,
    input: f::messages::DeleteMessages,
) -> Result<enums::messages::AffectedMessages, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if input.id.len() > MAX_IDS {
        return Err(Refusal::bad("MESSAGE_IDS_TOO_MANY"));
    }
    let ids: Vec<MessageId> = input.id.into_iter().map(MessageId).collect();
    let reach = if input.revoke {
        Reach::Everybody
    } else {
        Reach::Own
    };
    let (pts, pts_count) = world.delete(caller, &ids, reach, Some(request.origin()));
    Ok(types::messages::AffectedMessages { pts, pts_count }.into())
}
