//! Searching in one chat and in all of them.
//!
//! Owns the translation of the filters and the paging. What matches is the world's.
//! Source: <https://core.telegram.org/api/search>.

use grammers_tl_types::enums::{InputPeer, MessagesFilter};
use grammers_tl_types::{enums, functions as f, types};

use super::history::Found;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::dialog::Window;
use crate::world::folders::{ARCHIVE, MAIN};
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::kinds::Kind;
use crate::world::refusal::Refusal;
use crate::world::search::{Chats, Filter, Hit, Query};

/// Messages that a search in all chats gives out, on all pages together, whatever their count.
/// Source: mtcute, `highlevel/methods/messages/search-global.ts`.
const MAX_EVERYWHERE: usize = 10_000;

/// `messages.search`, newest first; with `inputPeerEmpty` in all private chats and basic groups.
///
/// # Errors
/// What names a chat; `SEARCH_QUERY_EMPTY` for all chats without anything to look for.
pub(super) fn search(
    request: &Request<'_>,
    input: f::messages::Search,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = match &input.peer {
        InputPeer::Empty => None,
        peer => Some(peers::peer(&world, caller, peer)?),
    };
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
    let matching = match peer {
        Some(peer) => world.search(caller, peer, &query),
        None if is_empty(&query) => return Err(Refusal::bad("SEARCH_QUERY_EMPTY")),
        None => world.search_box(caller, &query),
    };
    let own = Peer::User(caller);
    let chat = |id| peer.unwrap_or_else(|| chat_of(&world, caller, id));
    let mut found = Found::new(caller, peer.unwrap_or(own));
    if input.limit > 0 {
        for id in window.pick(&matching, |id| render::date(&world, caller, chat(id), id)) {
            found.add(&world, caller, chat(id), id);
        }
    }
    found.total = matching.len();
    Ok(found.answer(&world, caller, peer.unwrap_or(own)))
}

fn is_empty(query: &Query) -> bool {
    query.text.trim().is_empty() && query.filter == Filter::Any && query.from.is_none()
}

/// The chat of a message in the caller's own box.
fn chat_of(world: &World, caller: UserId, id: MessageId) -> Peer {
    let held = world.account(caller).and_then(|account| account.held(id));
    held.map_or(Peer::User(caller), |held| held.peer)
}

/// `messages.searchGlobal`, newest first.
///
/// # Errors
/// `SEARCH_QUERY_EMPTY` without a text and without a filter, `INPUT_FILTER_INVALID` for filters
/// that are for one chat, `FOLDER_ID_INVALID`.
pub(super) fn search_global(
    request: &Request<'_>,
    input: f::messages::SearchGlobal,
) -> Result<enums::messages::Messages, Refusal> {
    let (world, caller) = request.authorised()?;
    let folder = input.folder_id;
    if folder.is_some_and(|folder| ![MAIN, ARCHIVE].contains(&folder)) {
        return Err(Refusal::bad("FOLDER_ID_INVALID"));
    }
    let after = after(&world, caller, &input);
    let query = Query {
        text: input.q,
        filter: filter(&input.filter),
        min_date: input.min_date,
        max_date: input.max_date,
        ..Query::default()
    };
    if is_empty(&query) {
        return Err(Refusal::bad("SEARCH_QUERY_EMPTY"));
    }
    if [Filter::Pinned, Filter::Mentions].contains(&query.filter) {
        return Err(Refusal::bad("INPUT_FILTER_INVALID"));
    }
    let chats = Chats {
        folder,
        users: input.users_only,
        groups: input.groups_only,
        broadcasts: input.broadcasts_only,
    };
    let all = world.search_everywhere(caller, &query, chats);
    let from = after.map_or(0, |last| all.partition_point(|hit| *hit >= last));
    let limit = usize::try_from(input.limit.clamp(1, 100)).unwrap_or(1);
    let own = Peer::User(caller);
    let mut found = Found::new(caller, own);
    let shown = all.iter().take(MAX_EVERYWHERE);
    for hit in shown.skip(from).take(limit) {
        found.add(&world, caller, hit.peer, hit.id);
        found.next_rate = Some(hit.date);
    }
    found.total = all.len();
    Ok(found.answer(&world, caller, own))
}

/// What the page before ended with: `offset_rate` is its date. Without a chat, everything before
/// that date follows.
fn after(world: &World, caller: UserId, input: &f::messages::SearchGlobal) -> Option<Hit> {
    let id = MessageId(input.offset_id);
    let peer = peers::peer(world, caller, &input.offset_peer).ok();
    let date = match (input.offset_rate, peer) {
        (rate, _) if rate > 0 => rate,
        (_, Some(peer)) => render::date(world, caller, peer, id),
        (_, None) => 0,
    };
    (date > 0).then(|| Hit {
        date,
        peer: peer.unwrap_or(Peer::User(UserId(0))),
        id,
    })
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
            topic: input.top_msg_id.map(MessageId),
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
        MessagesFilter::InputMessagesFilterPhotos => Filter::Kinds(&[Kind::Photo]),
        MessagesFilter::InputMessagesFilterVideo => Filter::Kinds(&[Kind::Video]),
        MessagesFilter::InputMessagesFilterPhotoVideo => Filter::Kinds(&[Kind::Photo, Kind::Video]),
        MessagesFilter::InputMessagesFilterDocument => Filter::Kinds(&[Kind::Document]),
        MessagesFilter::InputMessagesFilterGif => Filter::Kinds(&[Kind::Gif]),
        MessagesFilter::InputMessagesFilterMusic => Filter::Kinds(&[Kind::Music]),
        MessagesFilter::InputMessagesFilterVoice => Filter::Kinds(&[Kind::Voice]),
        MessagesFilter::InputMessagesFilterRoundVideo => Filter::Kinds(&[Kind::RoundVideo]),
        MessagesFilter::InputMessagesFilterRoundVoice => {
            Filter::Kinds(&[Kind::Voice, Kind::RoundVideo])
        }
        MessagesFilter::InputMessagesFilterGeo => Filter::Kinds(&[Kind::Geo]),
        MessagesFilter::InputMessagesFilterContacts => Filter::Kinds(&[Kind::Contact]),
        MessagesFilter::InputMessagesFilterPoll => Filter::Kinds(&[Kind::Poll]),
        // Calls, and photos of chats: nobody makes them here.
        _ => Filter::Kinds(&[]),
    }
}
