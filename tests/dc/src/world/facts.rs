//! What is told of an account or channel that nobody in it decides: that it is verified, that it is
//! a bot, how many are in it.
//!
//! Owns the changes. Nobody is told; it stands in every object from then on.

use super::World;
use super::channel::Channel;
use super::ids::{ChannelId, Peer, UserId};

impl World {
    /// Verifies an account or channel, or takes that back.
    pub fn verify(&mut self, peer: Peer, verified: bool) {
        match peer {
            Peer::User(user) => {
                if let Some(account) = self.accounts.get_mut(&user) {
                    account.verified = verified;
                }
            }
            Peer::Channel(id) => {
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.verified = verified;
                }
            }
            Peer::Group(_) => {}
        }
    }

    /// Makes an account a bot, or a person again.
    pub fn make_bot(&mut self, user: UserId, bot: bool) {
        if let Some(account) = self.accounts.get_mut(&user) {
            account.bot = bot;
        }
    }

    /// Lets a channel say that so many are in it, whoever is; `None` for as many as there are.
    pub fn claim_members(&mut self, id: ChannelId, count: Option<usize>) {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.claimed = count;
        }
    }
}

impl Channel {
    /// How many are said to be in it.
    pub fn participants(&self) -> usize {
        self.claimed.unwrap_or(self.members.len())
    }
}
