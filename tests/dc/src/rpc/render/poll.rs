//! Polls and their results, as one viewer sees them.
//!
//! Owns that nobody sees the votes of others before their own, unless the poll is closed.

use grammers_tl_types::{enums, types};

use super::chat::count;
use super::peer::{peer, user_peer};
use crate::world::World;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::poll::{Poll, PollId};

/// Voters who are shown by name beside a poll.
const RECENT: usize = 3;

/// A poll as a message shows it; without a viewer as it looks to everybody.
pub(super) fn poll_media(
    world: &World,
    viewer: Option<UserId>,
    id: PollId,
) -> Option<enums::MessageMedia> {
    let poll = world.poll(id)?;
    let media = types::MessageMediaPoll {
        poll: asked(world, viewer, poll),
        results: results(world, viewer, poll),
        attached_media: None,
    };
    Some(media.into())
}

/// `updateMessagePoll`; without the question if the client knows it by this hash.
pub(in crate::rpc) fn polled(
    world: &World,
    viewer: UserId,
    (chat, id): (Peer, MessageId),
    known_hash: i64,
) -> Option<enums::Update> {
    let (_, poll_id) = world.poll_in(viewer, chat, id).ok()?;
    let poll = world.poll(poll_id)?;
    let update = types::UpdateMessagePoll {
        peer: Some(peer(chat)),
        msg_id: Some(id.0),
        top_msg_id: None,
        poll_id: poll_id.0,
        poll: (poll.asked.hash != known_hash).then(|| asked(world, Some(viewer), poll)),
        results: results(world, Some(viewer), poll),
    };
    Some(update.into())
}

/// Those who are shown by name beside a poll.
pub(super) fn recent_voters(poll: &Poll) -> Vec<UserId> {
    let shown = poll.votes.iter().rev().take(RECENT);
    let shown = shown.filter(|_| poll.asked.public_voters);
    shown.map(|vote| vote.user).collect()
}

fn asked(world: &World, viewer: Option<UserId>, poll: &Poll) -> enums::Poll {
    let mut asked = poll.asked.clone();
    asked.closed = poll.is_closed(world.now());
    asked.creator = viewer == Some(poll.author);
    asked.into()
}

fn results(world: &World, viewer: Option<UserId>, poll: &Poll) -> enums::PollResults {
    let own = viewer.and_then(|viewer| poll.vote_of(viewer));
    let is_closed = poll.is_closed(world.now());
    let hidden = poll.asked.hide_results_until_close && !is_closed;
    let may_see = is_closed || own.is_some();
    let recent = recent_voters(poll);
    let answers = (0..poll.asked.answers.len()).map(|place| {
        let chosen = poll.votes.iter();
        let chosen = chosen.filter(|vote| vote.answers.contains(&place)).count();
        types::PollAnswerVoters {
            chosen: own.is_some_and(|vote| vote.answers.contains(&place)),
            correct: poll.correct.contains(&place),
            option: poll.option(place).to_vec(),
            voters: (!hidden).then(|| count(chosen)),
            recent_voters: (!hidden).then(Vec::new),
        }
        .into()
    });
    let solution = poll.solution.as_ref().filter(|_| may_see);
    types::PollResults {
        min: viewer.is_none(),
        has_unread_votes: false,
        can_view_stats: false,
        results: may_see.then(|| answers.collect()),
        total_voters: Some(count(poll.votes.len())),
        recent_voters: (!recent.is_empty()).then(|| recent.into_iter().map(user_peer).collect()),
        solution: solution.map(|(text, _)| text.clone()),
        solution_entities: solution.map(|(_, entities)| entities.clone()),
        solution_media: None,
    }
    .into()
}
