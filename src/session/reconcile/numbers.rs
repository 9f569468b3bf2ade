//! Which message numbers an account should have, and which of them its log lacks. No I/O.

use crate::model::{MessageBox, MessageId};
use crate::telegram::Dialog;
use std::collections::{BTreeMap, BTreeSet};

/// How many numbers of one sequence are looked at together.
const WINDOW: i32 = 5_000;

/// The sequences of one account that have grown since they were last complete.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    grown: BTreeMap<MessageBox, Sequence>,
    /// Up to where sequences were complete.
    known: BTreeMap<MessageBox, MessageId>,
}

#[derive(Debug)]
struct Sequence {
    complete_to: MessageId,
    top: MessageId,
    missing: Vec<MessageId>,
}

impl Sequence {
    /// The end of the part that is looked at now.
    fn window_end(&self) -> MessageId {
        MessageId(self.complete_to.0.saturating_add(WINDOW).min(self.top.0))
    }
}

/// Whether a number lies so far beyond what is known that it has to be confirmed.
pub(super) fn is_leap(known: MessageId, top: MessageId) -> bool {
    i64::from(top.0) - i64::from(known.0) > i64::from(WINDOW)
}

impl Numbers {
    /// What Telegram has beyond what is known to be complete.
    pub(super) fn new(dialogs: &[Dialog], known: BTreeMap<MessageBox, MessageId>) -> Self {
        let mut numbers = Self {
            grown: BTreeMap::new(),
            known,
        };
        for dialog in dialogs {
            numbers.reach(MessageBox::of(dialog.chat_id), dialog.top);
        }
        numbers
    }

    /// Telegram has messages up to this number. `false` when nobody knows where the log begins.
    pub(super) fn reach(&mut self, message_box: MessageBox, top: MessageId) -> bool {
        let Some(complete_to) = self.known.get(&message_box).copied() else {
            return false;
        };
        if top > complete_to {
            let sequence = self.grown.entry(message_box).or_insert(Sequence {
                complete_to,
                top,
                missing: Vec::new(),
            });
            sequence.top = sequence.top.max(top);
        }
        true
    }

    /// Whether a number is so near to what is known that it may be believed.
    pub(super) fn is_near(&self, message_box: MessageBox, top: MessageId) -> bool {
        let known = self.known.get(&message_box);
        known.is_some_and(|known| !is_leap(*known, top))
    }

    /// The numbers to look up in the log: above the first, up to the second.
    pub(super) fn ranges(&self) -> Vec<(MessageBox, MessageId, MessageId)> {
        let sequences = self.grown.iter();
        sequences
            .map(|(message_box, sequence)| {
                (*message_box, sequence.complete_to, sequence.window_end())
            })
            .collect()
    }

    /// Takes which numbers of a range the log has, ascending.
    pub(super) fn found(&mut self, message_box: MessageBox, captured: &[MessageId]) {
        let Some(sequence) = self.grown.get_mut(&message_box) else {
            return;
        };
        let end = sequence.window_end();
        let mut captured = captured.iter().copied().peekable();
        sequence.missing = (sequence.complete_to.0 + 1..=end.0)
            .map(MessageId)
            .filter(|id| captured.next_if_eq(id).is_none())
            .collect();
    }

    /// How many numbers are missing, in other sequences than these.
    pub(super) fn holes_beside(&self, others: &BTreeSet<MessageBox>) -> usize {
        let counted = self
            .grown
            .iter()
            .filter(|(place, _)| !others.contains(place));
        counted.map(|(_, sequence)| sequence.missing.len()).sum()
    }

    /// The sequences that miss some.
    pub(super) fn boxes_with_holes(&self) -> Vec<MessageBox> {
        let with_holes = self
            .grown
            .iter()
            .filter(|(_, sequence)| !sequence.missing.is_empty());
        with_holes.map(|(message_box, _)| *message_box).collect()
    }

    /// The numbers that a sequence misses in the part that was looked at.
    pub(super) fn missing(&self, message_box: MessageBox) -> &[MessageId] {
        self.grown
            .get(&message_box)
            .map_or(&[], |sequence| &sequence.missing)
    }

    /// Up to where Telegram's numbers go, if that is beyond what is complete.
    pub(super) fn top(&self, message_box: MessageBox) -> Option<MessageId> {
        self.grown.get(&message_box).map(|sequence| sequence.top)
    }

    /// The part that was looked at is complete; up to where. `true` when there is another part.
    pub(super) fn complete(&mut self, message_box: MessageBox) -> Option<(MessageId, bool)> {
        let sequence = self.grown.get_mut(&message_box)?;
        sequence.complete_to = sequence.window_end();
        sequence.missing.clear();
        Some((sequence.complete_to, sequence.complete_to < sequence.top))
    }

    /// All sequences that have grown.
    pub(super) fn boxes(&self) -> BTreeSet<MessageBox> {
        self.grown.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ChatId;

    fn dialog(chat_id: ChatId, top: i32) -> Dialog {
        Dialog {
            chat_id,
            top: MessageId(top),
            top_sent_at: None,
            pts: None,
            joined_at: None,
            pinned: false,
        }
    }

    #[test]
    fn numbers_that_the_log_lacks_are_missing_and_complete_parts_are_not_looked_at_again() {
        let known = BTreeMap::from([
            (MessageBox::ACCOUNT, MessageId(3)),
            (MessageBox::channel(7), MessageId(9)),
        ]);
        let dialogs = [
            dialog(ChatId::user(1), 6),
            dialog(ChatId::chat(2), 8),
            dialog(ChatId::channel(7), 9),
            dialog(ChatId::channel(8), 5),
        ];
        let mut numbers = Numbers::new(&dialogs, known);
        let range = (MessageBox::ACCOUNT, MessageId(3), MessageId(8));
        assert_eq!(numbers.ranges(), [range]);
        numbers.found(MessageBox::ACCOUNT, &[MessageId(4), MessageId(7)]);
        let missing = [MessageId(5), MessageId(6), MessageId(8)];
        assert_eq!(numbers.missing(MessageBox::ACCOUNT), missing);
        let done = numbers.complete(MessageBox::ACCOUNT);
        assert_eq!(done, Some((MessageId(8), false)));
        assert_eq!(numbers.holes_beside(&BTreeSet::new()), 0);
    }

    #[test]
    fn a_long_row_is_looked_at_in_parts() {
        let known = BTreeMap::from([(MessageBox::ACCOUNT, MessageId(0))]);
        let mut numbers = Numbers::new(&[dialog(ChatId::user(1), 7_000)], known);
        numbers.found(MessageBox::ACCOUNT, &[]);
        assert_eq!(numbers.holes_beside(&BTreeSet::new()), 5_000);
        let done = numbers.complete(MessageBox::ACCOUNT);
        assert_eq!(done, Some((MessageId(5_000), true)));
        numbers.found(MessageBox::ACCOUNT, &[]);
        assert_eq!(numbers.holes_beside(&BTreeSet::new()), 2_000);
    }
}
