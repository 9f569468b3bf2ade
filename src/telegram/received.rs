//! What one step of the reading of updates has brought, on its way to a batch.
//!
//! It owns nothing but that each place is named once as having lost something. It must not know
//! how updates are read.

use crate::model::{GapCause, MessageBox};
use crate::store::capture::OpenedGap;
use crate::telegram::lenient::{Part, UnreadableObject};
use grammers_client::session::updates::{State, UpdateAndPeers};
use grammers_client::tl;

/// What one step of the reading has brought.
#[derive(Default)]
pub(super) struct Received {
    pub(super) updates: Vec<(tl::enums::Update, State)>,
    pub(super) users: Vec<tl::enums::User>,
    pub(super) chats: Vec<tl::enums::Chat>,
    /// Where messages may be missing from now on.
    pub(super) lost: Vec<OpenedGap>,
    /// What of it could not be read.
    pub(super) unreadable: Vec<UnreadableObject>,
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
        self.open((place, cause).into());
    }

    /// The same, with what is known of it beside the cause.
    pub(super) fn open(&mut self, gap: OpenedGap) {
        let same =
            |known: &OpenedGap| (known.message_box, known.cause) == (gap.message_box, gap.cause);
        if !self.lost.iter().any(same) {
            self.lost.push(gap);
        }
    }

    /// Takes what of an answer about a place could not be read. A message that does not tell its
    /// number, and an update that may have brought one, leave a gap there.
    pub(super) fn leave_out(&mut self, place: MessageBox, unreadable: Vec<UnreadableObject>) {
        for object in unreadable {
            let nameless = object.message.is_none();
            if nameless && matches!(object.part, Part::Message | Part::Update) {
                let (id, method) = (object.constructor, object.method);
                self.open(OpenedGap {
                    message_box: place,
                    cause: GapCause::Unreadable,
                    reason: Some(format!(
                        "unknown constructor {id:#010x} in the answer to {method}"
                    )),
                    hides_changes: false,
                });
            }
            self.unreadable.push(object);
        }
    }
}
