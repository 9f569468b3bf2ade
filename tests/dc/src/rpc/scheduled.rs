//! Scheduled messages: listing them, calling them off, sending them early.
//!
//! Owns the forms of the answers. The queue is the world's.
//! Source: <https://core.telegram.org/api/scheduled-messages>.

use grammers_tl_types::{enums, functions as f, types};

use super::messages::all_sent_updates;
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::refusal::Refusal;
use crate::world::scheduled::Placed;
use crate::world::send::Draft;

/// Sends messages at `date`, in seconds since 1970, whatever they carry, and answers what became of
/// them.
pub(super) fn send_at(
    request: &Request<'_>,
    world: &mut World,
    (caller, to): (UserId, Peer),
    drafts: Vec<Draft>,
    date: i32,
) -> Result<enums::Updates, Refusal> {
    let (mut sent, mut waiting) = (Vec::new(), Vec::new());
    for draft in drafts {
        let random_id = draft.random_id;
        match world.schedule(caller, to, draft, date, Some(request.origin()))? {
            Placed::Sent(one) => sent.push((one, random_id)),
            Placed::Waits(id) => waiting.push((id, random_id)),
        }
    }
    if waiting.is_empty() {
        Ok(all_sent_updates(world, caller, to, &sent))
    } else {
        Ok(answer(world, caller, &waiting))
    }
}

/// The answer to something that scheduled messages: each number with its `random_id`.
pub(super) fn answer(
    world: &World,
    caller: UserId,
    scheduled: &[(i32, Option<i64>)],
) -> enums::Updates {
    let mut cast = Cast::of([Peer::User(caller)]);
    let mut updates: Vec<enums::Update> = Vec::new();
    for (id, random_id) in scheduled {
        let id = *id;
        updates.extend(random_id.map(|random_id| types::UpdateMessageId { id, random_id }.into()));
    }
    for (id, _) in scheduled {
        if let Some(message) = render::scheduled_message(world, caller, *id) {
            updates.push(types::UpdateNewScheduledMessage { message }.into());
        }
        let account = world.account(caller);
        if let Some(one) = account.and_then(|account| account.scheduled.get(id)) {
            cast.add(one.peer);
        }
    }
    render::whole(world, caller, updates, &cast, world.now())
}

/// `messages.getScheduledHistory`, latest first.
pub(super) fn get_scheduled_history(
    request: &Request<'_>,
    input: f::messages::GetScheduledHistory,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let waiting = world.scheduled_in(caller, peer);
    let ids = waiting.into_iter().map(|(id, _)| id).collect();
    Ok(listed(&world, caller, peer, ids))
}

/// `messages.getScheduledMessages`: those of the numbers asked for that wait.
pub(super) fn get_scheduled_messages(
    request: &Request<'_>,
    input: f::messages::GetScheduledMessages,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let waiting = world.scheduled_in(caller, peer);
    let mut ids = input.id;
    ids.retain(|id| waiting.iter().any(|(waits, _)| waits == id));
    Ok(listed(&world, caller, peer, ids))
}

fn listed(world: &World, caller: UserId, peer: Peer, ids: Vec<i32>) -> enums::messages::Messages {
    let cast = Cast::of([Peer::User(caller), peer]);
    let messages = ids.into_iter();
    types::messages::Messages {
        messages: messages
            .filter_map(|id| render::scheduled_message(world, caller, id))
            .collect(),
        topics: Vec::new(),
        chats: cast.chats(world, caller),
        users: cast.users(world, caller),
    }
    .into()
}

/// `messages.deleteScheduledMessages`.
pub(super) fn delete_scheduled_messages(
    request: &Request<'_>,
    input: f::messages::DeleteScheduledMessages,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    world.unschedule(caller, peer, &input.id, Some(request.origin()));
    let updates = vec![render::unscheduled(peer, &input.id, &[])];
    let (cast, date) = (Cast::of([peer]), world.now());
    Ok(render::whole(&world, caller, updates, &cast, date))
}

/// `messages.sendScheduledMessages`.
///
/// # Errors
/// What `World::send_scheduled` refuses.
pub(super) fn send_scheduled_messages(
    request: &Request<'_>,
    input: f::messages::SendScheduledMessages,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let sent = world.send_scheduled(caller, peer, &input.id, Some(request.origin()))?;
    let ids: Vec<i32> = sent.iter().map(|(id, _)| *id).collect();
    let became: Vec<MessageId> = sent.iter().map(|(_, sent)| sent.id).collect();
    let sent: Vec<_> = sent.into_iter().map(|(_, sent)| (sent, None)).collect();
    let answer = all_sent_updates(&world, caller, peer, &sent);
    let enums::Updates::Updates(mut whole) = answer else {
        return Ok(answer);
    };
    whole.updates.push(render::unscheduled(peer, &ids, &became));
    Ok(whole.into())
}
