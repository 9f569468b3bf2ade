//! How hard the data centre is, and what it has counted of each account.
//!
//! Owns nothing: the rules and the counts are the world's.

use std::collections::BTreeMap;

use super::{Dc, find};
use crate::world::refusal::Refusal;
use crate::world::rules::{Limit, Rules};
use crate::world::watch::MadeCall;

impl Dc {
    /// Changes what of Telegram's hardness is in force.
    pub fn rule(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.0.api.world().rules);
    }

    /// Lets each account call a method so often from now on; `None` for as often as it likes.
    pub fn limit(&self, method: &str, limit: Option<Limit>) {
        self.rule(|rules| {
            match limit {
                Some(limit) => rules.limits.insert(method.to_owned(), limit),
                None => rules.limits.remove(method),
            };
        });
    }

    /// The last hundred thousand calls of an account, oldest first, refused ones included.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn calls_of(&self, account: &str) -> Result<Vec<MadeCall>, Refusal> {
        let mut world = self.0.api.world();
        let account = find(&mut world, account)?;
        Ok(world.watch.calls(account).collect())
    }

    /// How often an account has called each method between two moments, in microseconds since
    /// 1970; the latter is not included.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn calls_between(
        &self,
        account: &str,
        from: i64,
        to: i64,
    ) -> Result<BTreeMap<&'static str, u64>, Refusal> {
        let mut counts = BTreeMap::new();
        for call in self.calls_of(account)? {
            if (from..to).contains(&call.at) {
                *counts.entry(call.method).or_default() += 1;
            }
        }
        Ok(counts)
    }

    /// By user id: calls of a method before the wait was over that the method had answered.
    pub fn calls_inside_waits(&self) -> BTreeMap<i64, u64> {
        self.0.api.world().watch.inside_waits()
    }

    /// By user id: differences of channels that were asked for when nothing was new.
    pub fn unneeded_differences(&self) -> BTreeMap<i64, u64> {
        self.0.api.world().watch.unneeded_differences()
    }
}
