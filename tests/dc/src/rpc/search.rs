//! Searching in one chat and in all of them.
//!
//! Owns the translation of the filters and the paging. What matches is the world's.
//! Source: <https://core.telegram.org/api/search>.

use grammers_tl_types::enums::MessagesFilter;
use grammers_tl_types::{enums, functions as f, types};

use super::history::Found;
use super::{Request, peers, render};
use crate::world::dialog::Window;
use crate::world::ids::{MessageId, Peer};
use crate::world::refusal::Refusal;
use crate::world::search::{Filter, Query};

/// `messages.search`, newest first.
///
/// # Errors
/// What names a chat: without one, `messages.searchGlobal` is the method.
pub(super) fn search(
    request: &Request<'_>,
    input: f::messages::Search,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let from = input.from_id.as_ref();
    let query = Query {
        text: input.q,
        from: from
            .map(|from| peers::peer(&world, caller, from))
            .transpose()?,
        topic: input.top_msg_id.map(MessageId),
        filter: filter(&input.filter),
        min_date: input.min_date,
        max_date: input.max_date,
    };
    let window = Window {
        offset_id: input.offset_id,
        add_offset: input.add_offset,
        limit: input.limit,
        max_id: input.max_id,
        min_id: input.min_id,
        ..Window::default()
    };
    let matching = world.search(caller, peer, &query);
    let mut found = Found::new(caller, peer);
    if input.limit > 0 {
        for id in window.pick(&matching, |id| render::date(&world, caller, peer, id)) {
            found.add(&world, caller, peer, id);
        }
    }
    found.total = matching.len();
    Ok(found.answer(&world, caller, peer))
}

/// `messages.searchGlobal`, newest first; `offset_rate` is the date of the last message of the page
/// before.
///
/// # Errors
/// `SEARCH_QUERY_EMPTY` without a text and without a filter.
pub(super) fn search_global(
    request: &Request<'_>,
    input: f::messages::SearchGlobal,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let filter = filter(&input.filter);
    if input.q.trim().is_empty() && filter == Filter::Any {
        return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
    }
    let query = Query {
        text: input.q,
        from: None,
        topic: None,
        filter,
        min_date: input.min_date,
        max_date: input.max_date,
    };
    let all = world.search_everywhere(caller, &query);
    let last = peers::peer(&world, caller, &input.offset_peer)
        .ok()
        .and_then(|peer| world.post_of(caller, peer, MessageId(input.offset_id)));
    let from = last.map_or(0, |last| all.partition_point(|(post, ..)| *post >= last));
    let limit = usize::try_from(input.limit.clamp(1, 100)).unwrap_or(1);
    let own = Peer::User(caller);
    let mut found = Found::new(caller, own);
    let page = all.get(from..).unwrap_or_default();
    for (_, peer, id) in page.iter().take(limit) {
        found.add(&world, caller, *peer, *id);
    }
    found.total = all.len();
    Ok(found.answer(&world, caller, own))
}

/// `messages.getSearchCounters`: how many messages of each kind a chat holds.
pub(super) fn get_search_counters(
    request: &Request<'_>,
    input: f::messages::GetSearchCounters,
) -> Result<Vec<enums::messages::SearchCounter>, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let counter = |wanted: MessagesFilter| {
        let query = Query {
            filter: filter(&wanted),
            ..Query::default()
        };
        let count = render::count(world.search(caller, peer, &query).len());
        types::messages::SearchCounter {
            inexact: false,
            filter: wanted,
            count,
        }
        .into()
    };
    Ok(input.filters.into_iter().map(counter).collect())
}

fn filter(filter: &MessagesFilter) -> Filter {
    match filter {
        MessagesFilter::InputMessagesFilterEmpty => Filter::Any,
        MessagesFilter::InputMessagesFilterPinned => Filter::Pinned,
        MessagesFilter::InputMessagesFilterUrl => Filter::Url,
        MessagesFilter::InputMessagesFilterMyMentions => Filter::Mentions,
        MessagesFilter::InputMessagesFilterPhotos => Filter::Photo,
        MessagesFilter::InputMessagesFilterVideo => Filter::Video,
        MessagesFilter::InputMessagesFilterPhotoVideo => Filter::PhotoVideo,
        MessagesFilter::InputMessagesFilterDocument => Filter::Document,
        MessagesFilter::InputMessagesFilterMusic => Filter::Music,
        MessagesFilter::InputMessagesFilterVoice => Filter::Voice,
        _ => Filter::Nothing,
    }
}
