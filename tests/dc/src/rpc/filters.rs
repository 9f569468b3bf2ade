//! An account's own folders of the list of chats.
//!
//! Owns the checks of a folder and who is told. What is in a folder is worked out by clients.
//! Source: <https://core.telegram.org/api/folders>.

use grammers_tl_types::enums::{DialogFilter, InputPeer};
use grammers_tl_types::{enums, functions as f, types};

use super::{Request, peers};
use crate::world::World;
use crate::world::ids::{ChannelId, UserId};
use crate::world::news::News;
use crate::world::refusal::Refusal;

/// The numbers that a folder may have; 0 is the list of all chats, 1 the archive.
const IDS: std::ops::RangeInclusive<i32> = 2..=255;
/// Folders of an account without Premium.
const MAX: usize = 10;
/// Chats that a folder of such an account may name.
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
    if !IDS.contains(&input.id) {
        return Err(Refusal::bad("FILTER_ID_INVALID"));
    }
    let filter = input.filter;
    let filter = filter.map(|filter| checked(&world, caller, input.id, filter));
    let filter = filter.transpose()?;
    let Some(settings) = world.settings_mut(caller) else {
        return Ok(true);
    };
    let filters = &mut settings.filters;
    let at = filters.iter().position(|one| id_of(one) == input.id);
    match (at, &filter) {
        (Some(at), Some(filter)) => {
            if let Some(kept) = filters.get_mut(at) {
                kept.clone_from(filter);
            }
        }
        (None, Some(_)) if filters.iter().filter(|one| id_of(one) != 0).count() >= MAX => {
            return Err(Refusal::bad("DIALOG_FILTERS_TOO_MUCH"));
        }
        (None, Some(filter)) => filters.push(filter.clone()),
        (Some(at), None) => {
            filters.remove(at);
        }
        (None, None) => return Err(Refusal::bad("FILTER_ID_INVALID")),
    }
    let id = input.id;
    let update = types::UpdateDialogFilter { id, filter };
    let news = News::Aside(Box::new(update.into()), Vec::new());
    world.tell(caller, news, Some(request.origin()));
    Ok(true)
}

/// `messages.updateDialogFiltersOrder`; folders that are not named come last.
pub(super) fn update_dialog_filters_order(
    request: &Request<'_>,
    input: f::messages::UpdateDialogFiltersOrder,
) -> Result<bool, Refusal> {
    let (mut world, caller) = request.authorised()?;
    if let Some(settings) = world.settings_mut(caller) {
        let filters = &mut settings.filters;
        if input.order.contains(&0) && !filters.contains(&DialogFilter::Default) {
            filters.push(DialogFilter::Default);
        }
        let place = |one: &DialogFilter| input.order.iter().position(|id| *id == id_of(one));
        filters.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
    }
    let order = input.order;
    let update = types::UpdateDialogFilterOrder { order };
    let news = News::Aside(Box::new(update.into()), Vec::new());
    world.tell(caller, news, Some(request.origin()));
    Ok(true)
}

fn id_of(filter: &DialogFilter) -> i32 {
    match filter {
        DialogFilter::Default => 0,
        DialogFilter::Filter(filter) => filter.id,
        DialogFilter::Chatlist(list) => list.id,
    }
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
    if let DialogFilter::Filter(filter) = &mut filter {
        let chats = filter.pinned_peers.iter_mut();
        let chats = chats.chain(&mut filter.include_peers);
        for peer in chats.chain(&mut filter.exclude_peers) {
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
    filter
}
