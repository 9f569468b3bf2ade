//! Keys in other data centres than their account's: which one each was imported to, and what is
//! over there.
//!
//! Owns the authorisations that end in one data centre only. All data centre ids are this one
//! server, so that a key's is known by the export that it imported.
//! Source: <https://core.telegram.org/api/datacenter>.

use std::collections::HashMap;

use super::World;
use super::ids::{KeyId, UserId};
use super::keys::KeyState;
use super::moves::HOME_DC;
use super::refusal::Refusal;

/// An authorisation on its way to another data centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Whose.
    pub user: UserId,
    /// To where, 1 to 5.
    pub dc: i32,
}

/// What a dead authorisation is answered with, always under code 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// `AUTH_KEY_UNREGISTERED`, as if the key had never been imported.
    Unregistered,
    /// `SESSION_REVOKED`.
    Revoked,
}

/// Data centres in which an account's imported keys count for nothing, however often they are
/// imported again.
#[derive(Debug, Default)]
pub struct Foreign(HashMap<(UserId, i32), Death>);

impl Death {
    fn state(self, user: UserId) -> KeyState {
        match self {
            Self::Unregistered => KeyState::Anonymous,
            Self::Revoked => KeyState::Revoked(user),
        }
    }
}

impl World {
    /// The data centre that a key of an account talks to.
    pub fn key_dc(&self, user: UserId, key: KeyId) -> i32 {
        let imported = self.keys.get(&key).and_then(|key| key.dc);
        imported.unwrap_or_else(|| self.dc_of(user, key))
    }

    /// Lets a key act for the account whose authorisation it brings.
    pub fn import(&mut self, key: KeyId, exported: Exported) {
        let Exported { user, dc } = exported;
        // Elsewhere it is a key for files; where the account has moved to it becomes the main one.
        let is_home = self.moved_to(user) == Some(dc);
        self.authorise(key, user, !is_home);
        self.key(key).dc = Some(dc);
        if is_home {
            self.arrive(user, key);
        } else if let Some(death) = self.foreign.0.get(&(user, dc)) {
            let state = death.state(user);
            self.end_key(key, state);
        }
    }

    /// Ends an account's authorisations in one data centre other than its own, and answers how
    /// many keys that were. If it is `lasting`, those imported from now on end at once too.
    ///
    /// # Errors
    /// 400 `DC_ID_INVALID` for other numbers than 1 to 5, and for the account's own.
    pub fn end_foreign(
        &mut self,
        user: UserId,
        dc: i32,
        death: Death,
        lasting: bool,
    ) -> Result<usize, Refusal> {
        let home = self.moved_to(user).unwrap_or(HOME_DC);
        if !(1..=5).contains(&dc) || dc == home {
            return Err(Refusal::bad("DC_ID_INVALID"));
        }
        if lasting {
            self.foreign.0.insert((user, dc), death);
        }
        let keys = self.account(user).map_or(Vec::new(), |a| a.keys.clone());
        let is_there = |key: &KeyId| self.keys.get(key).is_some_and(|key| key.dc == Some(dc));
        let keys: Vec<KeyId> = keys.into_iter().filter(is_there).collect();
        for key in &keys {
            self.end_key(*key, death.state(user));
        }
        Ok(keys.len())
    }

    /// Lets an account's imports count again in a data centre.
    pub fn mend_foreign(&mut self, user: UserId, dc: i32) {
        self.foreign.0.remove(&(user, dc));
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn an_authorisation_ends_in_one_data_centre_and_goes_on_at_home() {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let (home, there) = (KeyId(1), KeyId(2));
        let exported = Exported { user: alice, dc: 4 };
        world.authorise(home, alice, false);
        world.import(there, exported);
        assert_eq!(
            (world.key_dc(alice, home), world.key_dc(alice, there)),
            (HOME_DC, 4)
        );
        let ended = world.end_foreign(alice, 4, Death::Revoked, true);
        assert_eq!(ended, Ok(1));
        assert_eq!(world.caller(home), Ok(alice));
        assert_eq!(world.caller(there).unwrap_err().name, "SESSION_REVOKED");
        world.import(there, exported);
        assert!(world.caller(there).is_err());
        world.mend_foreign(alice, 4);
        world.import(there, exported);
        assert_eq!(world.caller(there), Ok(alice));
        let own = world.end_foreign(alice, HOME_DC, Death::Revoked, false);
        assert_eq!(own, Err(Refusal::bad("DC_ID_INVALID")));
    }
}
