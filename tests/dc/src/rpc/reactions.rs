//! Reactions to messages.
//!
//! Owns the forms of the answers. Which reactions there are is the world's.
//! Source: <https://core.telegram.org/api/reactions>.

use grammers_tl_types::{enums, functions as f};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::refusal::Refusal;

/// `messages.sendReaction`; an empty list takes the reaction away.
///
/// # Errors
/// `REACTIONS_TOO_MANY` for more than one, `PREMIUM_ACCOUNT_REQUIRED` for custom emoji, and what
/// `World::react` refuses.
pub(super) fn send_reaction(
    request: &Request<'_>,
    input: f::messages::SendReaction,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let id = MessageId(input.msg_id);
    let emoji = match input.reaction.as_deref() {
        None | Some([] | [enums::Reaction::Empty]) => None,
        Some([enums::Reaction::Emoji(emoji)]) => Some(emoji.emoticon.as_str()),
        Some([enums::Reaction::CustomEmoji(_)]) => {
            return Err(Refusal::forbidden("PREMIUM_ACCOUNT_REQUIRED"));
        }
        Some([enums::Reaction::Paid]) => return Err(Refusal::bad("REACTION_INVALID")),
        Some(_) => return Err(Refusal::bad("REACTIONS_TOO_MANY")),
    };
    world.react(caller, peer, id, emoji, Some(request.origin()))?;
    Ok(told(&world, caller, peer, &[id]))
}

/// `messages.getMessagesReactions`; ids that are not there are passed over.
pub(super) fn get_messages_reactions(
    request: &Request<'_>,
    input: f::messages::GetMessagesReactions,
) -> Result<enums::Updates, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let ids: Vec<MessageId> = input.id.into_iter().map(MessageId).collect();
    Ok(told(&world, caller, peer, &ids))
}

fn told(world: &World, caller: UserId, peer: Peer, ids: &[MessageId]) -> enums::Updates {
    let mut cast = Cast::of([Peer::User(caller), peer]);
    let updates = ids.iter().filter_map(|id| {
        render::add_reactors(world, caller, peer, *id, &mut cast);
        render::reacted(world, Some(caller), peer, *id)
    });
    let updates = updates.collect();
    render::whole(world, caller, updates, &cast, world.now())
}
