//! Usernames that pass from one peer to another.
//!
//! Owns that a username leads to one peer. Whether anybody is told is the script's choice: Telegram
//! tells only some, and what it tells can be missed.

use super::World;
use super::ids::{Peer, UserId};
use super::news::News;
use super::refusal::Refusal;

impl World {
    /// Gives an account or channel these usernames and no others: the main one, then bought ones.
    /// With `told` those who have met it hear of it.
    ///
    /// # Errors
    /// 400 `USERNAME_INVALID`, `USERNAME_OCCUPIED`, `PEER_ID_INVALID` for basic groups.
    pub fn set_usernames(
        &mut self,
        whose: Peer,
        usernames: &[&str],
        told: bool,
    ) -> Result<(), Refusal> {
        let mut names = Vec::with_capacity(usernames.len());
        for name in usernames {
            let name = name.trim_start_matches('@').to_lowercase();
            let well_formed = (3..=32).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if !well_formed {
                return Err(Refusal::bad("USERNAME_INVALID"));
            }
            let user = self.user_by_username(&name).map(Peer::User);
            let owner = user.or_else(|| self.channel_by_username(&name).map(Peer::Channel));
            if owner.is_some_and(|owner| owner != whose) {
                return Err(Refusal::bad("USERNAME_OCCUPIED"));
            }
            names.push(name);
        }
        let mut names = names.into_iter();
        match whose {
            Peer::User(user) => self.rename_user(user, names.next(), names.collect()),
            Peer::Channel(id) => {
                self.channel_by_username.retain(|_, owner| *owner != id);
                let channel = self.channel_mut(id)?;
                (channel.username, channel.bought) = (names.next(), names.collect());
                let all: Vec<String> = channel
                    .username
                    .iter()
                    .chain(&channel.bought)
                    .cloned()
                    .collect();
                self.channel_by_username
                    .extend(all.into_iter().map(|name| (name, id)));
            }
            Peer::Group(_) => return Err(Refusal::bad("PEER_ID_INVALID")),
        }
        if told {
            self.tell_renamed(whose);
        }
        Ok(())
    }

    fn rename_user(&mut self, user: UserId, main: Option<String>, bought: Vec<String>) {
        self.by_username.retain(|_, owner| *owner != user);
        let all = main.iter().chain(&bought).cloned();
        self.by_username.extend(all.map(|name| (name, user)));
        if let Some(account) = self.accounts.get_mut(&user) {
            (account.username, account.bought) = (main.unwrap_or_default(), bought);
        }
    }

    fn tell_renamed(&mut self, whose: Peer) {
        match whose {
            Peer::User(user) => {
                let met = self.accounts.values().filter(|account| {
                    account.id == user
                        || account.contacts.contains_key(&user)
                        || account.dialogs.contains_key(&whose)
                });
                for viewer in met.map(|account| account.id).collect::<Vec<_>>() {
                    self.tell(viewer, News::Renamed(user), None);
                }
            }
            Peer::Channel(id) => {
                let members = self.channel(id).map(|channel| channel.members.keys());
                for member in members.into_iter().flatten().copied().collect::<Vec<_>>() {
                    self.tell(member, News::Membership(id), None);
                }
            }
            Peer::Group(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::world::people::fixed;

    #[test]
    fn a_username_is_one_peers_and_an_old_one_leads_nowhere() {
        let mut world = World::new(fixed(), Clock::default());
        let bob = world.user_by_username("bob").unwrap();
        let carol = world.user_by_username("carol").unwrap();
        let refused = world.set_usernames(Peer::User(carol), &["Bob"], true);
        assert_eq!(refused, Err(Refusal::bad("USERNAME_OCCUPIED")));
        world
            .set_usernames(Peer::User(bob), &["robert", "bought"], true)
            .unwrap();
        assert_eq!(world.user_by_username("bob"), None);
        assert_eq!(world.user_by_username("@Bought"), Some(bob));
        world
            .set_usernames(Peer::User(carol), &["bob"], true)
            .unwrap();
        assert_eq!(world.user_by_username("bob"), Some(carol));
        assert_eq!(world.user_by_username("carol"), None);
        let fleet = world.user_by_username("user0042").unwrap();
        world.set_usernames(Peer::User(fleet), &[], true).unwrap();
        assert_eq!(world.user_by_username("user0042"), None);
    }
}
