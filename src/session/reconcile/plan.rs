//! In which calls message numbers are asked for: as numbers, or by pages of a channel's history.
//! No I/O.
//!
//! A call takes a hundred numbers. A page brings a hundred messages, and the holes between them
//! tell which numbers are none: where many are, it answers more numbers than could be asked for.
//! Only a channel has such pages; elsewhere the numbers of one chat are scattered over those of the
//! whole account, so that every chat would take pages of its own.

use crate::model::MessageId;
use crate::telegram::MESSAGES_A_CALL;
use std::collections::BTreeSet;

/// The most numbers that one page is believed to answer.
const LONGEST_SPAN: i32 = 10_000;

/// The next call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// These numbers.
    Numbers(Vec<MessageId>),
    /// The newest messages of the history with smaller numbers.
    Page {
        /// Than this one.
        below: MessageId,
        /// How many at most.
        limit: usize,
    },
}

/// Numbers that are still to be asked for.
#[derive(Debug)]
pub(super) struct Plan {
    wanted: BTreeSet<MessageId>,
    order: Order,
    /// How many numbers a page is likely to answer, as the last one did.
    span: i32,
}

/// Where a plan begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// With the smallest number, by numbers alone.
    Upwards,
    /// With the greatest number, by numbers alone.
    Downwards,
    /// With the greatest number, by pages where they are no more calls.
    Pages,
}

impl Plan {
    pub(super) fn new(wanted: impl IntoIterator<Item = MessageId>, order: Order) -> Self {
        Self {
            wanted: wanted.into_iter().collect(),
            order,
            span: as_number(MESSAGES_A_CALL),
        }
    }

    /// The same, of a sequence whose last page answered so many numbers.
    pub(super) fn with_span(self, span: Option<i32>) -> Self {
        Self {
            span: span.unwrap_or(self.span),
            ..self
        }
    }

    /// How many numbers the next page is likely to answer.
    pub(super) const fn span(&self) -> i32 {
        self.span
    }

    /// The next call; `None` when nothing is left to ask for.
    pub(super) fn next(&self) -> Option<Ask> {
        let (lowest, highest) = (self.wanted.first()?.0, self.wanted.last()?.0);
        if self.order == Order::Pages {
            let from = MessageId(highest.saturating_sub(self.span - 1));
            let by_page = self.wanted.range(from..).count();
            if by_page >= self.wanted.len().min(MESSAGES_A_CALL) {
                let length = usize::try_from(highest - lowest + 1).unwrap_or(MESSAGES_A_CALL);
                return Some(Ask::Page {
                    below: MessageId(highest.saturating_add(1)),
                    limit: length.min(MESSAGES_A_CALL),
                });
            }
        }
        Some(Ask::Numbers(self.numbers()))
    }

    /// The numbers for a call that takes numbers.
    pub(super) fn numbers(&self) -> Vec<MessageId> {
        let wanted = self.wanted.iter().copied();
        match self.order {
            Order::Upwards => wanted.take(MESSAGES_A_CALL).collect(),
            Order::Downwards | Order::Pages => wanted.rev().take(MESSAGES_A_CALL).collect(),
        }
    }

    /// These numbers have been answered.
    pub(super) fn answered(&mut self, ids: &[MessageId]) {
        for id in ids {
            self.wanted.remove(id);
        }
    }

    /// A page has come, down to its smallest number. Takes out and tells the wanted numbers that it
    /// answers: everything down to there.
    pub(super) fn page(&mut self, below: MessageId, smallest: MessageId) -> BTreeSet<MessageId> {
        let span = below.0.saturating_sub(smallest.0);
        self.span = span.clamp(as_number(MESSAGES_A_CALL), LONGEST_SPAN);
        self.wanted.split_off(&smallest)
    }

    /// An empty page has come. It may mean that nothing is there, or that Telegram does not show
    /// it: what is left is asked for by numbers, each of which gets an answer of its own.
    pub(super) fn empty_page(&mut self) {
        self.order = Order::Downwards;
    }
}

fn as_number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: impl IntoIterator<Item = i32>) -> Vec<MessageId> {
        range.into_iter().map(MessageId).collect()
    }

    #[test]
    fn a_long_row_of_a_channel_is_asked_for_by_pages_from_its_end() {
        let mut plan = Plan::new(ids(1..=250), Order::Pages);
        let page = |below, limit| {
            Some(Ask::Page {
                below: MessageId(below),
                limit,
            })
        };
        assert_eq!(plan.next(), page(251, 100));
        // The page reaches farther down than a hundred numbers: the others are none.
        assert_eq!(plan.page(MessageId(251), MessageId(61)).len(), 190);
        assert_eq!(plan.next(), page(61, 60));
        plan.empty_page();
        assert_eq!(plan.next(), Some(Ask::Numbers(ids((1..=60).rev()))));
    }

    #[test]
    fn scattered_numbers_are_asked_for_as_numbers_unless_pages_have_answered_as_many() {
        let scattered = ids((1..=1_000).map(|n| n * 5));
        let mut plan = Plan::new(scattered, Order::Pages);
        assert_eq!(
            plan.next(),
            Some(Ask::Numbers(ids((901..=1_000).rev().map(|n| n * 5))))
        );
        drop(plan.page(MessageId(5_001), MessageId(4_000)));
        assert_eq!(
            plan.next(),
            Some(Ask::Page {
                below: MessageId(3_996),
                limit: 100
            })
        );
        // One page or one call with numbers: a page, as short as will do.
        let plan = Plan::new(ids([7, 9]), Order::Pages);
        assert_eq!(
            plan.next(),
            Some(Ask::Page {
                below: MessageId(10),
                limit: 3
            })
        );
    }

    #[test]
    fn elsewhere_numbers_are_asked_for_in_their_order() {
        let mut plan = Plan::new(ids(1..=150), Order::Upwards);
        assert_eq!(plan.next(), Some(Ask::Numbers(ids(1..=100))));
        plan.answered(&ids(1..=100));
        assert_eq!(plan.next(), Some(Ask::Numbers(ids(101..=150))));
        let plan = Plan::new(ids(1..=150), Order::Downwards);
        assert_eq!(plan.next(), Some(Ask::Numbers(ids((51..=150).rev()))));
    }
}
