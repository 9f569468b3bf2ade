//! Pinning messages.
//!
//! Owns the forms of the answers. Who may pin is the world's.
//! Source: <https://core.telegram.org/api/pin>.

use grammers_tl_types::{enums, functions as f, types};

use super::messages::{one_update, sent_updates};
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::ids::{MessageId, Peer};
use crate::world::pins::Pin;
use crate::world::refusal::Refusal;

/// `messages.updatePinnedMessage`; what is pinned already answers no updates.
///
/// # Errors
/// What `World::pin` refuses.
pub(super) fn update_pinned_message(
    request: &Request<'_>,
    input: f::messages::UpdatePinnedMessage,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let pin = Pin {
        id: MessageId(input.id),
        pinned: !input.unpin,
        silent: input.silent,
        own_side: input.pm_oneside,
    };
    let change = world.pin(caller, peer, pin, Some(request.origin()))?;
    let event = change.event.as_ref();
    let pinned = event.and_then(|event| one_update(&world, caller, peer, event));
    if let Some(sent) = change.service
        && let enums::Updates::Updates(mut whole) = sent_updates(&world, caller, peer, sent, None)
    {
        whole.updates.splice(0..0, pinned);
        return Ok(whole.into());
    }
    let (cast, date) = (Cast::of([Peer::User(caller), peer]), world.now());
    let updates = pinned.into_iter().collect();
    Ok(render::whole(&world, caller, updates, &cast, date))
}

/// `messages.unpinAllMessages`.
///
/// # Errors
/// What `World::pin` refuses.
pub(super) fn unpin_all_messages(
    request: &Request<'_>,
    input: f::messages::UnpinAllMessages,
) -> Result<enums::messages::AffectedHistory, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let (pts, pts_count) = world.unpin_all(caller, peer, Some(request.origin()))?;
    let offset = 0;
    Ok(types::messages::AffectedHistory {
        pts,
        pts_count,
        offset,
    }
    .into())
}
