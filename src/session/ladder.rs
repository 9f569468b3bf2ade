//! What is done, and in which order, about an account that is behind Telegram. No I/O.
//!
//! It owns the rungs and when the next one is due; who climbs, and how, is the watchdog's and the
//! account's matter. A ladder outlives the account's links, so that a link made anew that is
//! still behind at the same place goes on where the last one stood.

use crate::model::HealStep;

/// What a look at an account asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing: it has all that Telegram has.
    Fine,
    /// This step, and another look soon.
    Heal(HealStep),
    /// All steps have been taken and it is still behind: patience.
    GiveUp,
}

/// So many differences in a row that each helped until the next look mean that nothing is pushed
/// over this connection any more.
const DIFFERENCES_IN_A_ROW: u8 = 3;
/// So many looks in a row that find nothing end a row of differences. The look right after a
/// difference is one of them.
const CALM_AFTER: u8 = 3;

/// So many differences without anything, over connections made since the account was first seen
/// behind at a place, are Telegram's answer: it counts what it has nothing to tell of.
const EMPTY_ANSWERS: u8 = 2;

/// How far an account is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// The place, a pts, that it has come to.
    pub(super) place: i32,
    /// By how many pts Telegram is ahead.
    pub(super) by: i64,
}

/// A place that an account was seen to be behind at.
#[derive(Clone, Copy, Debug)]
struct Stuck {
    place: i32,
    /// The last step that was taken.
    step: HealStep,
    /// Whether the connection was made anew since.
    fresh: bool,
    /// How often a difference over it has brought nothing.
    empty: u8,
}

/// Where an account stands on the ladder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ladder {
    stuck: Option<Stuck>,
    /// Where Telegram has nothing to tell although it is ahead, and by how much at most.
    settled: Option<Behind>,
    differences: u8,
    calm: u8,
}

impl Ladder {
    /// Takes note of a look: how far the account is behind, `None` when it is not, and whether a
    /// difference was answered since the last look.
    pub(super) fn note(&mut self, behind: Option<Behind>, answered: bool) -> Verdict {
        let Some(Behind { place, by }) = behind.filter(|behind| !self.is_settled(*behind)) else {
            self.stuck = None;
            self.calm = self.calm.saturating_add(1);
            if self.calm >= CALM_AFTER {
                self.differences = 0;
            }
            return Verdict::Fine;
        };
        self.calm = 0;
        let stuck = self.stuck.filter(|stuck| stuck.place == place);
        if let Some(mut stuck) = stuck.filter(|_| answered) {
            // Once that was seen, one answer at another place is as good.
            let known = self.settled.is_some_and(|settled| by <= settled.by);
            stuck.empty += u8::from(stuck.fresh);
            if known || stuck.empty >= EMPTY_ANSWERS {
                self.settled = Some(Behind { place, by });
                self.stuck = None;
                return Verdict::Fine;
            }
            if stuck.fresh {
                self.stuck = Some(stuck);
                return Verdict::Heal(HealStep::Difference);
            }
        }
        let step = match stuck.map(|stuck| stuck.step) {
            Some(HealStep::Difference) => HealStep::Reconnect,
            Some(HealStep::Reconnect) => HealStep::Rebuild,
            Some(_) => return Verdict::GiveUp,
            None if self.differences >= DIFFERENCES_IN_A_ROW => {
                self.differences = 0;
                HealStep::Reconnect
            }
            None => {
                self.differences += 1;
                HealStep::Difference
            }
        };
        self.stuck = Some(Stuck {
            place,
            step,
            fresh: step != HealStep::Difference,
            empty: stuck.map_or(0, |stuck| stuck.empty),
        });
        Verdict::Heal(step)
    }

    /// Whether Telegram has said that it has nothing to tell at this place.
    fn is_settled(&self, behind: Behind) -> bool {
        self.settled
            .is_some_and(|settled| settled.place == behind.place && behind.by <= settled.by)
    }

    /// Whether a step has been taken whose effect is not known yet.
    pub(super) const fn is_climbing(self) -> bool {
        self.stuck.is_some()
    }

    /// Whether the connection has just been made anew under what reads the updates.
    pub(super) const fn is_reconnecting(self) -> bool {
        matches!(
            self.stuck,
            Some(Stuck {
                step: HealStep::Reconnect,
                ..
            })
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HealStep::{Difference, Rebuild, Reconnect};
    use Verdict::{Fine, GiveUp, Heal};

    #[expect(clippy::unnecessary_wraps, reason = "what a look hands on")]
    const fn at(place: i32) -> Option<Behind> {
        Some(Behind { place, by: 1 })
    }

    #[test]
    fn two_empty_differences_over_a_new_connection_are_an_answer() {
        let mut ladder = Ladder::default();
        assert_eq!(ladder.note(at(5), false), Heal(Difference));
        assert_eq!(ladder.note(at(5), true), Heal(Reconnect));
        assert_eq!(ladder.note(at(5), true), Heal(Difference));
        for _ in 0..5 {
            assert_eq!(ladder.note(at(5), true), Fine);
            assert!(!ladder.is_climbing());
        }
        // The next message moves the place, and what Telegram counts too much stays.
        assert_eq!(ladder.note(at(6), false), Heal(Difference));
        assert_eq!(ladder.note(at(6), true), Fine, "one answer is enough now");
        assert_eq!(ladder.note(at(6), false), Fine);
        let further = Some(Behind { place: 6, by: 2 });
        assert_eq!(ladder.note(further, false), Heal(Difference), "this is new");
        assert_eq!(ladder.note(further, true), Heal(Reconnect));
    }

    #[test]
    fn a_difference_that_is_not_answered_is_no_answer() {
        let mut ladder = Ladder::default();
        assert_eq!(ladder.note(at(5), false), Heal(Difference));
        assert_eq!(ladder.note(at(5), false), Heal(Reconnect));
        assert_eq!(ladder.note(at(5), true), Heal(Difference));
        assert_eq!(ladder.note(at(5), false), Heal(Rebuild));
        assert_eq!(ladder.note(at(5), true), Fine);
    }

    #[test]
    fn an_account_that_stays_behind_at_one_place_climbs_rung_by_rung() {
        let mut ladder = Ladder::default();
        assert_eq!(ladder.note(None, false), Fine);
        assert!(!ladder.is_climbing());
        for verdict in [
            Heal(Difference),
            Heal(Reconnect),
            Heal(Rebuild),
            GiveUp,
            GiveUp,
        ] {
            assert_eq!(ladder.note(at(5), false), verdict);
            assert_eq!(ladder.is_reconnecting(), verdict == Heal(Reconnect));
        }
        assert_eq!(ladder.note(at(6), false), Heal(Difference), "it has moved");
        assert_eq!(ladder.note(None, false), Fine);
        assert_eq!(
            ladder.note(at(6), false),
            Heal(Difference),
            "it had caught up"
        );
    }

    #[test]
    fn differences_that_help_only_until_the_next_look_lead_to_a_new_connection() {
        let mut ladder = Ladder::default();
        for place in [5, 6, 7] {
            assert_eq!(ladder.note(at(place), false), Heal(Difference));
            assert_eq!(ladder.note(None, false), Fine);
        }
        assert_eq!(ladder.note(at(8), false), Heal(Reconnect));
        assert_eq!(ladder.note(None, false), Fine);
        assert_eq!(ladder.note(at(9), false), Heal(Difference));
    }

    #[test]
    fn a_calm_while_ends_a_row_of_differences() {
        let mut ladder = Ladder::default();
        for place in 0..10 {
            assert_eq!(ladder.note(at(place), false), Heal(Difference));
            for _ in 0..CALM_AFTER {
                assert_eq!(ladder.note(None, false), Fine);
            }
        }
    }
}
