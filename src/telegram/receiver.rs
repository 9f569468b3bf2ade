//! Reading updates: pushes from the link, and differences where some are missing.
//!
//! grammers' `MessageBoxes` does the bookkeeping of
//! <https://core.telegram.org/api/updates>. This loop makes the calls that it asks for, and so
//! sees what a reader that hides them would swallow: differences that are too long, channels
//! without an access hash, a queue that ran full, answers that never come.

mod account;
mod asking;
mod bookkeeping;
mod channels;
mod held;
pub(super) mod wanted;
mod wishes;
mod withheld;

use crate::model::{GapCause, MessageBox};
use crate::telegram::caller::Caller;
use crate::telegram::closings::Closings;
use crate::telegram::error::Error;
use crate::telegram::mending;
use crate::telegram::misfits;
use crate::telegram::received::Received;
use crate::telegram::receiver::asking::{Asking, answer};
use crate::telegram::receiver::held::{Held, Settled};
use crate::telegram::receiver::wanted::Wanted;
use crate::telegram::receiver::withheld::Withheld;
use crate::telegram::retries::Retries;
use crate::telegram::storage::HubSession;
use crate::telegram::vitals::Vitals;
use grammers_client::session::Session as _;
use grammers_client::session::types::UpdatesState;
use grammers_client::session::updates::{MessageBox as Place, MessageBoxes, UpdatesLike};
use grammers_client::tl;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
pub(super) use wishes::NUDGES;
pub use wishes::Nudge;

/// Pushes that are already there are taken together up to about this many updates.
const TAKEN_TOGETHER: usize = 500;

/// One account's reading.
pub(super) struct Receiver {
    caller: Arc<Caller>,
    boxes: MessageBoxes,
    socket: mpsc::Receiver<UpdatesLike>,
    nudges: mpsc::Receiver<Nudge>,
    /// Channels whose difference has failed and is asked for again.
    retries: Retries,
    /// Channels that have a reason to be asked for.
    wanted: Wanted,
    /// Telegram's time up to which all channels that are known to have more have been asked.
    told_until: i32,
    /// Channels whose position was refused since the link was made.
    restarted: HashSet<i64>,
    /// Pushes that a difference will bring again.
    held: Held,
    withheld: Withheld,
    /// Channels that Telegram says the account has come to or gone from, until they have told
    /// what they had.
    moving: HashSet<i64>,
    /// Channels that the account has come to or gone from, until somebody asks.
    moved: Vec<i64>,
    /// What was told last of these: since when the account is there, and whether it has gone.
    memberships: HashMap<i64, (i32, bool)>,
    /// The date that the last difference has led to, and when it came.
    told: Option<(i32, Instant)>,
    /// Something that could not be read has come, and whoever compares places is to do so.
    look: bool,
    /// The account's difference is not to be asked for before this, after so many failures.
    account_failed: Option<(Instant, u32)>,
    /// The channel's difference that is on its way.
    asking: Option<Asking>,
    closings: Closings,
}

impl Receiver {
    /// Goes on from the account's stored position.
    pub(super) async fn create(
        caller: Arc<Caller>,
        socket: mpsc::Receiver<UpdatesLike>,
        nudges: mpsc::Receiver<Nudge>,
    ) -> Result<Self, Error> {
        let state = caller.session().updates_state().await;
        let state = state.map_err(|error| Error::Storage(error.into()))?;
        let told_until = state.date;
        Ok(Self {
            caller,
            boxes: bookkeeping::load(state),
            socket,
            nudges,
            retries: Retries::default(),
            wanted: Wanted::default(),
            told_until,
            restarted: HashSet::new(),
            held: Held::default(),
            withheld: Withheld::default(),
            moving: HashSet::new(),
            moved: Vec::new(),
            memberships: HashMap::new(),
            told: None,
            look: false,
            account_failed: None,
            asking: None,
            closings: Closings::default(),
        })
    }

    pub(super) fn session(&self) -> &Arc<HubSession> {
        self.caller.session()
    }

    pub(super) fn vitals(&self) -> &Arc<Vitals> {
        self.caller.vitals()
    }

    /// Takes the known channels, by their bare ids, that the account has come to or gone from.
    pub(super) fn take_moved(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.moved)
    }

    /// Whether the places of all dialogs are to be compared, since the last time it was asked.
    pub(super) fn take_look(&mut self) -> bool {
        std::mem::take(&mut self.look)
    }

    /// The position with everything that [`Receiver::next`] has returned. That a channel has more is
    /// told once, by a push or by the account's difference, which tells it of all that have had
    /// something since its date: the date stays until these have been asked, so that whoever goes on
    /// from here is told again.
    pub(super) fn state(&mut self) -> UpdatesState {
        let mut state = self.boxes.session_state();
        let asking = self.boxes.get_channel_difference().is_some() || self.retries.next().is_some();
        if !self.wanted.owes(&state, asking) {
            self.told_until = state.date;
        }
        state.date = state.date.min(self.told_until);
        state
    }

    /// Waits for updates, or for a position that has moved without any. Must not be dropped while
    /// it runs: what it has taken from the link would be missing until the next one.
    pub(super) async fn next(&mut self) -> Result<Received, Error> {
        loop {
            if self.closings.take(Instant::now())? {
                // The next call connects, which thousands of accounts must not do in one moment.
                self.caller.turn().await;
            }
            let deadline = Instant::from_std(self.boxes.check_deadlines());
            // A difference is asked for now and then; what it takes is not kept ready.
            if self.boxes.get_difference().is_some()
                && let Some(received) = Box::pin(self.account_difference()).await?
            {
                return Ok(received);
            }
            if self.asking.is_none() && self.boxes.get_channel_difference().is_some() {
                if let Some(received) = Box::pin(self.ask_channel()).await? {
                    return Ok(received);
                }
                // That one is asked for, done with or has to wait; the next one need not.
                continue;
            }
            let wake = self.wake(deadline);
            tokio::select! {
                answered = answer(&mut self.asking) => {
                    let received = Box::pin(self.channel_answered(answered)).await?;
                    if let Some(received) = received {
                        return Ok(received);
                    }
                }
                pushed = self.socket.recv() => {
                    let pushed = pushed.ok_or_else(closed)?;
                    if let Some(received) = self.take(pushed) {
                        return Ok(received);
                    }
                }
                Some(nudge) = self.nudges.recv() => self.follow(nudge),
                () = sleep_until(wake) => {
                    for channel in self.retries.due(Instant::now()) {
                        self.begin_channel(channel);
                    }
                }
            }
        }
    }

    /// When there is something to do though nothing comes.
    fn wake(&self, deadline: Instant) -> Instant {
        let now = Instant::now();
        let difference = self.account_failed.map(|(at, _)| at);
        // A time that is over belongs to a difference that has to wait for something else.
        let times = [Some(deadline), difference, self.retries.next()];
        let next = times.into_iter().flatten().filter(|at| *at > now).min();
        next.unwrap_or(now + Duration::from_mins(1))
    }

    /// A push, and those that wait behind it.
    fn take(&mut self, first: UpdatesLike) -> Option<Received> {
        let mut received = Received::default();
        self.note_overflow(1, &mut received);
        let mut next = Some(first);
        while let Some(pushed) = next.take() {
            if !self.process(pushed, &mut received) {
                break;
            }
            if received.updates.len() < TAKEN_TOGETHER {
                next = self.socket.try_recv().ok();
            }
        }
        self.taken(&mut received);
        let nothing = received.updates.is_empty() && received.lost.is_empty() && !self.look;
        (!nothing || !received.users.is_empty() || !received.chats.is_empty()).then_some(received)
    }

    /// The pushes that have come while a difference was asked for. To be taken before it is
    /// applied: behind it they would be no news, and it tells of none that is gone by now.
    fn waiting(&mut self) -> Received {
        let mut received = Received::default();
        self.note_overflow(0, &mut received);
        while let Ok(pushed) = self.socket.try_recv() {
            self.process(pushed, &mut received);
        }
        self.taken(&mut received);
        received
    }

    /// What came on top of a full queue is gone, and nobody says what it was.
    fn note_overflow(&self, taken: usize, received: &mut Received) {
        if self.socket.len() + taken >= self.socket.max_capacity() {
            received.lose(MessageBox::ACCOUNT, GapCause::UpdatesDropped);
        }
    }

    /// Hands a push to the bookkeeping. `false` when it shows a gap: what the link has brought
    /// comes with the difference.
    fn process(&mut self, mut pushed: UpdatesLike, received: &mut Received) -> bool {
        let misfits = misfits::in_push(&mut pushed);
        self.take_misfits(misfits, received);
        let more = mending::keep_positions(&mut pushed);
        self.wanted.add_owed(&more);
        if self.closings.note(&pushed) {
            self.caller.note_closed();
        }
        let unreadable = matches!(pushed, UpdatesLike::MalformedUpdates);
        let places = wanted::places(&pushed);
        let mut told = self.withheld.before(&pushed);
        let processed = self.guarded(|boxes| boxes.process_updates(pushed));
        self.forget_without_place(&more);
        self.look |= processed.is_none();
        let Some(Ok(taken)) = processed else {
            // The account's difference may not tell of a channel that had it.
            self.look |= unreadable;
            self.hold(told);
            return false;
        };
        self.withheld.after(&taken.0);
        told.retain(|told| !taken.0.iter().any(|(update, _)| update == told));
        received.add(taken);
        self.hold(told);
        if !places.is_empty() {
            self.wanted.note_holes(&places, &self.boxes.session_state());
        }
        true
    }

    /// The pushes that were there have been taken.
    fn taken(&mut self, received: &mut Received) {
        if !received.lost.is_empty() {
            self.begin_account();
        }
        if self.wants_difference() {
            self.held
                .take_early(&mut received.updates, &self.boxes.session_state());
        }
        if self.is_put_off() {
            let kept = self.held.release(MessageBox::ACCOUNT);
            received.updates.extend(kept);
        }
        self.note_first_seen(received);
        self.note_membership(received);
    }

    /// Keeps messages that the library has not let through, and forgets those that it has by now.
    fn hold(&mut self, told: Vec<tl::enums::Update>) {
        if told.is_empty() && self.held.is_empty() {
            return;
        }
        let position = self.boxes.session_state();
        let told = told.into_iter();
        let told = told.filter_map(|update| withheld::placed(update, &position));
        self.held.take_withheld(told.collect(), &position);
    }

    fn note_first_seen(&mut self, received: &mut Received) {
        let channels: HashSet<i64> = received
            .updates
            .iter()
            .filter_map(|(_, state)| match state.message_box {
                Some(Place::Channel { channel_id, .. }) => Some(channel_id),
                _ => None,
            })
            .collect();
        for channel in channels {
            if self.restarted.remove(&channel) || !self.session().knows_channel(channel) {
                received.lose(MessageBox::channel(channel), GapCause::FirstSeen);
            }
        }
    }

    fn wants_difference(&self) -> bool {
        self.boxes.get_difference().is_some() || self.boxes.get_channel_difference().is_some()
    }

    /// A part of a sequence's difference has been applied.
    fn settle(&mut self, place: MessageBox, received: &mut Received) {
        let finished = match (place.chat(), self.boxes.get_channel_difference()) {
            (None, _) => self.boxes.get_difference().is_none(),
            (Some(chat), Some(next)) => channels::asked(&next) != Some(chat.bare()),
            (Some(_), None) => true,
        };
        let position = self.boxes.session_state();
        self.withheld.reached(place, &position);
        let Settled { left, passed } = self.held.settle(place, &position, finished);
        received.add_passed(place, passed);
        if finished && !left.is_empty() {
            // They came after the difference was made, and something may be missing before them.
            match place.chat() {
                Some(chat) => self.begin_channel(chat.bare()),
                None => self.begin_account(),
            }
        }
        received.updates.extend(left);
    }
}

/// Telegram's own troubles, which pass.
fn is_temporary(error: &Error) -> bool {
    matches!(error, Error::Rpc(rpc) if rpc.code >= 500 || rpc.code == -503)
}

fn closed() -> Error {
    Error::Unreachable("the link's task has ended".into())
}
