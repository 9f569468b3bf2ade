//! `messages.forwardMessages`.
//!
//! Owns the checks of its lists and the form of the answer. What is forwarded is the world's.
//! Source: <https://core.telegram.org/method/messages.forwardMessages>.

use grammers_tl_types::{enums, functions as f};

use super::messages::all_sent_updates;
use super::scheduled::send_at;
use super::{Request, peers};
use crate::world::forward::Batch;
use crate::world::ids::MessageId;
use crate::world::refusal::Refusal;

/// Messages that one call may forward.
const MAX_IDS: usize = 100;

/// `messages.forwardMessages`, also with a date.
///
/// # Errors
/// `MESSAGE_IDS_EMPTY`, `MESSAGE_IDS_TOO_MANY`, `RANDOM_ID_INVALID` for lists of different
/// lengths, `RANDOM_ID_DUPLICATE`, and what `World::forward` refuses.
pub(super) fn forward_messages(
    request: &Request<'_>,
    input: f::messages::ForwardMessages,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let from = peers::peer(&world, caller, &input.from_peer)?;
    let to = peers::peer(&world, caller, &input.to_peer)?;
    let batch = Batch {
        from,
        messages: paired(&input)?,
        to,
        topic: input.top_msg_id.map(MessageId),
        silent: input.silent,
        drop_author: input.drop_author,
    };
    if let Some(date) = input.schedule_date {
        let drafts = world.forwarded(caller, &batch)?;
        return send_at(request, &mut world, (caller, to), drafts, date);
    }
    let sent = world.forward(caller, &batch, Some(request.origin()))?;
    Ok(all_sent_updates(&world, caller, to, &sent))
}

fn paired(input: &f::messages::ForwardMessages) -> Result<Vec<(MessageId, i64)>, Refusal> {
    let (ids, random_ids) = (&input.id, &input.random_id);
    if ids.is_empty() {
        return Err(Refusal::bad("MESSAGE_IDS_EMPTY"));
    }
    if ids.len() > MAX_IDS {
        return Err(Refusal::bad("MESSAGE_IDS_TOO_MANY"));
    }
    if ids.len() != random_ids.len() || random_ids.contains(&0) {
        return Err(Refusal::bad("RANDOM_ID_INVALID"));
    }
    let mut sorted = random_ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() != random_ids.len() {
        return Err(Refusal::bad("RANDOM_ID_DUPLICATE"));
    }
    let ids = ids.iter().copied().map(MessageId);
    Ok(ids.zip(random_ids.iter().copied()).collect())
}
