//! `updates.*` of accounts: where an account stands and what a client has missed.
//!
//! Owns the slicing of account differences. The events are the account's; those of channels are
//! `channel_updates`'. Source: <https://core.telegram.org/api/updates>.

use grammers_tl_types::{enums, functions as f, types};

use super::render::Cast;
use super::{Request, render};
use crate::world::World;
use crate::world::account::Account;
use crate::world::events::Event;
use crate::world::ids::{Peer, UserId};
use crate::world::omit;
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
        date: world.now(),
        seq: SEQ,
        unread_count: account.map_or(0, Account::unread),
    }
}

/// `updates.getDifference`: empty, whole, a slice, or too long.
///
/// # Errors
/// `PERSISTENT_TIMESTAMP_EMPTY` without a pts, `PERSISTENT_TIMESTAMP_INVALID` for one that the
/// account has not reached.
pub(super) fn get_difference(
    request: &Request<'_>,
    input: f::updates::GetDifference,
) -> Result<enums::updates::Difference, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let world = &mut *world;
    let account = world
        .account(caller)
        .ok_or_else(|| Refusal::new(500, "INTERNAL"))?;
    if input.pts <= 0 {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_EMPTY"));
    }
    let (pts, behind) = (account.events.pts(), account.events.pts() - input.pts);
    if behind < 0 {
        return Err(Refusal::bad("PERSISTENT_TIMESTAMP_INVALID"));
    }
    let missed = account.events.count_after(input.pts);
    let total = input.pts_total_limit.map_or(i32::MAX, |limit| limit.max(1));
    if behind > 0 && (behind > total || world.faults.too_long.strikes(caller, missed)) {
        return Ok(types::updates::DifferenceTooLong { pts }.into());
    }
    let asked = input
        .pts_limit
        .and_then(|limit| usize::try_from(limit).ok());
    let limit = asked.unwrap_or(world.slice).clamp(1, world.slice);
    Ok(difference(world, caller, &input, limit))
}

fn difference(
    world: &World,
    caller: UserId,
    input: &f::updates::GetDifference,
    limit: usize,
) -> enums::updates::Difference {
    let mut told = Told::default();
    let mut state = state(world, caller);
    let (mut more, mut nothing) = (false, true);
    if let Some(account) = world.account(caller) {
        let missed = account.events.after(input.pts, limit);
        for event in to_tell(world, missed.events) {
            told.add(world, caller, event);
        }
        state.pts = missed.pts;
        (more, nothing) = (missed.more, missed.events.is_empty());
        if let (true, Some(last)) = (more, missed.events.last()) {
            state.date = last.date;
        }
        if !more {
            told.add_channels(world, account, input.date);
        }
    }
    if nothing && told.other_updates.is_empty() {
        let (date, seq) = (state.date, SEQ);
        return types::updates::DifferenceEmpty { date, seq }.into();
    }
    told.answer(world, caller, state, more)
}

/// The events that are told of these.
pub(super) fn to_tell<'a>(world: &World, events: &'a [Event]) -> Vec<&'a Event> {
    if world.rules.differences_omit {
        omit::told(events)
    } else {
        events.iter().collect()
    }
}

/// What a difference tells.
#[derive(Default)]
struct Told {
    cast: Cast,
    new_messages: Vec<enums::Message>,
    other_updates: Vec<enums::Update>,
}

impl Told {
    fn add(&mut self, world: &World, caller: UserId, event: &Event) {
        self.cast.add_event(world, caller, &event.kind);
        match render::update(world, caller, event) {
            // A message deleted since is not told of, only its deletion.
            Some(enums::Update::NewMessage(update)) => self.new_messages.push(update.message),
            update => self.other_updates.extend(update),
        }
    }

    /// Which channels were joined or left since `date`, and in which ones something happened.
    fn add_channels(&mut self, world: &World, account: &Account, date: i32) {
        let from = account.moves.partition_point(|(at, _)| *at < date);
        for (_, channel) in account.moves.iter().skip(from) {
            self.cast.add(Peer::Channel(*channel));
            self.other_updates.push(render::channel_changed(*channel));
        }
        for id in &account.channels {
            if let Some(channel) = world.channel(*id)
                && channel.events.last_date() > date
            {
                self.cast.add(Peer::Channel(*id));
                self.other_updates.push(render::channel_too_long(*id, None));
            }
        }
    }

    fn answer(
        self,
        world: &World,
        caller: UserId,
        state: types::updates::State,
        more: bool,
    ) -> enums::updates::Difference {
        let (users, chats) = (
            self.cast.users(world, caller),
            self.cast.chats(world, caller),
        );
        let (new_messages, other_updates) = (self.new_messages, self.other_updates);
        if more {
            return types::updates::DifferenceSlice {
                new_messages,
                new_encrypted_messages: Vec::new(),
                other_updates,
                chats,
                users,
                intermediate_state: state.into(),
            }
            .into();
        }
        types::updates::Difference {
            new_messages,
            new_encrypted_messages: Vec::new(),
            other_updates,
            chats,
            users,
            state: state.into(),
        }
        .into()
    }
}
