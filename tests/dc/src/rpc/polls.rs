//! Polls: voting, the results, and who voted for what.
//!
//! Owns the forms of the answers. The votes are the world's.
//! Source: <https://core.telegram.org/api/poll>.

use grammers_tl_types::{enums, functions as f, types};

use super::messages::one_update;
use super::render::Cast;
use super::{Request, peers, render};
use crate::world::World;
use crate::world::channel::ChannelKind;
use crate::world::ids::{MessageId, Peer, UserId};
use crate::world::poll::{Poll, Vote};
use crate::world::refusal::Refusal;

/// Votes in one answer, at most.
const PAGE: usize = 100;

/// `messages.sendVote`; without an option the vote is taken back.
///
/// # Errors
/// What `World::vote` refuses.
pub(super) fn send_vote(
    request: &Request<'_>,
    input: f::messages::SendVote,
) -> Result<enums::Updates, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let place = (peer, MessageId(input.msg_id));
    world.vote(caller, place, &input.options, Some(request.origin()))?;
    Ok(answer(&world, caller, place, 0))
}

/// `messages.getPollResults`.
///
/// # Errors
/// `MESSAGE_ID_INVALID`.
pub(super) fn get_poll_results(
    request: &Request<'_>,
    input: f::messages::GetPollResults,
) -> Result<enums::Updates, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let place = (peer, MessageId(input.msg_id));
    world.poll_in(caller, peer, place.1)?;
    Ok(answer(&world, caller, place, input.poll_hash))
}

fn answer(world: &World, caller: UserId, place: (Peer, MessageId), hash: i64) -> enums::Updates {
    let mut cast = Cast::of([place.0]);
    if let Some(post) = world.post_of(caller, place.0, place.1) {
        cast.add_post(world, post);
    }
    let update = render::polled(world, caller, place, hash);
    let updates = update.into_iter().collect();
    render::whole(world, caller, updates, &cast, world.now())
}

/// `messages.editMessage` with a poll: it can only be closed.
///
/// # Errors
/// `MEDIA_NEW_INVALID` for a poll that is not closed; what `World::close_poll` refuses.
pub(super) fn close(
    request: &Request<'_>,
    poll: &enums::Poll,
    input: &f::messages::EditMessage,
) -> Result<enums::Updates, Refusal> {
    let enums::Poll::Poll(poll) = poll;
    if !poll.closed {
        return Err(Refusal::bad("MEDIA_NEW_INVALID"));
    }
    let (mut world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let place = (peer, MessageId(input.id));
    let event = world.close_poll(caller, place, Some(request.origin()))?;
    let mut cast = Cast::of([Peer::User(caller), peer]);
    if let Some(post) = world.post_of(caller, peer, place.1) {
        cast.add_post(&world, post);
    }
    let update = one_update(&world, caller, peer, &event);
    let updates = update.into_iter().collect();
    Ok(render::whole(&world, caller, updates, &cast, event.date))
}

/// `messages.getPollVotes` of a poll with public voters, newest first.
///
/// # Errors
/// `MESSAGE_ID_INVALID`, also for other polls; 403 `BROADCAST_FORBIDDEN` in broadcast channels,
/// `POLL_VOTE_REQUIRED` for who has not voted.
pub(super) fn get_poll_votes(
    request: &Request<'_>,
    input: f::messages::GetPollVotes,
) -> Result<enums::messages::VotesList, Refusal> {
    let (world, caller) = request.authorised()?;
    let peer = peers::peer(&world, caller, &input.peer)?;
    let channel = peer.channel().and_then(|id| world.channel(id));
    if channel.is_some_and(|found| found.kind == ChannelKind::Broadcast) {
        return Err(Refusal::forbidden("BROADCAST_FORBIDDEN"));
    }
    let (_, id) = world.poll_in(caller, peer, MessageId(input.id))?;
    let poll = world.poll(id).filter(|poll| poll.asked.public_voters);
    let poll = poll.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
    if poll.vote_of(caller).is_none() && !poll.is_closed(world.now()) {
        return Err(Refusal::forbidden("POLL_VOTE_REQUIRED"));
    }
    let wanted = input.option.as_deref();
    let is_for = |place: &usize| wanted.is_none_or(|option| poll.option(*place) == option);
    let votes = poll.votes.iter().rev();
    let votes: Vec<&Vote> = votes
        .filter(|vote| vote.answers.iter().any(is_for))
        .collect();
    let from = input
        .offset
        .and_then(|offset| offset.parse().ok())
        .unwrap_or(0);
    let limit = usize::try_from(input.limit).map_or(0, |limit| limit.min(PAGE));
    let mut cast = Cast::of([peer]);
    let page = votes.iter().skip(from).take(limit).map(|vote| {
        cast.add_user(vote.user);
        one_vote(poll, vote, wanted)
    });
    let page: Vec<_> = page.collect();
    let next = from.saturating_add(page.len());
    Ok(types::messages::VotesList {
        count: render::count(votes.len()),
        votes: page,
        chats: cast.chats(&world, caller),
        users: cast.users(&world, caller),
        next_offset: (next < votes.len()).then(|| next.to_string()),
    }
    .into())
}

fn one_vote(poll: &Poll, vote: &Vote, wanted: Option<&[u8]>) -> enums::MessagePeerVote {
    let (peer, date) = (render::peer(Peer::User(vote.user)), vote.date);
    if wanted.is_some() {
        return types::MessagePeerVoteInputOption { peer, date }.into();
    }
    let mut options = vote
        .answers
        .iter()
        .map(|place| poll.option(*place).to_vec());
    if let (Some(option), None) = (options.next(), options.next()) {
        return types::MessagePeerVote { peer, option, date }.into();
    }
    let options = vote
        .answers
        .iter()
        .map(|place| poll.option(*place).to_vec());
    types::MessagePeerVoteMultiple {
        peer,
        options: options.collect(),
        date,
    }
    .into()
}
