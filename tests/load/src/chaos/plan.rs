//! The plan of a run: which fault strikes after how many messages, from one seed.
//!
//! Owns the choice of faults. Places are counted in messages and not in seconds, so that a seed
//! means the same plan on a slow machine; what the hub makes of it still depends on its timing.

use fastrand::Rng;
use std::time::Duration;

/// How large a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Accounts of the hub, at least 4.
    pub accounts: usize,
    /// Messages to post, edits and deletions not counted.
    pub messages: usize,
    /// Messages in a second.
    pub rate: usize,
    /// Times that the hub is killed.
    pub kills: usize,
    /// Faults of links and answers.
    pub faults: usize,
    /// Times that the database is stopped, where a run has one that can be.
    pub outages: usize,
}

/// A fault of the whole hub or its database; one ends before the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blow {
    /// `kill -9`, and a new start after so long.
    Kill(Duration),
    /// The database stops, and starts again after so long.
    Outage(Duration),
}

/// A fault of one account's link, or of everybody's; several may be under way at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The account's links are closed.
    Cut(usize),
    /// Everybody's links are closed.
    CutAll,
    /// The account's links neither read nor write for so long.
    Stall(usize, Duration),
    /// The account's next calls of a method answer an error.
    Error(usize, &'static str, i32, &'static str),
    /// The account's next call of a method is never answered.
    Silence(usize, &'static str),
}

/// When which fault strikes; the places are numbers of messages, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What strikes the hub.
    pub blows: Vec<(usize, Blow)>,
    /// What strikes links and answers.
    pub troubles: Vec<(usize, Trouble)>,
}

impl Plan {
    /// The plan of a seed. `outages` says whether the database can be stopped.
    pub fn new(seed: u64, scale: &Scale, outages: bool) -> Self {
        let mut rng = Rng::with_seed(seed);
        let outages = if outages { scale.outages } else { 0 };
        let mut blows: Vec<Blow> = (0..scale.kills)
            .map(|_| Blow::Kill(millis(&mut rng, 0..1500)))
            .collect();
        blows.extend((0..outages).map(|_| Blow::Outage(millis(&mut rng, 500..3000))));
        rng.shuffle(&mut blows);
        let troubles = (0..scale.faults)
            .map(|_| trouble(&mut rng, scale.accounts))
            .collect();
        Self {
            blows: spread(&mut rng, scale.messages, blows),
            troubles: spread(&mut rng, scale.messages, troubles),
        }
    }
}

fn trouble(rng: &mut Rng, accounts: usize) -> Trouble {
    let account = rng.usize(0..accounts);
    match rng.u32(0..100) {
        0..35 => Trouble::Cut(account),
        35..38 => Trouble::CutAll,
        38..58 => Trouble::Stall(account, millis(rng, 200..4000)),
        58..78 => Trouble::Error(account, "updates.getDifference", 500, "INTERNAL"),
        78..90 => Trouble::Error(account, "updates.getDifference", 420, "FLOOD_WAIT_2"),
        90..95 => Trouble::Error(account, "users.getUsers", 500, "INTERNAL"),
        _ => Trouble::Silence(account, "updates.getDifference"),
    }
}

fn millis(rng: &mut Rng, range: std::ops::Range<u64>) -> Duration {
    Duration::from_millis(rng.u64(range))
}

/// One place for each fault: equal parts of the run, and a chance place in each part.
fn spread<T>(rng: &mut Rng, messages: usize, faults: Vec<T>) -> Vec<(usize, T)> {
    let parts = faults.len().max(1);
    let place = |rng: &mut Rng, part: usize| {
        let (from, to) = (messages * part / parts, messages * (part + 1) / parts);
        rng.usize(from..to.max(from + 1))
    };
    faults
        .into_iter()
        .enumerate()
        .map(|(part, fault)| (place(rng, part), fault))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale = Scale {
        accounts: 50,
        messages: 20_000,
        rate: 400,
        kills: 12,
        faults: 120,
        outages: 2,
    };

    #[test]
    fn a_seed_gives_one_plan_with_every_fault_in_its_place() {
        let plan = Plan::new(7, &SCALE, true);
        assert_eq!(plan, Plan::new(7, &SCALE, true));
        assert_ne!(plan, Plan::new(8, &SCALE, true));
        assert_eq!((plan.blows.len(), plan.troubles.len()), (14, 120));
        assert!(plan.troubles.is_sorted_by_key(|(at, _)| *at));
        assert!(plan.blows.is_sorted_by_key(|(at, _)| *at));
        assert_eq!(Plan::new(7, &SCALE, false).blows.len(), 12);
    }
}
