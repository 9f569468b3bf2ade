//! How far an account's updates have been read, between two captures.
//!
//! Source: <https://core.telegram.org/api/updates>. It holds what the client library says and
//! what of it the next capture has to write; it must not know the database.

use crate::model::UpdatesPosition;
use grammers_client::session::types::{ChannelState, UpdateState, UpdatesState};
use std::collections::{HashMap, HashSet};

/// The account's place and that of each channel, with what has changed since the last write.
#[derive(Default)]
pub(super) struct Position {
    known: bool,
    account: UpdatesState,
    channels: HashMap<i64, i32>,
    changed_channels: HashSet<i64>,
    changed: bool,
    /// A batch has been received and is not in the database yet.
    unsettled: bool,
}

impl Position {
    /// Whether there is a place to catch up from.
    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    /// The place of a channel.
    pub(super) fn channel_pts(&self, channel: i64) -> Option<i32> {
        self.channels.get(&channel).copied()
    }

    /// The place as the client library sees it, every channel with it.
    pub(super) fn state(&self) -> UpdatesState {
        let channels = self.channels.iter();
        UpdatesState {
            channels: channels
                .map(|(&id, &pts)| ChannelState { id, pts })
                .collect(),
            ..self.account.clone()
        }
    }

    /// What has moved since the last write; `None` when nothing has.
    pub(super) fn pending(&self) -> Option<UpdatesPosition> {
        let place = |id: &i64| self.channels.get(id).map(|pts| (*id, *pts));
        self.changed.then(|| UpdatesPosition {
            pts: self.account.pts,
            qts: self.account.qts,
            date: self.account.date,
            seq: self.account.seq,
            channels: self.changed_channels.iter().filter_map(place).collect(),
        })
    }

    /// The same, unless it includes a batch that is not in the database: whoever stored such a
    /// place would lose the batch.
    pub(super) fn settled(&self) -> Option<UpdatesPosition> {
        self.pending().filter(|_| !self.unsettled)
    }

    /// A batch has been received; the place will include it.
    pub(super) fn received(&mut self) {
        self.unsettled = true;
    }

    /// The batch held nothing that must be stored.
    pub(super) fn skipped(&mut self) {
        self.unsettled = false;
    }

    /// What was pending is in the database.
    pub(super) fn written(&mut self) {
        self.changed = false;
        self.unsettled = false;
        self.changed_channels.clear();
    }

    /// Takes what the client library says about its place.
    pub(super) fn apply(&mut self, update: UpdateState) {
        match update {
            // Channels that the receiver does not know yet keep their place: what a listing of
            // the dialogs has seeded must not be lost.
            UpdateState::All(state) => {
                for channel in &state.channels {
                    self.set_channel(channel.id, channel.pts);
                }
                let account = UpdatesState {
                    channels: Vec::new(),
                    ..state
                };
                self.changed |= account != self.account || !self.known;
                self.account = account;
                self.known = true;
            }
            UpdateState::Primary { pts, date, seq } => {
                (self.account.pts, self.account.date, self.account.seq) = (pts, date, seq);
                self.changed = true;
                self.known = true;
            }
            UpdateState::Secondary { qts } => {
                self.account.qts = qts;
                self.changed = true;
            }
            // grammers sends the *present* pts of every channel when it lists dialogs. Where we
            // have a place of our own, everything since would be skipped.
            UpdateState::Channel { id, pts } => {
                if !self.channels.contains_key(&id) {
                    self.set_channel(id, pts);
                }
            }
        }
    }

    fn set_channel(&mut self, id: i64, pts: i32) {
        if self.channels.insert(id, pts) != Some(pts) {
            self.changed_channels.insert(id);
            self.changed = true;
        }
    }
}

impl From<UpdatesPosition> for Position {
    fn from(stored: UpdatesPosition) -> Self {
        Self {
            known: true,
            account: UpdatesState {
                pts: stored.pts,
                qts: stored.qts,
                date: stored.date,
                seq: stored.seq,
                channels: Vec::new(),
            },
            channels: stored.channels.into_iter().collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pts: i32, channels: &[(i64, i32)]) -> UpdateState {
        let channels = channels
            .iter()
            .map(|&(id, pts)| ChannelState { id, pts })
            .collect();
        UpdateState::All(UpdatesState {
            pts,
            channels,
            ..UpdatesState::default()
        })
    }

    #[test]
    fn only_what_has_moved_is_pending_and_unknown_channels_keep_their_place() {
        let mut position = Position::default();
        assert!(!position.is_known() && position.pending().is_none());
        position.apply(UpdateState::Channel { id: 7, pts: 70 });
        position.apply(all(5, &[(8, 80)]));
        let mut channels = position.pending().expect("moved").channels;
        channels.sort_unstable();
        assert_eq!(channels, [(7, 70), (8, 80)]);
        position.written();
        position.apply(all(5, &[(8, 80)]));
        assert!(position.pending().is_none());
        // The present pts of a channel with a place of its own would skip what lies between.
        position.apply(UpdateState::Channel { id: 7, pts: 99 });
        assert!(position.pending().is_none());
        position.apply(all(6, &[(8, 81)]));
        assert_eq!(position.pending().expect("moved").channels, [(8, 81)]);
        assert_eq!(position.state().channels.len(), 2);
    }

    #[test]
    fn a_place_is_settled_only_when_its_batch_is_stored_or_empty() {
        let mut position = Position::default();
        position.received();
        position.apply(all(5, &[]));
        assert!(position.pending().is_some() && position.settled().is_none());
        position.skipped();
        assert!(position.settled().is_some());
        position.received();
        position.written();
        position.apply(all(6, &[]));
        assert!(position.settled().is_some());
    }
}
