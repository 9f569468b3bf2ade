//! The archive and pinned chats.
//!
//! Owns the forms of the answers. Which chats are where is the world's.
//! Source: <https://core.telegram.org/api/folders>.

use grammers_tl_types::enums::InputDialogPeer;
use grammers_tl_types::{enums, functions as f};

use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::folders::{ARCHIVE, MAIN};
use crate::world::ids::{Peer, UserId};
use crate::world::refusal::Refusal;

/// `folders.editPeerFolders`.
///
/// # Errors
/// What names the chats; `FOLDER_ID_INVALID`.
pub(super) fn edit_peer_folders(
    request: &Request<'_>,
    input: f::folders::EditPeerFolders,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let moves = input.folder_peers.iter().map(|one| {
        let enums::InputFolderPeer::Peer(one) = one;
        Ok((peers::peer(&world, caller, &one.peer)?, one.folder_id))
    });
    let moves: Vec<(Peer, i32)> = moves.collect::<Result<_, Refusal>>()?;
    let event = world.set_folders(caller, &moves, Some(request.origin()))?;
    let updates = event.and_then(|event| render::update(&world, caller, &event));
    let cast = Cast::of(moves.into_iter().map(|(peer, _)| peer));
    let (updates, date) = (updates.into_iter().collect(), world.now());
    Ok(render::whole(&world, caller, updates, &cast, date))
}

/// `messages.toggleDialogPin`.
///
/// # Errors
/// What names the chat, also `PEER_ID_INVALID` for folders; `PINNED_DIALOGS_TOO_MUCH`.
pub(super) fn toggle_dialog_pin(
    request: &Request<'_>,
    input: f::messages::ToggleDialogPin,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = dialog_peer(&world, caller, &input.peer)?;
    world.pin_dialog(caller, peer, input.pinned, Some(request.origin()))?;
    Ok(true)
}

/// `messages.reorderPinnedDialogs`.
///
/// # Errors
/// What names the chats; `FOLDER_ID_INVALID`.
pub(super) fn reorder_pinned_dialogs(
    request: &Request<'_>,
    input: f::messages::ReorderPinnedDialogs,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if ![MAIN, ARCHIVE].contains(&input.folder_id) {
        return Err(Refusal::bad("FOLDER_ID_INVALID"));
    }
    let order = input.order.iter();
    let order: Vec<Peer> = order
        .map(|one| dialog_peer(&world, caller, one))
        .collect::<Result<_, _>>()?;
    let origin = Some(request.origin());
    world.reorder_pinned(caller, input.folder_id, &order, input.force, origin);
    Ok(true)
}

fn dialog_peer(world: &World, caller: UserId, peer: &InputDialogPeer) -> Result<Peer, Refusal> {
    match peer {
        InputDialogPeer::Peer(peer) => peers::peer(world, caller, &peer.peer),
        _ => Err(Refusal::bad("PEER_ID_INVALID")),
    }
}
