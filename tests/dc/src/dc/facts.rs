//! What is told of an account or channel that nobody in it decides.
//!
//! Owns nothing: the facts are the world's. Who is connected learns of them with the next answer.

use super::{Dc, find_peer};
use crate::world::ids::Peer;
use crate::world::refusal::Refusal;

/// Facts about an account or channel; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether Telegram has verified it.
    pub verified: Option<bool>,
    /// Whether an account is a bot.
    pub bot: Option<bool>,
    /// How many members a channel is said to have, whoever is in it; 0 for as many as there are.
    pub participants_count: Option<i32>,
}

impl Dc {
    /// Sets facts about an account or channel.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, and the reason for facts that it cannot have.
    pub fn set_facts(&self, peer: &str, facts: &Facts) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let peer = find_peer(&mut world, peer)?;
        let misplaced = match peer {
            Peer::User(_) => facts.participants_count.is_some(),
            Peer::Group(_) => *facts != Facts::default(),
            Peer::Channel(_) => facts.bot.is_some(),
        };
        if misplaced {
            return Err(Refusal::bad("this fact is not for this kind of chat"));
        }
        if let Some(verified) = facts.verified {
            world.verify(peer, verified);
        }
        if let (Peer::User(user), Some(bot)) = (peer, facts.bot) {
            world.make_bot(user, bot);
        }
        if let (Peer::Channel(id), Some(count)) = (peer, facts.participants_count) {
            world.claim_members(id, usize::try_from(count).ok().filter(|count| *count > 0));
        }
        Ok(())
    }
}
