//! What goes wrong with pushes on purpose: lost, repeated, out of order.
//!
//! Owns the counts, the seeded chance and the pushes that are held back. It knows no links.

use std::collections::HashMap;

use bytes::Bytes;

use super::chance::Chance;
use super::ids::UserId;
use super::news::Origin;

/// Pushes held back for one account, at most; beyond it the oldest are lost.
const HELD_MAX: usize = 64;

/// What becomes of one push to one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is sent.
    Deliver,
    /// It is sent twice.
    Repeat,
    /// It is not sent.
    Lose,
    /// It is sent after the next one.
    Hold,
}

/// The chances of pushes, by a seeded random sequence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shuffle {
    /// The same seed makes the same choices for the same pushes.
    pub seed: u64,
    /// The part of pushes that is lost, 0 to 1.
    pub lose: f64,
    /// The part that is sent twice.
    pub repeat: f64,
    /// The part that is sent after the next one.
    pub reorder: f64,
}

/// What goes wrong with pushes.
#[derive(Debug, Default)]
pub struct PushFaults {
    lose_of: HashMap<UserId, u32>,
    lose_any: u32,
    shuffle: Option<Shuffle>,
    chance: Chance,
    held: HashMap<UserId, Vec<(Option<Origin>, Bytes)>>,
}

impl PushFaults {
    /// Loses the next `count` pushes to an account, or to anybody.
    pub fn lose(&mut self, account: Option<UserId>, count: u32) {
        match account {
            Some(account) => *self.lose_of.entry(account).or_default() += count,
            None => self.lose_any += count,
        }
    }

    /// Lets chance rule over all pushes from now on; `None` ends that.
    pub fn shuffle(&mut self, shuffle: Option<Shuffle>) {
        self.chance = Chance::new(shuffle.map_or(0, |shuffle| shuffle.seed));
        self.shuffle = shuffle;
    }

    /// Ends everything; what is held back stays unsent, as lost pushes do.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether anything may go wrong at all.
    pub fn any(&self) -> bool {
        self.lose_any > 0
            || self.shuffle.is_some()
            || !self.lose_of.is_empty()
            || !self.held.is_empty()
    }

    /// What becomes of the next push to `account`.
    pub fn fate(&mut self, account: UserId) -> Fate {
        if let Some(left) = self.lose_of.get_mut(&account) {
            *left -= 1;
            if *left == 0 {
                self.lose_of.remove(&account);
            }
            return Fate::Lose;
        }
        if self.lose_any > 0 {
            self.lose_any -= 1;
            return Fate::Lose;
        }
        let Some(shuffle) = self.shuffle else {
            return Fate::Deliver;
        };
        let chance = self.chance.part();
        let lost = shuffle.lose;
        let repeated = lost + shuffle.repeat;
        if chance < lost {
            Fate::Lose
        } else if chance < repeated {
            Fate::Repeat
        } else if chance < repeated + shuffle.reorder {
            Fate::Hold
        } else {
            Fate::Deliver
        }
    }

    /// Keeps a push until the next one to the same account has been sent.
    pub fn hold(&mut self, account: UserId, except: Option<Origin>, updates: Bytes) {
        let held = self.held.entry(account).or_default();
        if held.len() >= HELD_MAX {
            held.remove(0);
        }
        held.push((except, updates));
    }

    /// What was held back for `account`, oldest first.
    pub fn release(&mut self, account: UserId) -> Vec<(Option<Origin>, Bytes)> {
        self.held.remove(&account).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_lost_as_was_told() {
        let mut faults = PushFaults::default();
        faults.lose(Some(UserId(1)), 2);
        faults.lose(None, 1);
        let fates = [1, 2, 1, 1, 2].map(|user| faults.fate(UserId(user)));
        assert_eq!(
            fates,
            [
                Fate::Lose,
                Fate::Lose,
                Fate::Lose,
                Fate::Deliver,
                Fate::Deliver
            ]
        );
        assert!(!faults.any());
    }

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let run = |seed| {
            let mut faults = PushFaults::default();
            faults.shuffle(Some(Shuffle {
                seed,
                lose: 0.25,
                repeat: 0.25,
                reorder: 0.25,
            }));
            (0..400).map(|_| faults.fate(UserId(1))).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        for fate in [Fate::Deliver, Fate::Repeat, Fate::Lose, Fate::Hold] {
            let count = run(7).iter().filter(|one| **one == fate).count();
            assert!((60..140).contains(&count), "{fate:?}: {count}");
        }
    }
}
