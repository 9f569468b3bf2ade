//! The account's own difference: applied as far as it can be read, and stepped over where it cannot.

use crate::model::{GapCause, MessageBox, OpenedGap};
use crate::telegram::caller::Caller;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Reached, Read};
use crate::telegram::mending;
use crate::telegram::misfits;
use crate::telegram::patience::CallOptions;
use crate::telegram::received::Received;
use crate::telegram::receiver::{Receiver, is_temporary, wanted};
use grammers_client::tl;
use grammers_client::tl::enums::updates::Difference;
use grammers_client::tl::types::updates::State;
use std::time::Duration;
use tokio::time::Instant;

/// How often an account's difference may fail in a row for a reason that passes, before it is
/// stepped over, and how often for another.
const DIFFERENCE_ATTEMPTS: u32 = 4;
const REFUSALS: u32 = 2;

/// What was told so long ago is not told again: whatever was pushed in the same second has come.
const LONG_AGO: Duration = Duration::from_mins(1);

/// The longest wait for the next try where no answer can be read.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What has to wait longer than this does not keep pushes back.
const LONG: Duration = Duration::from_secs(5);

impl Receiver {
    pub(super) async fn account_difference(&mut self) -> Result<Option<Received>, Error> {
        if self
            .account_failed
            .is_some_and(|(at, _)| at > Instant::now())
        {
            return Ok(None);
        }
        let Some(mut request) = self.boxes.get_difference() else {
            return Ok(None);
        };
        request.date = begins_at(request.date, self.told, Instant::now());
        let (reached, cause, why) = match self
            .caller
            .invoke_or_place(&request, &CallOptions::default())
            .await
        {
            Ok(Ok(read)) if misfits::leads_on(&read.value, &request) => {
                return self.account_told(&request, read).await;
            }
            Ok(Ok(_)) => {
                let why = "updates.getDifference leads nowhere".to_owned();
                (None, GapCause::Unreadable, why)
            }
            Ok(Err(unread)) => {
                let reached = match unread.place {
                    Some(Reached::Account(state, complete)) => Some((state, complete)),
                    _ => None,
                };
                let why = reason("updates.getDifference", unread.constructor);
                (reached, GapCause::Unreadable, why)
            }
            Err(error) if self.is_stubborn(&error) => {
                let why = format!("updates.getDifference is refused: {error}");
                (None, GapCause::PositionRefused, why)
            }
            Err(error) => return self.account_failed(error),
        };
        self.step_over(&request, reached, (cause, why)).await
    }

    async fn account_told(
        &mut self,
        request: &tl::functions::updates::GetDifference,
        read: Read<Difference>,
    ) -> Result<Option<Received>, Error> {
        self.account_failed = None;
        let Read {
            value: mut difference,
            unreadable,
        } = read;
        let misfits = misfits::in_difference(&mut difference);
        let known = wanted::stored(&self.boxes.session_state());
        let more = mending::keep_positions_in(&mut difference, &known);
        self.wanted.add_owed(&more);
        let places = match &difference {
            Difference::Difference(part) => wanted::places_of(&part.other_updates),
            Difference::Slice(part) => wanted::places_of(&part.other_updates),
            Difference::Empty(_) | Difference::TooLong(_) => wanted::Places::new(),
        };
        let mut received = self.waiting();
        if matches!(difference, Difference::TooLong(_)) {
            received.lose(MessageBox::ACCOUNT, GapCause::DifferenceTooLong);
        }
        received.leave_out(MessageBox::ACCOUNT, unreadable);
        self.take_misfits(misfits, &mut received);
        let Some(applied) = self.guarded(|boxes| boxes.apply_difference(difference)) else {
            let why = "updates.getDifference tells what cannot be".to_owned();
            let gap = self.step_over(request, None, (GapCause::Unreadable, why));
            if let Some(stepped) = gap.await? {
                received.append(stepped);
            }
            return Ok(Some(received));
        };
        received.add(applied);
        self.forget_without_place(&more);
        self.wanted.note_holes(&places, &self.boxes.session_state());
        self.settle(MessageBox::ACCOUNT, &mut received);
        self.told = Some((self.boxes.session_state().date, Instant::now()));
        self.note_first_seen(&mut received);
        self.note_membership(&received);
        Ok(Some(received))
    }

    /// Goes on behind an answer that cannot be used: from the place that it leads to, or, when it
    /// does not tell or leads nowhere, from where Telegram is. History has to fill what lies
    /// between.
    async fn step_over(
        &mut self,
        request: &tl::functions::updates::GetDifference,
        reached: Option<(State, bool)>,
        (cause, why): (GapCause, String),
    ) -> Result<Option<Received>, Error> {
        let reached = reached.filter(|(state, complete)| *complete || state.pts > request.pts);
        let reached = reached.map(|(state, complete)| nothing_up_to(state, complete));
        let nothing = match reached.filter(|nothing| misfits::leads_on(nothing, request)) {
            Some(nothing) => nothing,
            None => match place_now(&self.caller).await {
                Ok(state) => nothing_up_to(state, true),
                Err(error) => return self.account_failed(error),
            },
        };
        log::warn!("an account's difference cannot be used and is stepped over: {why}");
        self.account_failed = None;
        self.look = true;
        let mut received = self.waiting();
        received.open(OpenedGap {
            message_box: MessageBox::ACCOUNT,
            cause,
            reason: Some(why),
            hides_changes: true,
            up_to: None,
        });
        received.add(self.boxes.apply_difference(nothing));
        self.settle(MessageBox::ACCOUNT, &mut received);
        Ok(Some(received))
    }

    /// Whether Telegram goes on refusing the difference for a reason that is neither the account's
    /// nor its position's. What it says then says nothing against the link.
    fn is_stubborn(&self, error: &Error) -> bool {
        let most = if is_temporary(error) {
            DIFFERENCE_ATTEMPTS
        } else {
            REFUSALS
        };
        is_refusal(error) && self.attempts() + 1 >= most
    }

    fn attempts(&self) -> u32 {
        self.account_failed.map_or(0, |(_, attempts)| attempts)
    }

    /// A flood wait is waited for, with the link in use for all else, and a data centre in trouble
    /// is given some seconds, as is one that refuses. What cannot be read says nothing against the
    /// link. Anything else ends it.
    fn account_failed(&mut self, error: Error) -> Result<Option<Received>, Error> {
        let attempts = self.attempts();
        let (wait, attempts) = match &error {
            Error::FloodWait(wait) => (*wait, attempts),
            _ if is_refusal(&error) && attempts + 1 < DIFFERENCE_ATTEMPTS => {
                (Duration::from_secs(1 << attempts), attempts + 1)
            }
            Error::Unreadable { .. } => {
                let wait = Duration::from_secs(1 << attempts.min(6)).min(LONGEST_WAIT);
                (wait, attempts + 1)
            }
            _ => return Err(error),
        };
        log::debug!("the difference waits for {wait:?}: {error}");
        self.account_failed = Some((Instant::now() + wait, attempts));
        if wait < LONG {
            return Ok(None);
        }
        // Whoever waits for a message does not wait for that.
        let updates = self.held.release(MessageBox::ACCOUNT);
        Ok((!updates.is_empty()).then(|| Received {
            updates,
            ..Received::default()
        }))
    }

    /// Whether pushes of the account's own need not wait for its difference, which is not to come
    /// soon.
    pub(super) fn is_put_off(&self) -> bool {
        let soon = Instant::now() + LONG;
        self.account_failed.is_some_and(|(at, _)| at >= soon)
    }
}

/// Where Telegram is.
async fn place_now(caller: &Caller) -> Result<State, Error> {
    let ask = tl::functions::updates::GetState {};
    let tl::enums::updates::State::State(state) =
        caller.invoke(&ask, &CallOptions::default()).await?;
    if state.pts > 0 && state.date >= 0 {
        return Ok(state);
    }
    Err(Error::Unreadable {
        constructor: None,
        method: "updates.getState",
    })
}

/// Whether Telegram refuses what was asked, and not the account or its position.
fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Rpc(_)) && !error.is_of_account() && !error.refuses_position()
}

/// From which second on an account's difference is to tell of channels. They are told of by their
/// time in whole seconds, and one may have changed again in the last one, unless the last difference
/// has led to it long ago.
fn begins_at(date: i32, told: Option<(i32, Instant)>, now: Instant) -> i32 {
    let is_over = told.is_some_and(|(until, at)| until == date && now - at > LONG_AGO);
    if is_over {
        date
    } else {
        date.saturating_sub(1).max(1)
    }
}

/// Why an answer as a whole is missing, in words.
pub(super) fn reason(method: &'static str, constructor: Option<u32>) -> String {
    Error::Unreadable {
        constructor,
        method,
    }
    .to_string()
}

/// A difference without anything in it that leads to a place.
fn nothing_up_to(state: State, complete: bool) -> Difference {
    let state = tl::enums::updates::State::State(state);
    if complete {
        return Difference::Difference(tl::types::updates::Difference {
            new_messages: Vec::new(),
            new_encrypted_messages: Vec::new(),
            other_updates: Vec::new(),
            chats: Vec::new(),
            users: Vec::new(),
            state,
        });
    }
    Difference::Slice(tl::types::updates::DifferenceSlice {
        new_messages: Vec::new(),
        new_encrypted_messages: Vec::new(),
        other_updates: Vec::new(),
        chats: Vec::new(),
        users: Vec::new(),
        intermediate_state: state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_begins_a_second_earlier_unless_all_of_that_second_was_told() {
        let (then, later) = (Instant::now(), Instant::now() + 2 * LONG_AGO);
        assert_eq!(begins_at(70, None, later), 69);
        assert_eq!(begins_at(70, Some((70, then)), then), 69);
        assert_eq!(begins_at(70, Some((60, then)), later), 69);
        assert_eq!(begins_at(70, Some((70, then)), later), 70);
    }
}
