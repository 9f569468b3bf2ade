//! The list of chats.
//!
//! Owns its paging. The order is the account's: newest message first.

use grammers_tl_types::enums::{DialogFilter, InputDialogPeer};
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers, render, updates};
use crate::world::World;
use crate::world::dialog::Dialog;
use crate::world::ids::{MessageId, UserId};
use crate::world::refusal::Refusal;

/// `messages.getDialogs`.
pub(super) fn get_dialogs(
    request: &Request<'_>,
    input: f::messages::GetDialogs,
) -> Result<enums::messages::Dialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    // Nothing is archived here.
    if input.folder_id.is_some_and(|folder| folder != 0) {
        return Ok(page(Page::default()));
    }
    let Some(account) = world.account(caller) else {
        return Ok(page(Page::default()));
    };
    let all = account.dialogs_by_time();
    let total = all.len();
    let limit = usize::try_from(input.limit.clamp(1, 100)).unwrap_or(1);
    let picked: Vec<_> = all
        .into_iter()
        .filter(|(_, _, top)| input.offset_id <= 0 || top.0 < input.offset_id)
        .filter(|(_, _, top)| {
            input.offset_id > 0
                || input.offset_date <= 0
                || render::date(&world, caller, *top) < input.offset_date
        })
        .take(limit)
        .collect();
    let mut answer = gather(&world, caller, picked);
    answer.total = total;
    Ok(page(answer))
}

#[derive(Default)]
struct Page {
    dialogs: Vec<enums::Dialog>,
    messages: Vec<enums::Message>,
    users: Vec<enums::User>,
    total: usize,
}

fn gather(world: &World, caller: UserId, picked: Vec<(UserId, &Dialog, MessageId)>) -> Page {
    let people = picked.iter().map(|(peer, ..)| *peer).chain([caller]);
    Page {
        users: render::users(world, caller, people),
        messages: picked
            .iter()
            .filter_map(|(_, _, top)| render::message(world, caller, *top))
            .collect(),
        total: picked.len(),
        dialogs: picked
            .into_iter()
            .map(|(peer, dialog, top)| render::dialog(peer, Some(dialog), top))
            .collect(),
    }
}

fn page(page: Page) -> enums::messages::Dialogs {
    let Page {
        dialogs,
        messages,
        users,
        total,
    } = page;
    if dialogs.len() == total {
        return types::messages::Dialogs {
            dialogs,
            messages,
            chats: Vec::new(),
            users,
        }
        .into();
    }
    types::messages::DialogsSlice {
        count: i32::try_from(total).unwrap_or(i32::MAX),
        dialogs,
        messages,
        chats: Vec::new(),
        users,
    }
    .into()
}

/// `messages.getPeerDialogs`; a chat without messages comes with a top message of 0.
pub(super) fn get_peer_dialogs(
    request: &Request<'_>,
    input: f::messages::GetPeerDialogs,
) -> Result<enums::messages::PeerDialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    let mut answer = Page::default();
    let mut people = vec![caller];
    for wanted in &input.peers {
        let InputDialogPeer::Peer(wanted) = wanted else {
            continue;
        };
        let peer = peers::peer(&world, caller, &wanted.peer)?;
        let dialog = world
            .account(caller)
            .and_then(|account| account.dialogs.get(&peer));
        let top = dialog.and_then(|dialog| dialog.messages().last().copied());
        let top = top.unwrap_or(MessageId(0));
        people.push(peer);
        answer.messages.extend(render::message(&world, caller, top));
        answer.dialogs.push(render::dialog(peer, dialog, top));
    }
    answer.users = render::users(&world, caller, people);
    Ok(peer_dialogs(&world, caller, answer))
}

fn peer_dialogs(world: &World, caller: UserId, page: Page) -> enums::messages::PeerDialogs {
    types::messages::PeerDialogs {
        dialogs: page.dialogs,
        messages: page.messages,
        chats: Vec::new(),
        users: page.users,
        state: updates::state(world, caller).into(),
    }
    .into()
}

/// `messages.getPinnedDialogs`: nothing is pinned here.
pub(super) fn get_pinned_dialogs(
    request: &Request<'_>,
    _: f::messages::GetPinnedDialogs,
) -> Result<enums::messages::PeerDialogs, Refusal> {
    let (world, caller) = request.authorised()?;
    Ok(peer_dialogs(&world, caller, Page::default()))
}

/// `messages.getDialogFilters`: only the list of all chats.
pub(super) fn get_dialog_filters(
    request: &Request<'_>,
    _: f::messages::GetDialogFilters,
) -> Result<enums::messages::DialogFilters, Refusal> {
    request.authorised()?;
    Ok(types::messages::DialogFilters {
        tags_enabled: false,
        filters: vec![DialogFilter::Default],
    }
    .into())
}

/// `messages.getPeerSettings`: nothing to warn of.
pub(super) fn get_peer_settings(
    request: &Request<'_>,
    input: f::messages::GetPeerSettings,
) -> Result<enums::messages::PeerSettings, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    Ok(types::messages::PeerSettings {
        settings: render::peer_settings(),
        chats: Vec::new(),
        users: render::users(&world, caller, [peer]),
    }
    .into())
}
