//! What each account has called and when, and what a careful client would not have called.
//!
//! Owns the log of calls. It refuses nothing.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::ids::UserId;

/// Calls of one account that are remembered, the newest.
const REMEMBERED: usize = 100_000;
/// Microseconds in a second.
const SECOND: i64 = 1_000_000;
/// What refusals begin with that tell how many seconds not to call.
const WAITS: [&str; 2] = ["FLOOD_WAIT_", "FLOOD_PREMIUM_WAIT_"];

/// One call of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MadeCall {
    /// In microseconds since 1970 by the machine's clock.
    pub at: i64,
    /// Such as `messages.sendMessage`.
    pub method: &'static str,
}

/// The calls of all accounts.
#[derive(Debug, Default)]
pub struct Watch(HashMap<UserId, Seen>);

#[derive(Debug, Default)]
struct Seen {
    calls: VecDeque<MadeCall>,
    waits: HashMap<&'static str, i64>,
    inside_waits: u64,
    unneeded: u64,
}

impl Watch {
    /// An account has called a method at `at`.
    pub fn called(&mut self, caller: UserId, method: &'static str, at: i64) {
        let seen = self.0.entry(caller).or_default();
        if seen.calls.len() >= REMEMBERED {
            seen.calls.pop_front();
        }
        seen.calls.push_back(MadeCall { at, method });
        if seen.waits.get(method).is_some_and(|until| at < *until) {
            seen.inside_waits += 1;
        }
    }

    /// A call was refused with this name; it may be a wait.
    pub fn refused(&mut self, caller: UserId, method: &'static str, name: &str, at: i64) {
        let seconds = WAITS.iter().find_map(|wait| name.strip_prefix(wait));
        if let Some(seconds) = seconds.and_then(|seconds| seconds.parse::<u32>().ok()) {
            let seen = self.0.entry(caller).or_default();
            let until = seen.waits.entry(method).or_default();
            *until = (*until).max(at + i64::from(seconds) * SECOND);
        }
    }

    /// An account has asked for the difference of a channel in which nothing was new.
    pub fn unneeded(&mut self, caller: UserId) {
        self.0.entry(caller).or_default().unneeded += 1;
    }

    /// The calls of an account, oldest first.
    pub fn calls(&self, account: UserId) -> impl Iterator<Item = MadeCall> {
        let seen = self.0.get(&account);
        seen.into_iter().flat_map(|seen| seen.calls.iter().copied())
    }

    /// By account: calls of a method before the wait was over that it had answered.
    pub fn inside_waits(&self) -> BTreeMap<i64, u64> {
        self.figures(|seen| seen.inside_waits)
    }

    /// By account: differences of channels in which nothing was new.
    pub fn unneeded_differences(&self) -> BTreeMap<i64, u64> {
        self.figures(|seen| seen.unneeded)
    }

    fn figures(&self, figure: impl Fn(&Seen) -> u64) -> BTreeMap<i64, u64> {
        let figures = self.0.iter().map(|(user, seen)| (user.0, figure(seen)));
        figures.filter(|(_, figure)| *figure > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_before_a_wait_is_over_is_counted_and_one_after_it_is_not() {
        let (mut watch, user) = (Watch::default(), UserId(1));
        watch.called(user, "a", 0);
        watch.refused(user, "a", "FLOOD_WAIT_2", 0);
        watch.called(user, "b", SECOND);
        watch.called(user, "a", SECOND);
        watch.called(user, "a", 2 * SECOND);
        assert_eq!(watch.inside_waits(), BTreeMap::from([(1, 1)]));
        let methods = watch.calls(user).map(|call| call.method);
        assert_eq!(methods.collect::<Vec<_>>(), ["a", "b", "a", "a"]);
    }
}
