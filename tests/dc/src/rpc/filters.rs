//! An account's own folders of the list of chats.
//!
//! Owns the checks of what a client puts into a folder. What is in one is worked out by clients.
//! Source: <https://core.telegram.org/api/folders>.

use grammers_tl_types::enums::{DialogFilter, InputPeer};
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers};
use crate::world::World;
use crate::world::ids::{ChannelId, UserId};
use crate::world::refusal::Refusal;

/// Chats that a folder of an account without Premium may name.
const MAX_CHATS: usize = 100;

/// `messages.getDialogFilters`: the folders in their order, and the list of all chats first if it
/// was never moved.
pub(super) fn get_dialog_filters(
    request: &Request<'_>,
    _: f::messages::GetDialogFilters,
) -> Result<enums::messages::DialogFilters, Refusal> {
    let (world, caller) = request.authorised()?;
    let kept = world.settings(caller).map(|settings| &settings.filters);
    let kept = kept.into_iter().flatten();
    let mut filters: Vec<DialogFilter> = kept.map(|one| fresh(&world, caller, one)).collect();
    if !filters.is_empty() && !filters.contains(&DialogFilter::Default) {
        filters.insert(0, DialogFilter::Default);
    }
    if filters.is_empty() {
        filters.push(DialogFilter::Default);
    }
    Ok(types::messages::DialogFilters {
        tags_enabled: false,
        filters,
    }
    .into())
}

/// `messages.getSuggestedDialogFilters`: none.
pub(super) fn get_suggested_dialog_filters(
    request: &Request<'_>,
    _: f::messages::GetSuggestedDialogFilters,
) -> Result<Vec<enums::DialogFilterSuggested>, Refusal> {
    request.authorised()?;
    Ok(Vec::new())
}

/// `messages.updateDialogFilter`: makes or changes a folder; without one it is deleted.
///
/// # Errors
/// `FILTER_ID_INVALID`, `FILTER_TITLE_EMPTY`, `FILTER_INCLUDE_EMPTY`, `FILTER_NOT_SUPPORTED` for
/// folders that are shared by a link; `DIALOG_FILTERS_TOO_MUCH`, `FILTER_INCLUDE_TOO_MUCH`; what
/// names the chats.
pub(super) fn update_dialog_filter(
    request: &Request<'_>,
    input: f::messages::UpdateDialogFilter,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let filter = input.filter;
    let filter = filter.map(|filter| checked(&world, caller, input.id, filter));
    world.put_filter(
        caller,
        input.id,
        filter.transpose()?,
        Some(request.origin()),
    )?;
    Ok(true)
}

/// `messages.updateDialogFiltersOrder`; folders that are not named come last.
pub(super) fn update_dialog_filters_order(
    request: &Request<'_>,
    input: f::messages::UpdateDialogFiltersOrder,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    world.order_filters(caller, input.order, Some(request.origin()));
    Ok(true)
}

fn checked(
    world: &World,
    caller: UserId,
    id: i32,
    filter: DialogFilter,
) -> Result<DialogFilter, Refusal> {
    let DialogFilter::Filter(mut filter) = filter else {
        return Err(Refusal::bad("FILTER_NOT_SUPPORTED"));
    };
    let enums::TextWithEntities::Entities(title) = &filter.title;
    if title.text.trim().is_empty() {
        return Err(Refusal::bad("FILTER_TITLE_EMPTY"));
    }
    let by_kind =
        filter.contacts || filter.non_contacts || filter.groups || filter.broadcasts || filter.bots;
    let named = filter.pinned_peers.iter().chain(&filter.include_peers);
    if !by_kind && named.clone().next().is_none() {
        return Err(Refusal::bad("FILTER_INCLUDE_EMPTY"));
    }
    if named.clone().count() > MAX_CHATS || filter.exclude_peers.len() > MAX_CHATS {
        return Err(Refusal::bad("FILTER_INCLUDE_TOO_MUCH"));
    }
    for peer in named.chain(&filter.exclude_peers) {
        peers::peer(world, caller, peer)?;
    }
    filter.id = id;
    Ok(filter.into())
}

/// A folder with the access hashes that count now.
fn fresh(world: &World, caller: UserId, filter: &DialogFilter) -> DialogFilter {
    let mut filter = filter.clone();
    match &mut filter {
        DialogFilter::Default => {}
        DialogFilter::Filter(filter) => {
            refresh(world, caller, &mut filter.pinned_peers);
            refresh(world, caller, &mut filter.include_peers);
            refresh(world, caller, &mut filter.exclude_peers);
        }
        DialogFilter::Chatlist(list) => {
            refresh(world, caller, &mut list.pinned_peers);
            refresh(world, caller, &mut list.include_peers);
        }
    }
    filter
}

fn refresh(world: &World, caller: UserId, peers: &mut [InputPeer]) {
    for peer in peers {
        match peer {
            InputPeer::User(user) => {
                user.access_hash = world.access_hash(caller, UserId(user.user_id)).0;
            }
            InputPeer::Channel(channel) => {
                let id = ChannelId(channel.channel_id);
                channel.access_hash = world.channel_hash(caller, id).0;
            }
            _ => {}
        }
    }
}
