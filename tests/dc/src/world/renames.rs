//! Usernames that pass from one peer to another.
//!
//! Owns that a username leads to one peer. Whether anybody is told is the script's choice: Telegram
//! tells only some, and what it tells can be missed.

use super::World;
use super::ids::{Peer, UserId};
use super::news::News;
use super::refusal::Refusal;

/// Characters of a first or last name, at most. Source: tdesktop `Ui::EditPeer::kMaxUserFirstLastName`.
const MAX_NAME: usize = 64;
/// Characters that an account without Premium may say of itself.
/// Source: <https://core.telegram.org/api/config#about-length-limit-default>.
const MAX_ABOUT: usize = 70;

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

    /// Gives an account another name or another text about itself; what is `None` stays.
    ///
    /// # Errors
    /// 400 `FIRSTNAME_INVALID`, `LASTNAME_INVALID`, `ABOUT_TOO_LONG`.
    pub fn change_profile(
        &mut self,
        user: UserId,
        (first, last): (Option<String>, Option<String>),
        about: Option<String>,
    ) -> Result<(), Refusal> {
        let is_long = |name: &String| name.chars().count() > MAX_NAME;
        if first
            .as_ref()
            .is_some_and(|name| name.trim().is_empty() || is_long(name))
        {
            return Err(Refusal::bad("FIRSTNAME_INVALID"));
        }
        if last.as_ref().is_some_and(is_long) {
            return Err(Refusal::bad("LASTNAME_INVALID"));
        }
        if about
            .as_ref()
            .is_some_and(|about| about.chars().count() > MAX_ABOUT)
        {
            return Err(Refusal::bad("ABOUT_TOO_LONG"));
        }
        let renamed = first.is_some() || last.is_some();
        if let Some(account) = self.accounts.get_mut(&user) {
            account.first_name = first.unwrap_or_else(|| std::mem::take(&mut account.first_name));
            account.last_name = last.unwrap_or_else(|| std::mem::take(&mut account.last_name));
            account.about = about.unwrap_or_else(|| std::mem::take(&mut account.about));
        }
        if renamed {
            self.tell_renamed(Peer::User(user));
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
