//! `updates.*`: where an account stands and what a client has missed.
//!
//! Owns the slicing of differences. The events are the account's.
//! Source: <https://core.telegram.org/api/updates>.

use std::collections::BTreeSet;

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, render};
use crate::world::World;
use crate::world::clock::now;
use crate::world::events::{Event, EventKind};
use crate::world::ids::UserId;
use crate::world::refusal::Refusal;

/// `seq` of every account: pushes here are never ordered by it.
const SEQ: i32 = 1;

/// `updates.getState`.
pub(super) fn get_state(
    request: &Request<'_>,
    _: f::updates::GetState,
) -> Result<enums::updates::State, Refusal> {
    let (world, caller) = request.authorised()?;
    Ok(state(&world, caller).into())
}

/// The state of an account now.
pub(super) fn state(world: &World, user: UserId) -> types::updates::State {
    let account = world.account(user);
    types::updates::State {
        pts: account.map_or(1, |account| account.events.pts()),
        qts: 0,
        date: now(),
        seq: SEQ,
        unread_count: account.map_or(0, crate::world::account::Account::unread),
    }
}

/// `updates.getDifference`: empty, whole, a slice, or too long for the client's own limit.
///
/// # Errors
/// `PERSISTENT_TIMESTAMP_EMPTY` without a pts, `PERSISTENT_TIMESTAMP_INVALID` for one that the
/// account has not reached.
pub(super) fn get_difference(
    request: &Request<'_>,
    input: f::updates::GetDifference,
) -> Result<enums::updates::Difference, Refusal> {
    let (world, caller) = request.authorised()?;
    let Some(account) = world.account(caller) else {
        return Err(Refusal::new(500, "INTERNAL"));
    };
    if input.pts <= 0 {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    let behind = account.events.pts() - input.pts;
    if behind < 0 {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_INVALID"));
    }
    if behind == 0 {
        return Ok(types::updates::DifferenceEmpty {
            date: now(),
            seq: SEQ,
        }
        .into());
    }
    if input
        .pts_total_limit
        .is_some_and(|limit| behind > limit.max(1))
    {
        let pts = account.events.pts();
        return Ok(types::updates::DifferenceTooLong { pts }.into());
    }
    let asked = input
        .pts_limit
        .and_then(|limit| usize::try_from(limit).ok());
    let limit = asked.unwrap_or(world.slice).clamp(1, world.slice);
    let missed = account.events.after(input.pts, limit);
    let mut state = state(&world, caller);
    state.pts = missed.pts;
    if let (true, Some(last)) = (missed.more, missed.events.last()) {
        state.date = last.date;
    }
    Ok(difference(
        &world,
        caller,
        missed.events,
        missed.more,
        state,
    ))
}

fn difference(
    world: &World,
    caller: UserId,
    events: &[Event],
    more: bool,
    state: types::updates::State,
) -> enums::updates::Difference {
    let mut people = BTreeSet::from([caller]);
    let mut new_messages = Vec::new();
    let mut other_updates = Vec::new();
    for event in events {
        people.extend(render::concerned(world, caller, &event.kind));
        if let EventKind::New(id) = event.kind {
            // A message deleted since is not told of, only its deletion.
            new_messages.extend(render::message(world, caller, id));
        } else {
            let (pts, count) = (event.pts, event.pts_count);
            other_updates.extend(render::update(world, caller, &event.kind, pts, count));
        }
    }
    let users = render::users(world, caller, people);
    if more {
        return types::updates::DifferenceSlice {
            new_messages,
            new_encrypted_messages: Vec::new(),
            other_updates,
            chats: Vec::new(),
            users,
            intermediate_state: state.into(),
        }
        .into();
    }
    types::updates::Difference {
        new_messages,
        new_encrypted_messages: Vec::new(),
        other_updates,
        chats: Vec::new(),
        users,
        state: state.into(),
    }
    .into()
}
