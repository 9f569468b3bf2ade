//! The library's bookkeeping of updates, which panics at what it takes for impossible.
//!
//! It owns that such a panic ends nothing: the bookkeeping is made anew from the places that it
//! had. It must not know what was applied.

use crate::telegram::misfits::Misfits;
use crate::telegram::received::Received;
use crate::telegram::receiver::Receiver;
use crate::telegram::receiver::channels::asked;
use grammers_client::session::types::UpdatesState;
use grammers_client::session::updates::MessageBoxes;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Goes on from these places. The library would ask for every channel that it starts with.
pub(super) fn load(mut state: UpdatesState) -> MessageBoxes {
    let channels = std::mem::take(&mut state.channels);
    let mut boxes = MessageBoxes::load(state);
    for channel in channels {
        boxes.try_set_channel_state(channel.id, channel.pts);
    }
    boxes
}

impl Receiver {
    /// Has the bookkeeping take something; `None` when it has panicked over it. The account's
    /// difference is asked for then, and that of the channels that somebody wants.
    pub(super) fn guarded<T>(&mut self, take: impl FnOnce(&mut MessageBoxes) -> T) -> Option<T> {
        let taken = catch_unwind(AssertUnwindSafe(|| take(&mut self.boxes)));
        if let Ok(taken) = taken {
            return Some(taken);
        }
        log::error!("the bookkeeping of updates has panicked, and goes on from where it was");
        self.asking = None;
        self.boxes = load(self.boxes.session_state());
        for channel in self.wanted.all() {
            self.begin_channel(channel);
        }
        None
    }

    /// Whether the next answer that the bookkeeping takes is about that channel: it asks no name,
    /// and may have been made anew since the question.
    pub(super) fn is_next(&self, channel: i64) -> bool {
        self.boxes.get_channel_difference().as_ref().and_then(asked) == Some(channel)
    }

    /// What was left out leaves a gap, or has all places compared.
    pub(super) fn take_misfits(&mut self, misfits: Misfits, received: &mut Received) {
        if misfits.look || !misfits.lost.is_empty() {
            log::warn!("an update says what cannot be, and is left out");
        }
        self.look |= misfits.look;
        misfits.lost.into_iter().for_each(|gap| received.open(gap));
    }
}
