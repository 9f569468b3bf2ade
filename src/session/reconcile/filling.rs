//! What a round of the reconciler has filled, and which gaps it can close. No I/O.

use crate::model::{Gap, GapCause, MessageBox, MessageId, Occurrence};
use crate::session::reconcile::numbers::Numbers;
use crate::telegram::DialogList;
use std::collections::BTreeSet;

/// What one round has filled.
pub(super) struct Filling<'a> {
    pub(super) list: &'a DialogList,
    pub(super) listed: BTreeSet<MessageBox>,
    /// The gaps that this round can close, because it is known how far they go.
    closable: BTreeSet<Occurrence>,
    /// Sequences that have been looked at.
    pub(super) done: BTreeSet<MessageBox>,
    /// Those in which nothing is missing any more, with their gaps and newest numbers.
    pub(super) found: Vec<(MessageBox, Vec<Gap>, Option<MessageId>)>,
}

impl<'a> Filling<'a> {
    /// Of a list, and the gaps of which it tells how far they go: those that are older.
    pub(super) fn new(list: &'a DialogList, closable: BTreeSet<Occurrence>) -> Self {
        let dialogs = list.dialogs.iter();
        Self {
            list,
            listed: dialogs
                .map(|dialog| MessageBox::of(dialog.chat_id))
                .collect(),
            closable,
            done: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    fn has(&self, place: MessageBox) -> bool {
        self.done.contains(&place)
    }

    /// Whether a gap can be filled that nobody has looked at yet.
    pub(super) fn is_next(&self, gap: &Gap) -> bool {
        self.can_close(gap) && !self.has(gap.message_box)
    }

    /// Takes in a gap that is newer than the list and tells by itself how far it goes.
    pub(super) fn take(&mut self, gap: &Gap, numbers: &mut Numbers) {
        let (place, is_new) = (gap.message_box, !self.can_close(gap));
        if let Some(up_to) = gap.up_to_id.filter(|_| is_new)
            && self.listed.contains(&place)
            && !self.has(place)
            && numbers.is_near(place, up_to)
            && numbers.reach(place, up_to)
        {
            self.closable.insert(gap.occurrence());
        }
    }

    /// Whether this round can close a gap. What it has opened itself is for what the list shows.
    pub(super) fn can_close(&self, gap: &Gap) -> bool {
        self.closable.contains(&gap.occurrence()) || gap.cause == GapCause::Missed
    }
}
