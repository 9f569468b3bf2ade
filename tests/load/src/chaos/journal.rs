//! The faults of a run as they struck, and what they may hide.
//!
//! Owns the one excuse there is. Telegram tells nobody of a message that was deleted before a
//! client asked for it, so such a message may be missing, but only where a fault kept the
//! account from it when it was sent, and it was gone before the account could have caught up.

use telegram_hub::model::UtcTime;

/// Microseconds since 1970, now.
pub(super) fn now() -> i64 {
    UtcTime::now().as_micros()
}

/// A fault that kept accounts from their updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disturbance {
    /// The account, or everybody.
    pub(super) account: Option<usize>,
    /// The channel by its marked id, or everything that the account is told of.
    pub(super) channel: Option<i64>,
    /// When it began, in microseconds since 1970.
    pub(super) from: i64,
    /// When the fault itself was over; the account comes back later.
    pub(super) until: i64,
    /// Until when the hub or its database was kept from running, if that was the fault.
    pub(super) stopped_until: Option<i64>,
}

/// For how many microseconds of a time the hub or its database was kept from running. Such faults
/// come one after the other.
pub(super) fn stopped(faults: &[Disturbance], from: i64, until: i64) -> i64 {
    let overlap = |fault: &Disturbance| {
        let end = fault.stopped_until?.min(until);
        Some((end - fault.from.max(from)).max(0))
    };
    faults.iter().filter_map(overlap).sum()
}

/// A row that arrives within this many microseconds of its sending shows that updates flow again.
const LIVE: i64 = 1_000_000;

/// What was sent within so many microseconds after a fault shows nothing: a link that is cut may
/// still carry what was under way.
const TAKING_EFFECT: i64 = 500_000;

/// A row that arrives later than this is taken for one out of the history.
const FROM_HISTORY: i64 = 10_000_000;

/// How many microseconds before a fault a message may have been sent that the fault still strikes:
/// on its way, or not yet committed.
const UNDER_WAY: i64 = 2_000_000;

/// How many microseconds longer than the account's updates the history may take that fills a gap.
const CATCHING_UP: i64 = 10_000_000;

/// The times in which one account may have missed what was deleted meanwhile, in one sequence of
/// updates: its own, or that of a channel.
#[derive(Debug)]
pub(super) struct Shadows {
    times: Vec<(i64, i64)>,
    /// The same, for each whether the fault struck this account alone.
    alone: Vec<bool>,
    /// When the account left the channel, each time.
    left: Vec<i64>,
    /// When the first row was written.
    first_row: i64,
}

impl Shadows {
    /// From the faults of `account`, and when the sequence's messages were posted and captured,
    /// ascending by the time of posting. The sequence is a channel's marked id, or 0.
    pub(super) fn new(
        faults: &[Disturbance],
        account: usize,
        sequence: i64,
        captured: &[(i64, i64)],
    ) -> Self {
        let own = faults
            .iter()
            .filter(|fault| fault.account.is_none_or(|struck| struck == account))
            .filter(|fault| fault.channel.is_none_or(|struck| struck == sequence));
        let absences = own.clone().filter(|fault| fault.channel.is_some());
        let shadow = |fault: &Disturbance| {
            let during = captured.partition_point(|(posted, _)| *posted < fault.from);
            let mut latest = i64::MIN;
            let mut rows = captured.get(during..).unwrap_or_default().iter();
            // Pushes arrive before the difference that brings what was missed: updates flow again
            // with the first row behind which nothing is to come but out of the history.
            let live = rows.find(|(posted, row)| {
                if row - posted < FROM_HISTORY {
                    latest = latest.max(*row);
                }
                *posted >= fault.until + TAKING_EFFECT && row - posted < LIVE && *row >= latest
            });
            (fault.from, live.map_or(i64::MAX, |(_, row)| *row))
        };
        let rows = captured.iter().map(|(_, row)| *row);
        Self {
            left: absences.map(|absence| absence.from).collect(),
            first_row: rows.min().unwrap_or(i64::MAX),
            alone: own.clone().map(|fault| fault.account.is_some()).collect(),
            times: own.map(shadow).collect(),
        }
    }

    /// Whether what was told at `told` belongs to a stay in the channel whose beginning a fault has
    /// hidden: afterwards Telegram tells only of the latest time that the account has come.
    pub(super) fn precede(&self, told: i64) -> bool {
        let mut left = self.left.iter();
        told < self.first_row && left.any(|left| told <= *left && self.hide(told, told))
    }

    /// Whether a fault of this account alone lay over what was told at `told`.
    pub(super) fn strike_alone(&self, told: i64) -> bool {
        let mut times = self.times.iter().zip(&self.alone);
        times.any(|((begin, end), alone)| *alone && begin - UNDER_WAY <= told && told <= *end)
    }

    /// Whether what was told at `told` may have been missed by those for whom it was gone at
    /// `gone`.
    pub(super) fn hide(&self, told: i64, gone: i64) -> bool {
        self.times.iter().any(|(begin, end)| {
            let kept_off = begin - UNDER_WAY <= told && told <= *end;
            kept_off && gone <= end.saturating_add(CATCHING_UP)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_ends_when_updates_flow_again_and_covers_nobody_else() {
        let faults = [Disturbance {
            account: Some(1),
            channel: None,
            from: 10_000_000,
            until: 12_000_000,
            stopped_until: None,
        }];
        // One message that was under way, one caught up with late, one captured as it came.
        let captured = [
            (12_100_000, 12_110_000),
            (12_500_000, 14_000_000),
            (14_100_000, 14_200_000),
        ];
        let shadows = Shadows::new(&faults, 1, 0, &captured);
        assert!(shadows.hide(11_000_000, 13_000_000));
        assert!(shadows.strike_alone(11_000_000) && !shadows.strike_alone(15_000_000));
        assert!(shadows.hide(9_000_000, 10_000_000));
        assert!(shadows.hide(9_000_000, 9_900_000));
        // Long before the fault, and long after the account has caught up.
        assert!(!shadows.hide(7_000_000, 11_000_000));
        assert!(!shadows.hide(11_000_000, 24_300_000));
        assert!(!shadows.hide(14_300_000, 15_000_000));
        assert!(!Shadows::new(&faults, 2, 0, &captured).hide(11_000_000, 13_000_000));
    }

    #[test]
    fn only_the_part_of_a_stop_counts_that_lies_in_the_time_asked_for() {
        let stop = |from, stopped_until| Disturbance {
            account: None,
            channel: None,
            from,
            until: 100,
            stopped_until,
        };
        let faults = [stop(10, Some(20)), stop(30, Some(40)), stop(50, None)];
        assert_eq!(stopped(&faults, 15, 35), 10);
        assert_eq!(stopped(&faults, 0, 100), 20);
        assert_eq!(stopped(&faults, 21, 29), 0);
    }

    #[test]
    fn a_stay_that_was_seen_too_late_is_excused_only_up_to_its_first_row() {
        let fault = |channel, from, until| Disturbance {
            account: Some(1),
            channel,
            from,
            until,
            stopped_until: None,
        };
        let faults = [
            fault(None, 1_000_000, 4_000_000),
            fault(Some(7), 20_000_000, 30_000_000),
        ];
        let captured = [(3_000_000, 5_000_000), (5_000_000, 5_100_000)];
        let shadows = Shadows::new(&faults, 1, 7, &captured);
        assert!(shadows.precede(2_000_000));
        assert!(!shadows.precede(6_000_000));
        assert!(!Shadows::new(&faults[..1], 1, 7, &captured).precede(2_000_000));
    }
}
