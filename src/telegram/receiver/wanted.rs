//! Which channels have a reason to be asked for what they have had.
//!
//! The library asks for each channel after a quarter of an hour of silence. A client that does not
//! show a channel has no reason to: sources are `updateChannelTooLong`, holes in a channel's pts,
//! and whoever has compared its place (<https://core.telegram.org/api/updates>). It must not know
//! how a difference is asked for.

use grammers_client::session::types::UpdatesState;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl::enums::{Message, Peer, Update, Updates};
use std::collections::{HashMap, HashSet};

/// The channels of one account, by their bare ids.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    all: HashSet<i64>,
    /// Those that have more than was captured, each with the place that it has been told to have,
    /// if it was told. The account's difference, which could tell it again, does so from its date.
    owed: HashMap<i64, Option<i32>>,
}

/// The places that a channel's updates lead to.
pub(in crate::telegram) type Places = HashMap<i64, i32>;

impl Wanted {
    /// Takes note of channels that have more than was told.
    pub(super) fn add(&mut self, channels: impl IntoIterator<Item = i64>) {
        self.all.extend(channels);
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<i64> {
        self.all.iter().copied().collect()
    }

    /// The same, and Telegram has said so, which it does once.
    pub(super) fn add_owed(&mut self, channels: &[i64]) {
        self.all.extend(channels);
        let owed = channels.iter().map(|channel| (*channel, None));
        self.owed.extend(owed);
    }

    /// Whether there is a reason to ask for a channel.
    pub(super) fn contains(&self, channel: i64) -> bool {
        self.all.contains(&channel)
    }

    /// Whether there is a reason beyond trying again what was refused.
    pub(super) fn is_owed(&self, channel: i64) -> bool {
        self.owed.contains_key(&channel)
    }

    /// Whether a channel has more than was captured. Not one that is where it was told to be by
    /// now, one without a place, which nobody can ask, nor, when none is being asked, one of which
    /// nothing else is known.
    pub(super) fn owes(&mut self, position: &UpdatesState, asking: bool) -> bool {
        if self.owed.is_empty() {
            return false;
        }
        let places = stored(position);
        self.owed
            .retain(|channel, told| match (places.get(channel), told) {
                (None, _) => false,
                (Some(_), None) => asking,
                (Some(known), Some(told)) => *told > *known,
            });
        !self.owed.is_empty()
    }

    /// The channel has told what it had.
    pub(super) fn remove(&mut self, channel: i64) {
        self.all.remove(&channel);
        self.owed.remove(&channel);
    }

    /// Forgets those that have no place: nobody can ask for them. Whoever is given a place later
    /// begins there, and has no reason to be asked for because of what was told before.
    pub(super) fn forget_without_place(&mut self, channels: &[i64], position: &UpdatesState) {
        let places = stored(position);
        for channel in channels
            .iter()
            .filter(|channel| !places.contains_key(channel))
        {
            self.remove(*channel);
        }
    }

    /// Takes note of channels whose place is not where their updates lead to: something is missing
    /// in between.
    pub(super) fn note_holes(&mut self, told: &Places, position: &UpdatesState) {
        if told.is_empty() {
            return;
        }
        let behind = position
            .channels
            .iter()
            .filter_map(|known| Some((known.id, *told.get(&known.id)?, known.pts)))
            .filter(|(_, told, known)| told > known);
        for (channel, told, _) in behind {
            self.all.insert(channel);
            let owed = self.owed.entry(channel).or_insert(Some(told));
            *owed = owed.map(|before| before.max(told));
        }
    }
}

/// The places of the channels that have one.
pub(super) fn stored(position: &UpdatesState) -> Places {
    let channels = position.channels.iter();
    channels.map(|known| (known.id, known.pts)).collect()
}

/// The places that a push leads to, by channel.
pub(super) fn places(pushed: &UpdatesLike) -> Places {
    match pushed {
        UpdatesLike::Updates(Updates::Updates(pushed)) => places_of(&pushed.updates),
        UpdatesLike::Updates(Updates::Combined(pushed)) => places_of(&pushed.updates),
        UpdatesLike::Updates(Updates::UpdateShort(pushed)) => {
            places_of(std::slice::from_ref(&pushed.update))
        }
        UpdatesLike::AffectedChannelMessages {
            affected,
            channel_id,
            ..
        } => HashMap::from([(*channel_id, affected.pts)]),
        _ => HashMap::new(),
    }
}

/// The places that updates lead to, by channel.
pub(super) fn places_of(updates: &[Update]) -> Places {
    let mut places = HashMap::new();
    for (channel, pts) in updates.iter().filter_map(place) {
        let known = places.entry(channel).or_insert(pts);
        *known = pts.max(*known);
    }
    places
}

fn place(update: &Update) -> Option<(i64, i32)> {
    match update {
        Update::NewChannelMessage(new) => Some((channel(&new.message)?, new.pts)),
        Update::EditChannelMessage(edit) => Some((channel(&edit.message)?, edit.pts)),
        Update::DeleteChannelMessages(gone) => Some((gone.channel_id, gone.pts)),
        Update::ReadChannelInbox(read) => Some((read.channel_id, read.pts)),
        Update::ChannelWebPage(page) => Some((page.channel_id, page.pts)),
        Update::PinnedChannelMessages(pinned) => Some((pinned.channel_id, pinned.pts)),
        _ => None,
    }
}

/// The channel of a message, by its bare id.
pub(in crate::telegram) fn channel(message: &Message) -> Option<i64> {
    let peer = match message {
        Message::Message(message) => &message.peer_id,
        Message::Service(message) => &message.peer_id,
        Message::Empty(message) => message.peer_id.as_ref()?,
    };
    match peer {
        Peer::Channel(channel) => Some(channel.channel_id),
        Peer::User(_) | Peer::Chat(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grammers_client::session::types::ChannelState;
    use grammers_client::tl::types;

    #[test]
    fn a_channel_behind_its_updates_is_wanted_until_it_has_told() {
        let gone = |channel_id, pts| -> Update {
            types::UpdateDeleteChannelMessages {
                channel_id,
                messages: vec![1],
                pts,
                pts_count: 1,
            }
            .into()
        };
        let updates = vec![gone(7, 72), gone(7, 71), gone(8, 80), gone(9, 90)];
        let told = places_of(&updates);
        let position = UpdatesState {
            channels: vec![
                ChannelState { id: 7, pts: 70 },
                ChannelState { id: 8, pts: 80 },
            ],
            ..UpdatesState::default()
        };
        let mut wanted = Wanted::default();
        wanted.note_holes(&told, &position);
        assert_eq!(
            [7, 8, 9].map(|channel| wanted.contains(channel)),
            [true, false, false]
        );
        assert!(wanted.owes(&position, false));
        wanted.remove(7);
        assert!(!wanted.contains(7));
        assert!(!wanted.owes(&position, false));
    }

    #[test]
    fn a_channel_that_cannot_be_asked_for_is_not_asked_for_when_it_has_a_place() {
        let mut wanted = Wanted::default();
        wanted.add([6]);
        wanted.add_owed(&[7]);
        let position = UpdatesState {
            channels: vec![ChannelState { id: 7, pts: 70 }],
            ..UpdatesState::default()
        };
        wanted.forget_without_place(&[6, 7], &position);
        assert_eq!(
            [6, 7].map(|channel| wanted.contains(channel)),
            [false, true]
        );
    }

    #[test]
    fn a_channel_is_owed_until_it_is_where_it_was_told_to_be_or_has_no_place() {
        let at = |pts| UpdatesState {
            channels: vec![ChannelState { id: 7, pts }],
            ..UpdatesState::default()
        };
        let mut wanted = Wanted::default();
        wanted.note_holes(&Places::from([(7, 72)]), &at(70));
        wanted.note_holes(&Places::from([(7, 71)]), &at(70));
        assert!(wanted.owes(&at(71), false));
        assert!(!wanted.owes(&at(72), true));
        wanted.add_owed(&[7, 8]);
        // Nobody can ask for the other one, however long this one is being asked.
        assert!(wanted.owes(&at(72), true));
        wanted.remove(7);
        assert!(!wanted.owes(&at(72), true));
        wanted.add_owed(&[7]);
        assert!(!wanted.owes(&at(72), false));
    }
}
