//! Accounts that have moved to another data centre.
//!
//! Owns which keys have been told so and which have arrived. All data centre ids are this one
//! server under one address, so that a key arrives with the first link opened after it was told,
//! or by importing an authorisation. Source: <https://core.telegram.org/api/datacenter>.

use std::collections::{HashMap, HashSet};

use super::World;
use super::ids::{KeyId, UserId};
use super::refusal::Refusal;

/// The data centre that accounts live in until they are moved.
pub const HOME_DC: i32 = 2;

/// Accounts that have moved.
#[derive(Debug, Default)]
pub struct Moves(HashMap<UserId, Move>);

#[derive(Debug)]
struct Move {
    dc: i32,
    /// The newest link on which each key was told.
    told: HashMap<KeyId, u64>,
    arrived: HashSet<KeyId>,
}

impl World {
    /// Moves an account to data centre `dc`: from now on its keys' calls answer 303
    /// `USER_MIGRATE_n` until they arrive there.
    ///
    /// # Errors
    /// 400 `DC_ID_INVALID` for other numbers than 1 to 5.
    pub fn move_account(&mut self, user: UserId, dc: i32) -> Result<(), Refusal> {
        if !(1..=5).contains(&dc) {
            return Err(Refusal::bad("DC_ID_INVALID"));
        }
        let to = Move {
            dc,
            told: HashMap::new(),
            arrived: HashSet::new(),
        };
        self.moves.0.insert(user, to);
        Ok(())
    }

    /// Where an account was moved to, if it ever was.
    pub fn moved_to(&self, user: UserId) -> Option<i32> {
        self.moves.0.get(&user).map(|to| to.dc)
    }

    /// Takes note that a key has come to where its account is now.
    pub fn arrive(&mut self, user: UserId, key: KeyId) {
        if let Some(to) = self.moves.0.get_mut(&user) {
            to.arrived.insert(key);
        }
    }

    /// The data centre that a key talks to, as far as it has been told.
    pub fn dc_of(&self, user: UserId, key: KeyId) -> i32 {
        let to = self.moves.0.get(&user);
        to.filter(|to| to.arrived.contains(&key) || to.told.contains_key(&key))
            .map_or(HOME_DC, |to| to.dc)
    }

    /// The answer to a call of a key that has not arrived yet.
    ///
    /// `link` grows with every link that is opened. Methods of `auth` and `help` are served
    /// everywhere.
    pub fn redirection(
        &mut self,
        user: UserId,
        key: KeyId,
        link: u64,
        method: &str,
    ) -> Option<Refusal> {
        let to = self.moves.0.get_mut(&user)?;
        let is_served = method.starts_with("auth.") || method.starts_with("help.");
        if to.arrived.contains(&key) || is_served {
            return None;
        }
        let told = to.told.get(&key).copied();
        if told.is_some_and(|told| link > told) {
            to.arrived.insert(key);
            return None;
        }
        to.told.insert(key, link);
        Some(Refusal::new(303, format!("USER_MIGRATE_{}", to.dc)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_key_arrives_with_a_link_opened_after_it_was_told() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let (phone, tablet) = (KeyId(1), KeyId(2));
        let call = "updates.getState";
        assert_eq!(world.redirection(alice, phone, 1, call), None);
        assert!(world.move_account(alice, 6).is_err());
        world.move_account(alice, 4).unwrap();
        let refused = Some(Refusal::new(303, "USER_MIGRATE_4"));
        assert_eq!(world.dc_of(alice, phone), HOME_DC);
        assert_eq!(world.redirection(alice, phone, 1, call), refused);
        assert_eq!(world.redirection(alice, phone, 1, call), refused);
        let export = "auth.exportAuthorization";
        assert_eq!(world.redirection(alice, phone, 1, export), None);
        assert_eq!(world.redirection(alice, phone, 2, call), None);
        assert_eq!(world.dc_of(alice, phone), 4);
        assert_eq!(world.redirection(alice, tablet, 3, call), refused);
        world.arrive(alice, tablet);
        assert_eq!(world.redirection(alice, tablet, 3, call), None);
    }
}
