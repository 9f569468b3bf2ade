//! Which differences are "too long": on demand, or beyond a number of events.
//!
//! Owns the counts. What the answer holds is `rpc`'s.

use std::collections::HashMap;

use super::ids::{ChannelId, UserId};

/// When a difference is answered with "too long".
#[derive(Debug, Default)]
pub struct TooLong {
    /// A difference of more events than this is too long for anybody; `None` for no limit.
    pub beyond: Option<usize>,
    accounts: Demand<UserId>,
    channels: Demand<(Option<UserId>, ChannelId)>,
}

#[derive(Debug)]
struct Demand<K>(HashMap<K, u32>);

impl<K> Default for Demand<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + std::hash::Hash> Demand<K> {
    fn add(&mut self, key: K, count: u32) {
        if count > 0 {
            *self.0.entry(key).or_default() += count;
        }
    }

    fn take(&mut self, key: &K) -> bool {
        let Some(left) = self.0.get_mut(key) else {
            return false;
        };
        *left -= 1;
        if *left == 0 {
            self.0.remove(key);
        }
        true
    }
}

impl TooLong {
    /// The next `count` differences of an account that are not empty are too long.
    pub fn demand(&mut self, account: UserId, count: u32) {
        self.accounts.add(account, count);
    }

    /// The next `count` differences of a channel that are not empty are too long, for one account
    /// or for whoever asks.
    pub fn demand_channel(&mut self, account: Option<UserId>, channel: ChannelId, count: u32) {
        self.channels.add((account, channel), count);
    }

    /// Whether a difference of `missed` events is too long for an account.
    pub fn strikes(&mut self, account: UserId, missed: usize) -> bool {
        self.accounts.take(&account) || self.is_beyond(missed)
    }

    /// Whether a channel's difference of `missed` events is too long for an account.
    pub fn strikes_channel(&mut self, account: UserId, channel: ChannelId, missed: usize) -> bool {
        self.channels.take(&(Some(account), channel))
            || self.channels.take(&(None, channel))
            || self.is_beyond(missed)
    }

    fn is_beyond(&self, missed: usize) -> bool {
        self.beyond.is_some_and(|most| missed > most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_strikes_on_demand_and_beyond_the_limit() {
        let mut too_long = TooLong::default();
        assert!(!too_long.strikes(UserId(1), usize::MAX));
        too_long.demand(UserId(1), 1);
        assert!(!too_long.strikes(UserId(2), 1));
        assert!(too_long.strikes(UserId(1), 1) && !too_long.strikes(UserId(1), 1));
        let channel = ChannelId(5);
        too_long.demand_channel(None, channel, 2);
        assert!(too_long.strikes_channel(UserId(1), channel, 1));
        assert!(too_long.strikes_channel(UserId(2), channel, 1));
        assert!(!too_long.strikes_channel(UserId(2), channel, 1));
        too_long.beyond = Some(10);
        assert!(too_long.strikes(UserId(3), 11) && !too_long.strikes(UserId(3), 10));
    }
}
