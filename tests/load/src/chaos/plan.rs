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
    /// Faults of links: cut and stalled ones, lost, repeated and re-ordered pushes, moves.
    pub links: usize,
    /// Faults of answers: too long differences, errors, calls that are never answered.
    pub answers: usize,
    /// What Telegram says seldom and clients do not expect: answers that nobody can read, chats
    /// that are refused, keys that are denied and then known.
    pub oddities: usize,
    /// Messages that hold an object of an unknown kind.
    pub unreadable: usize,
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

/// A fault of links, pushes or answers; several may be under way at once. Accounts are places in
/// the fleet, channels places in the list of those there were at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The account's links are closed.
    Cut(usize),
    /// Everybody's links are closed.
    CutAll,
    /// The account's links neither read nor write for so long.
    Stall(usize, Duration),
    /// The account's next call of a method answers an error.
    Error(usize, &'static str, i32, &'static str),
    /// The account's next call of a method is never answered.
    Silence(usize, &'static str),
    /// The next pushes to the account are lost.
    Lose(usize, u32),
    /// Pushes to anybody are lost, repeated and re-ordered by chance for so long.
    Shuffle(u64, Duration),
    /// The account's next difference is too long, and its links are closed, so that it asks.
    TooLong(usize),
    /// The account is told to ask for a difference, which may be short.
    PushTooLong(usize),
    /// The channel's next difference is too long for the account, which is cut so that it asks.
    ChannelTooLong(usize, usize),
    /// The channel's members are told to ask for its difference, with its pts or without.
    PushChannelTooLong(usize, bool),
    /// The account moves to another data centre.
    Move(usize, i32),
    /// The account's next answer to a method is of an unknown kind from its first byte on.
    Unreadable(usize, &'static str),
    /// The account's next calls about the channel are refused, and it is cut so that it asks.
    RefuseChat(usize, usize, &'static str, i32),
    /// The account's next listings of dialogs are a flood, and it is cut so that it lists.
    FloodDialogs(usize, u32),
    /// Every difference of more than so many events is too long for so long, for anybody.
    TooLongBeyond(usize, Duration),
    /// The account's place moves by something that no difference tells of.
    Phantom(usize, i32),
    /// The account's key is said to be unknown, once.
    False401(usize),
}

/// When which fault strikes; the places are numbers of messages, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What strikes the hub.
    pub blows: Vec<(usize, Blow)>,
    /// What strikes links and answers.
    pub troubles: Vec<(usize, Trouble)>,
    /// Which messages hold an object of an unknown kind, ascending.
    pub unreadable: Vec<usize>,
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
        let accounts = scale.accounts;
        let mut troubles: Vec<Trouble> = (0..scale.links)
            .map(|_| of_links(&mut rng, accounts))
            .collect();
        troubles.extend((0..scale.answers).map(|_| of_answers(&mut rng, accounts)));
        troubles.extend((0..scale.oddities).map(|_| of_oddities(&mut rng, accounts)));
        rng.shuffle(&mut troubles);
        let blows = spread(&mut rng, scale.messages, blows);
        let troubles = spread(&mut rng, scale.messages, troubles);
        let places = vec![(); scale.unreadable];
        let places = spread(&mut rng, scale.messages, places).into_iter();
        Self {
            blows,
            troubles,
            unreadable: places.map(|(place, ())| place).collect(),
        }
    }

    /// How often the hub is killed.
    pub(super) fn kills(&self) -> usize {
        let blows = self.blows.iter();
        blows
            .filter(|(_, blow)| matches!(blow, Blow::Kill(_)))
            .count()
    }
}

/// Calls by which the hub catches up, and what they may answer.
const ERRORS: [(&str, i32, &str); 8] = [
    ("updates.getDifference", 500, "INTERNAL"),
    ("updates.getDifference", 420, "FLOOD_WAIT_2"),
    ("updates.getChannelDifference", 500, "INTERNAL"),
    ("updates.getChannelDifference", 420, "FLOOD_WAIT_1"),
    ("messages.getHistory", 420, "FLOOD_WAIT_2"),
    ("messages.getHistory", 500, "INTERNAL"),
    ("messages.getDialogs", 500, "INTERNAL"),
    ("users.getUsers", 500, "INTERNAL"),
];

/// Calls that may never be answered.
const SILENT: [&str; 3] = [
    "updates.getDifference",
    "updates.getChannelDifference",
    "messages.getHistory",
];

fn of_links(rng: &mut Rng, accounts: usize) -> Trouble {
    let account = rng.usize(0..accounts);
    match rng.u32(0..100) {
        0..40 => Trouble::Cut(account),
        40..42 => Trouble::CutAll,
        42..64 => Trouble::Stall(account, millis(rng, 200..4000)),
        64..88 => Trouble::Lose(account, rng.u32(1..30)),
        88..92 => Trouble::Shuffle(rng.u64(..), millis(rng, 500..2500)),
        _ => Trouble::Move(account, rng.i32(1..=5)),
    }
}

fn of_answers(rng: &mut Rng, accounts: usize) -> Trouble {
    let account = rng.usize(0..accounts);
    match rng.u32(0..100) {
        0..40 => {
            let (method, code, name) = ERRORS[rng.usize(0..ERRORS.len())];
            Trouble::Error(account, method, code, name)
        }
        40..48 => Trouble::Silence(account, SILENT[rng.usize(0..SILENT.len())]),
        48..64 => Trouble::TooLong(account),
        64..72 => Trouble::PushTooLong(account),
        72..90 => Trouble::ChannelTooLong(rng.usize(..), account),
        _ => Trouble::PushChannelTooLong(rng.usize(..), rng.bool()),
    }
}

/// Answers that may be of an unknown kind.
const UNREADABLE: [&str; 4] = [
    "updates.getDifference",
    "updates.getChannelDifference",
    "messages.getHistory",
    "messages.getDialogs",
];

/// What one channel may answer, whatever it means.
const REFUSALS: [(&str, i32); 4] = [
    ("CHANNEL_PRIVATE", 400),
    ("CHANNEL_MONOFORUM_UNSUPPORTED", 400),
    ("CHAT_FORBIDDEN", 403),
    ("HISTORY_GET_FAILED", 500),
];

fn of_oddities(rng: &mut Rng, accounts: usize) -> Trouble {
    let account = rng.usize(0..accounts);
    match rng.u32(0..100) {
        0..30 => Trouble::Unreadable(account, UNREADABLE[rng.usize(0..UNREADABLE.len())]),
        30..50 => {
            let (name, code) = REFUSALS[rng.usize(0..REFUSALS.len())];
            Trouble::RefuseChat(rng.usize(..), account, name, code)
        }
        50..60 => Trouble::FloodDialogs(account, rng.u32(1..4)),
        60..64 => Trouble::TooLongBeyond(rng.usize(10..100), millis(rng, 1000..5000)),
        64..84 => Trouble::Phantom(account, rng.i32(1..5)),
        _ => Trouble::False401(account),
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
        links: 120,
        answers: 40,
        oddities: 40,
        unreadable: 60,
        outages: 2,
    };

    #[test]
    fn a_seed_gives_one_plan_with_every_fault_in_its_place() {
        let plan = Plan::new(7, &SCALE, true);
        assert_eq!(plan, Plan::new(7, &SCALE, true));
        assert_ne!(plan, Plan::new(8, &SCALE, true));
        assert_eq!((plan.blows.len(), plan.troubles.len()), (14, 200));
        assert_eq!(plan.unreadable.len(), 60);
        assert!(plan.unreadable.is_sorted());
        assert!(plan.troubles.is_sorted_by_key(|(at, _)| *at));
        assert!(plan.blows.is_sorted_by_key(|(at, _)| *at));
        assert_eq!(Plan::new(7, &SCALE, false).blows.len(), 12);
    }
}
