//! What the reading of updates is asked to look at.
//!
//! Owns how a wish becomes something that the bookkeeping wants. It must not know who wishes.

use crate::telegram::receiver::Receiver;
use grammers_client::session::updates::UpdatesLike;
use grammers_client::tl;

/// How many wishes may wait for the reading; the next one is refused.
pub(in crate::telegram) const NUDGES: usize = 64;

/// What the reading of updates may be asked to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// Ask for what the account has missed.
    Account,
    /// Ask for what a channel has missed, by its bare id.
    Channel(i64),
    /// Start a channel that has no position yet at this one.
    Seed {
        /// The bare id.
        channel: i64,
        /// Its `pts`.
        pts: i32,
    },
}

impl Receiver {
    pub(super) fn follow(&mut self, nudge: Nudge) {
        match nudge {
            Nudge::Account => self.begin_account(),
            Nudge::Channel(channel) => {
                self.retries.hurry(channel);
                self.begin_channel(channel);
            }
            Nudge::Seed { channel, pts } => {
                self.restarted.remove(&channel);
                self.boxes.try_set_channel_state(channel, pts);
            }
        }
    }

    pub(super) fn begin_account(&mut self) {
        // To the bookkeeping a lost connection means just that.
        drop(self.boxes.process_updates(UpdatesLike::ConnectionClosed));
    }

    pub(super) fn begin_channel(&mut self, channel: i64) {
        self.wanted.add([channel]);
        if let Some(pts) = self.session().channel_pts(channel)
            && !self.restarted.contains(&channel)
        {
            // It may have been let go.
            self.boxes.try_set_channel_state(channel, pts);
        }
        let too_long = tl::types::UpdateChannelTooLong {
            channel_id: channel,
            pts: None,
        };
        let update = tl::types::UpdateShort {
            update: too_long.into(),
            date: 0,
        };
        // A channel without a position is passed over.
        drop(
            self.boxes
                .process_updates(UpdatesLike::Updates(update.into())),
        );
        self.forget_without_place(&[channel]);
    }

    pub(super) fn forget_without_place(&mut self, channels: &[i64]) {
        if !channels.is_empty() {
            self.wanted
                .forget_without_place(channels, &self.boxes.session_state());
        }
    }
}
