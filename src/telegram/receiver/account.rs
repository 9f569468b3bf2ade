//! The account's own difference: applied as far as it can be read, and stepped over where it cannot.

use crate::model::{GapCause, MessageBox};
use crate::store::capture::OpenedGap;
use crate::telegram::error::Error;
use crate::telegram::lenient::{Reached, Read, Unread};
use crate::telegram::mending;
use crate::telegram::received::Received;
use crate::telegram::receiver::{Receiver, is_temporary, wanted};
use grammers_client::tl;
use grammers_client::tl::enums::updates::Difference;
use std::time::Duration;
use tokio::time::Instant;

/// How often an account's difference may fail in a row before the link is given up.
const DIFFERENCE_ATTEMPTS: u32 = 4;

/// What was told so long ago is not told again: whatever was pushed in the same second has come.
const LONG_AGO: Duration = Duration::from_mins(1);

/// How often it may go on failing with a link that answers.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

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
        let read = match self.caller.invoke_or_place(&request).await {
            Ok(Ok(read)) => read,
            Ok(Err(unread)) => match self.step_over(&request, unread).await {
                Ok(received) => return Ok(Some(received)),
                Err(error) => return self.account_failed(error).map(|()| None),
            },
            Err(error) => return self.account_failed(error).map(|()| None),
        };
        self.account_failed = None;
        let Read {
            value: mut difference,
            unreadable,
        } = read;
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
        received.add(self.boxes.apply_difference(difference));
        self.forget_without_place(&more);
        self.wanted.note_holes(&places, &self.boxes.session_state());
        self.settle(MessageBox::ACCOUNT, &mut received);
        self.told = Some((self.boxes.session_state().date, Instant::now()));
        self.note_first_seen(&mut received);
        self.note_membership(&received);
        Ok(Some(received))
    }

    /// Goes on behind an answer that cannot be read: from the place that it leads to, or, when it
    /// does not tell or leads nowhere, from where Telegram is. History has to fill what lies
    /// between.
    async fn step_over(
        &mut self,
        request: &tl::functions::updates::GetDifference,
        unread: Unread,
    ) -> Result<Received, Error> {
        let (state, complete) = match unread.place {
            Some(Reached::Account(state, complete)) if complete || state.pts > request.pts => {
                (state, complete)
            }
            _ => {
                let ask = tl::functions::updates::GetState {};
                let tl::enums::updates::State::State(state) = self.caller.invoke(&ask).await?;
                (state, true)
            }
        };
        log::warn!("an account's difference cannot be read and is stepped over");
        self.account_failed = None;
        self.look = true;
        let mut received = self.waiting();
        received.open(OpenedGap {
            message_box: MessageBox::ACCOUNT,
            cause: GapCause::Unreadable,
            reason: Some(reason("updates.getDifference", unread.constructor)),
            hides_changes: true,
            up_to: None,
        });
        received.add(self.boxes.apply_difference(nothing_up_to(state, complete)));
        self.settle(MessageBox::ACCOUNT, &mut received);
        Ok(received)
    }

    /// A flood wait is waited for, with the link in use for all else, and a data centre in trouble
    /// is given some seconds. What cannot be read says nothing against the link. Anything else
    /// ends it.
    fn account_failed(&mut self, error: Error) -> Result<(), Error> {
        let attempts = self.account_failed.map_or(0, |(_, attempts)| attempts);
        let (wait, attempts) = match &error {
            Error::FloodWait(wait) => (*wait, attempts),
            _ if is_temporary(&error) && attempts + 1 < DIFFERENCE_ATTEMPTS => {
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
        Ok(())
    }
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
fn nothing_up_to(state: tl::types::updates::State, complete: bool) -> Difference {
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
