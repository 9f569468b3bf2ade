//! An account's updates as batches that are ready to be captured.

use crate::model::{CapturedBatch, MessageBox};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::receiver::Receiver;

/// An account's updates in order.
pub struct Updates {
    receiver: Receiver,
}

impl Updates {
    pub(super) const fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }

    /// Waits for the next batch. It carries the position that includes it, and may hold nothing
    /// else. After an error the account's link is to be dropped; the stored position replays
    /// whatever was not captured.
    pub async fn next(&mut self, account: convert::AccountRef) -> Result<CapturedBatch, Error> {
        let vitals = std::sync::Arc::clone(self.receiver.vitals());
        vitals.set_reading(true);
        let received = self.receiver.next().await;
        vitals.set_reading(false);
        let received = received?;
        let state = self.receiver.state();
        let session = self.receiver.session();
        session.batch_received();
        session.take_state(state);
        let mut batch = convert::batch(account, received.updates, &received.users, &received.chats);
        batch.position = session.pending_position();
        batch.gaps = received.lost;
        let unreadable = received.unreadable.iter();
        let unreadable = unreadable.filter_map(|object| convert::unreadable(account.own, object));
        batch.unreadable = unreadable.collect();
        Ok(batch)
    }

    /// Whether the places of all dialogs are to be compared, because something came that could not
    /// be read. Asked once, it is no more.
    pub fn take_look(&mut self) -> bool {
        self.receiver.take_look()
    }

    /// Takes the channels that the account has come to or gone from since the last time, as far
    /// as they have a position.
    pub fn take_moved(&mut self) -> Vec<MessageBox> {
        let moved = self.receiver.take_moved().into_iter();
        moved.map(MessageBox::channel).collect()
    }
}
