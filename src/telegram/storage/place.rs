//! The place in the account's updates, as the session keeps it between two captures.
//!
//! It owns no rule of its own: what moves the place is `position`'s matter.

use super::{HubSession, lock};
use crate::model::UpdatesPosition;
use grammers_client::session::types::{UpdateState, UpdatesState};

impl HubSession {
    /// What the next capture has to write: the position, if it has moved since the last one.
    /// Channels that have not moved are left out.
    pub fn pending_position(&self) -> Option<UpdatesPosition> {
        lock(&self.position).pending()
    }

    /// The same, unless it includes a batch that is received and not stored.
    pub fn settled_position(&self) -> Option<UpdatesPosition> {
        lock(&self.position).settled()
    }

    /// Whether the channel, by its bare id, has a position.
    pub fn knows_channel(&self, channel: i64) -> bool {
        self.channel_pts(channel).is_some()
    }

    /// The `pts` up to which a channel, by its bare id, has been read.
    pub fn channel_pts(&self, channel: i64) -> Option<i32> {
        lock(&self.position).channel_pts(channel)
    }

    /// Starts a channel, by its bare id, at a `pts`, unless it has a position.
    pub fn seed_channel(&self, channel: i64, pts: i32) {
        lock(&self.position).apply(UpdateState::Channel { id: channel, pts });
    }

    /// Takes the place that the reading of updates has come to.
    pub(in crate::telegram) fn take_state(&self, state: UpdatesState) {
        lock(&self.position).apply(UpdateState::All(state));
    }

    /// A batch has been received, which the next position will include.
    pub(in crate::telegram) fn batch_received(&self) {
        lock(&self.position).received();
    }

    /// The received batch holds nothing to store.
    pub fn batch_skipped(&self) {
        lock(&self.position).skipped();
    }

    /// The pending position is in the database, and the received batch with it.
    pub fn position_written(&self) {
        lock(&self.position).written();
    }

    /// Whether the account has a position to catch up from.
    pub fn has_position(&self) -> bool {
        lock(&self.position).is_known()
    }
}
