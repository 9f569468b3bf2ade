//! What is done, and in which order, about an account that is behind Telegram. No I/O.
//!
//! It owns the rungs and when the next one is due; who climbs, and how, is the watchdog's and the
//! account's matter. A ladder outlives the account's links, so that a link made anew that is
//! still behind at the same place goes on where the last one stood.

use serde::Serialize;

/// One step to bring an account back, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealStep {
    /// Telegram is asked for what has not arrived.
    Difference,
    /// The connection is made anew; what reads updates stays.
    Reconnect,
    /// Everything of the account is made anew from the database.
    Rebuild,
    /// Telegram refuses the key: only a login helps.
    NeedsLogin,
}

impl HealStep {
    /// Every step, in the order of the ladder.
    pub const ALL: [Self; 4] = [
        Self::Difference,
        Self::Reconnect,
        Self::Rebuild,
        Self::NeedsLogin,
    ];

    /// The step's name in logs, metrics and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Difference => "difference",
            Self::Reconnect => "reconnect",
            Self::Rebuild => "rebuild",
            Self::NeedsLogin => "needs_login",
        }
    }
}

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

/// Where an account stands on the ladder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ladder {
    /// The last step and the place, a pts, that the account was stuck at.
    stuck: Option<(HealStep, i32)>,
    differences: u8,
    calm: u8,
}

impl Ladder {
    /// Takes note of a look: the place at which the account is behind, `None` when it is not.
    pub(super) fn note(&mut self, behind_at: Option<i32>) -> Verdict {
        let Some(place) = behind_at else {
            self.stuck = None;
            self.calm = self.calm.saturating_add(1);
            if self.calm >= CALM_AFTER {
                self.differences = 0;
            }
            return Verdict::Fine;
        };
        self.calm = 0;
        let step = match self.stuck {
            Some((HealStep::Difference, stuck)) if stuck == place => HealStep::Reconnect,
            Some((HealStep::Reconnect, stuck)) if stuck == place => HealStep::Rebuild,
            Some((_, stuck)) if stuck == place => return Verdict::GiveUp,
            _ if self.differences >= DIFFERENCES_IN_A_ROW => {
                self.differences = 0;
                HealStep::Reconnect
            }
            _ => {
                self.differences += 1;
                HealStep::Difference
            }
        };
        self.stuck = Some((step, place));
        Verdict::Heal(step)
    }

    /// Whether a step has been taken whose effect is not known yet.
    pub(super) const fn is_climbing(self) -> bool {
        self.stuck.is_some()
    }

    /// Whether the connection has just been made anew under what reads the updates.
    pub(super) const fn is_reconnecting(self) -> bool {
        matches!(self.stuck, Some((HealStep::Reconnect, _)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use HealStep::{Difference, Rebuild, Reconnect};
    use Verdict::{Fine, GiveUp, Heal};

    #[test]
    fn an_account_that_stays_behind_at_one_place_climbs_rung_by_rung() {
        let mut ladder = Ladder::default();
        assert_eq!(ladder.note(None), Fine);
        assert!(!ladder.is_climbing());
        for verdict in [
            Heal(Difference),
            Heal(Reconnect),
            Heal(Rebuild),
            GiveUp,
            GiveUp,
        ] {
            assert_eq!(ladder.note(Some(5)), verdict);
            assert_eq!(ladder.is_reconnecting(), verdict == Heal(Reconnect));
        }
        assert_eq!(ladder.note(Some(6)), Heal(Difference), "it has moved");
        assert_eq!(ladder.note(None), Fine);
        assert_eq!(ladder.note(Some(6)), Heal(Difference), "it had caught up");
    }

    #[test]
    fn differences_that_help_only_until_the_next_look_lead_to_a_new_connection() {
        let mut ladder = Ladder::default();
        for place in [5, 6, 7] {
            assert_eq!(ladder.note(Some(place)), Heal(Difference));
            assert_eq!(ladder.note(None), Fine);
        }
        assert_eq!(ladder.note(Some(8)), Heal(Reconnect));
        assert_eq!(ladder.note(None), Fine);
        assert_eq!(ladder.note(Some(9)), Heal(Difference));
    }

    #[test]
    fn a_calm_while_ends_a_row_of_differences() {
        let mut ladder = Ladder::default();
        for place in 0..10 {
            assert_eq!(ladder.note(Some(place)), Heal(Difference));
            for _ in 0..CALM_AFTER {
                assert_eq!(ladder.note(None), Fine);
            }
        }
    }
}
