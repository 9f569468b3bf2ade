//! What a run has done and when: posts, deletions, and the faults that may hide them.
//!
//! Owns the one excuse there is. Telegram tells nobody of a message that was deleted before a
//! client asked for it, so such a message may be missing, but only where a fault kept the
//! account from it between its sending and its deletion.

use std::collections::HashMap;
use telegram_hub::model::UtcTime;

/// Microseconds since 1970, now.
pub(super) fn now() -> i64 {
    UtcTime::now().as_micros()
}

/// When one message was posted, changed and deleted, in microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) posted: i64,
    /// Of each edit, in their order.
    pub(super) edited: Vec<i64>,
    pub(super) deleted: Option<i64>,
}

/// A fault that kept accounts from their updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disturbance {
    /// The account, or everybody.
    pub(super) account: Option<usize>,
    /// When it began.
    pub(super) from: i64,
    /// When the fault itself was over; the account comes back later.
    pub(super) until: i64,
}

/// Everything that a run has done.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    /// By the number of the message in its text.
    pub(super) times: HashMap<usize, Times>,
    pub(super) disturbances: Vec<Disturbance>,
}

/// A row that arrives within this many microseconds of its sending shows that updates flow again.
const LIVE: i64 = 1_000_000;

/// The times in which one account may have missed what was deleted meanwhile.
pub(super) struct Shadows(Vec<(i64, i64)>);

impl Shadows {
    /// From the faults of `account`, and when its messages were posted and captured, ascending
    /// by the time of posting.
    pub(super) fn new(journal: &Journal, account: usize, captured: &[(i64, i64)]) -> Self {
        let faults = journal.disturbances.iter();
        let own = faults.filter(|fault| fault.account.is_none_or(|struck| struck == account));
        let shadow = |fault: &Disturbance| {
            let from = captured.partition_point(|(posted, _)| *posted < fault.until);
            let live = captured.get(from..).unwrap_or_default().iter();
            let recovered = live
                .filter(|(posted, row)| row - posted < LIVE)
                .map(|(_, row)| *row)
                .next();
            (fault.from, recovered.unwrap_or(i64::MAX))
        };
        Self(own.map(shadow).collect())
    }

    /// Whether a fault lay over the time between two instants.
    pub(super) fn cover(&self, from: i64, until: i64) -> bool {
        self.0
            .iter()
            .any(|(begin, end)| *begin <= until && from <= *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_ends_when_updates_flow_again_and_covers_nobody_else() {
        let journal = Journal {
            times: HashMap::new(),
            disturbances: vec![Disturbance {
                account: Some(1),
                from: 10_000_000,
                until: 12_000_000,
            }],
        };
        // One message caught up with late, one captured as it came.
        let captured = [(12_500_000, 14_000_000), (14_100_000, 14_200_000)];
        let shadows = Shadows::new(&journal, 1, &captured);
        assert!(shadows.cover(11_000_000, 13_000_000));
        assert!(shadows.cover(9_000_000, 10_000_000));
        assert!(!shadows.cover(9_000_000, 9_900_000));
        assert!(!shadows.cover(14_300_000, 15_000_000));
        assert!(!Shadows::new(&journal, 2, &captured).cover(11_000_000, 13_000_000));
    }
}
