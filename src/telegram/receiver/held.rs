//! Pushes that a difference brings again, kept back until it has.
//!
//! While a sequence's difference is wanted, the library lets its pushes through and leaves the
//! position behind them. The difference then tells what has become of everything since that
//! position, and of a message that is gone by then it says nothing: were its push captured alone,
//! the deletion would be missing for good. It must not know how differences are asked for.

use crate::model::MessageBox;
use grammers_client::session::types::UpdatesState;
use grammers_client::session::updates::{MessageBox as Place, State};
use grammers_client::tl::enums::Update;
use std::collections::HashMap;

/// How many updates are kept back; beyond that they are let go, as the library does.
const HELD: usize = 5_000;

/// What was kept back of a sequence and is not any more.
#[derive(Default)]
pub(super) struct Settled {
    /// What the difference has not brought, and the next one will not.
    pub(super) left: Vec<(Update, State)>,
    /// What lies before the place that it leads to.
    pub(super) passed: Vec<(Update, State)>,
}

/// One account's updates that are kept back, by their sequence.
#[derive(Default)]
pub(super) struct Held(HashMap<MessageBox, Vec<(Update, State)>>);

impl Held {
    /// Takes the updates beyond the position out of what was let through.
    pub(super) fn take_early(
        &mut self,
        updates: &mut Vec<(Update, State)>,
        position: &UpdatesState,
    ) {
        let kept = self.0.values().map(Vec::len).sum::<usize>();
        if kept + updates.len() > HELD {
            return;
        }
        let places = places(position);
        for (update, state) in std::mem::take(updates) {
            match sequence(&state).filter(|(place, pts)| is_beyond(&places, *place, *pts)) {
                Some((place, _)) => self.0.entry(place).or_default().push((update, state)),
                None => updates.push((update, state)),
            }
        }
    }

    /// Whether nothing is kept back.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes messages that lie beyond the position. What was kept back and does not any more has
    /// been let through.
    pub(super) fn take_withheld(
        &mut self,
        mut told: Vec<(Update, State)>,
        position: &UpdatesState,
    ) {
        let places = places(position);
        self.0.retain(|_, updates| {
            updates.retain(|(_, state)| lies_beyond(&places, state));
            !updates.is_empty()
        });
        told.retain(|(_, state)| lies_beyond(&places, state));
        self.take_early(&mut told, position);
    }

    /// Takes out what a part of a difference has passed by now, and what no further part will.
    pub(super) fn settle(
        &mut self,
        place: MessageBox,
        position: &UpdatesState,
        finished: bool,
    ) -> Settled {
        let Some(updates) = self.0.remove(&place) else {
            return Settled::default();
        };
        let places = places(position);
        let parts = updates
            .into_iter()
            .partition(|(_, state)| lies_beyond(&places, state));
        let (mut left, passed): (Vec<_>, Vec<_>) = parts;
        if !finished && !left.is_empty() {
            self.0.insert(place, std::mem::take(&mut left));
        }
        Settled { left, passed }
    }

    /// What was kept back of a sequence that has no difference for the account any more.
    pub(super) fn release(&mut self, place: MessageBox) -> Vec<(Update, State)> {
        self.0.remove(&place).unwrap_or_default()
    }
}

fn sequence(state: &State) -> Option<(MessageBox, i32)> {
    match state.message_box {
        Some(Place::Common { pts }) => Some((MessageBox::ACCOUNT, pts)),
        Some(Place::Channel { channel_id, pts }) => Some((MessageBox::channel(channel_id), pts)),
        _ => None,
    }
}

fn places(position: &UpdatesState) -> HashMap<MessageBox, i32> {
    let channels = position.channels.iter();
    channels
        .map(|channel| (MessageBox::channel(channel.id), channel.pts))
        .chain([(MessageBox::ACCOUNT, position.pts)])
        .collect()
}

fn lies_beyond(places: &HashMap<MessageBox, i32>, state: &State) -> bool {
    sequence(state).is_some_and(|(place, pts)| is_beyond(places, place, pts))
}

fn is_beyond(places: &HashMap<MessageBox, i32>, place: MessageBox, pts: i32) -> bool {
    places.get(&place).is_some_and(|known| pts > *known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use grammers_client::session::types::ChannelState;
    use grammers_client::tl::types;

    fn update(place: Place) -> (Update, State) {
        let deletion = types::UpdateDeleteMessages {
            messages: Vec::new(),
            pts: 0,
            pts_count: 0,
        };
        let state = State {
            date: 0,
            seq: 0,
            message_box: Some(place),
        };
        (deletion.into(), state)
    }

    fn position(pts: i32, channel_pts: i32) -> UpdatesState {
        UpdatesState {
            pts,
            channels: vec![ChannelState {
                id: 7,
                pts: channel_pts,
            }],
            ..UpdatesState::default()
        }
    }

    fn channel(pts: i32) -> (Update, State) {
        update(Place::Channel { channel_id: 7, pts })
    }

    #[test]
    fn what_lies_beyond_the_position_waits_for_the_difference_and_is_forgotten_with_it() {
        let mut held = Held::default();
        let mut updates = vec![
            update(Place::Common { pts: 10 }),
            update(Place::Common { pts: 11 }),
            channel(70),
            channel(71),
            channel(72),
        ];
        held.take_early(&mut updates, &position(10, 70));
        assert_eq!(updates.len(), 2);
        let place = MessageBox::channel(7);
        // A part of the difference, and then the rest of it.
        for (pts, finished) in [(71, false), (72, true)] {
            let settled = held.settle(place, &position(10, pts), finished);
            assert_eq!((settled.left.len(), settled.passed.len()), (0, 1));
        }
        assert!(held.release(place).is_empty());
        assert_eq!(held.release(MessageBox::ACCOUNT).len(), 1);
    }

    #[test]
    fn what_no_difference_brings_is_let_go() {
        let (mut held, place) = (Held::default(), MessageBox::channel(7));
        held.take_early(&mut vec![channel(71), channel(72)], &position(10, 70));
        let settled = held.settle(place, &position(10, 71), true);
        assert_eq!((settled.left.len(), settled.passed.len()), (1, 1));
        let mut many: Vec<_> = (0..=HELD).map(|_| channel(80)).collect();
        held.take_early(&mut many, &position(10, 70));
        assert_eq!(many.len(), HELD + 1);
    }
}
