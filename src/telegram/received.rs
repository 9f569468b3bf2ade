//! What one step of the reading of updates has brought, on its way to a batch.
//!
//! It owns nothing but that each place is named once as having lost something. It must not know
//! how updates are read.

use crate::model::{GapCause, MessageBox};
use grammers_client::session::updates::{State, UpdateAndPeers};
use grammers_client::tl;

/// What one step of the reading has brought.
#[derive(Default)]
pub(super) struct Received {
    pub(super) updates: Vec<(tl::enums::Update, State)>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// Where messages may be missing from now on.
    pub(super) lost: Vec<(MessageBox, GapCause)>,
}

impl Received {
    /// Takes what the bookkeeping has let through.
    pub(super) fn add(&mut self, (updates, users, chats): UpdateAndPeers) {
        self.updates.extend(updates);
        self.users.extend(users);
        self.chats.extend(chats);
    }

    /// Messages may be missing there from now on.
    pub(super) fn lose(&mut self, place: MessageBox, cause: GapCause) {
        if !self.lost.contains(&(place, cause)) {
            self.lost.push((place, cause));
        }
    }
}
