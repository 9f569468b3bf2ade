//! Finding accounts, by phone, username or id, and making those that exist on first use.
//!
//! Owns the rules of which phone numbers exist and which ids they have. It never logs anybody in.

use std::hash::{DefaultHasher, Hasher as _};

use super::World;
use super::account::{Account, Profile};
use super::ids::{AccessHash, UserId};
use super::logins::normal_phone;

/// The numbers that exist on first use are this and four digits.
const FLEET_PREFIX: &str = "1555000";
/// Ids do not fit into 32 bits, as Telegram's newer ones.
const FLEET_BASE: i64 = 5_550_000_000;
/// Ids of accounts that a test brought along under other numbers.
const GUEST_BASE: i64 = 5_560_000_000;

/// Alice, Bob with the password `bob-password`, and Carol.
pub fn fixed() -> Vec<Profile> {
    let profile = |number: u8, name: &str, password: Option<&str>| Profile {
        phone: format!("{FLEET_PREFIX}{number:04}"),
        username: name.to_lowercase(),
        first_name: name.to_owned(),
        password: password.map(str::to_owned),
    };
    vec![
        profile(1, "Alice", None),
        profile(2, "Bob", Some("bob-password")),
        profile(3, "Carol", None),
    ]
}

fn fleet_number(digits: &str) -> Option<u16> {
    let rest = digits.strip_prefix(FLEET_PREFIX)?;
    (rest.len() == 4).then(|| rest.parse().ok()).flatten()
}

impl World {
    /// Adds an account. One with the same phone number is replaced.
    pub fn add_account(&mut self, profile: Profile) -> UserId {
        let id = match fleet_number(&profile.phone) {
            Some(number) => UserId(FLEET_BASE + i64::from(number)),
            None => UserId(GUEST_BASE + i64::try_from(self.accounts.len()).unwrap_or(0)),
        };
        let account = Account::new(id, profile);
        self.by_phone.insert(account.phone.clone(), id);
        self.by_username.insert(account.username.clone(), id);
        self.accounts.insert(id, account);
        id
    }

    /// The account with this number, made on first use if the number is one of the fleet's.
    pub fn user_by_phone(&mut self, phone: &str) -> Option<UserId> {
        let digits = normal_phone(phone)?;
        if let Some(id) = self.by_phone.get(&digits) {
            return Some(*id);
        }
        let number = fleet_number(&digits)?;
        Some(self.add_account(Profile {
            phone: digits,
            username: format!("user{number:04}"),
            first_name: format!("User {number:04}"),
            password: None,
        }))
    }

    /// The account with this username, with or without the at sign, in any case.
    pub fn user_by_username(&mut self, username: &str) -> Option<UserId> {
        let name = username.trim_start_matches('@').to_lowercase();
        if let Some(id) = self.by_username.get(&name) {
            return Some(*id);
        }
        let number = name.strip_prefix("user").filter(|n| n.len() == 4)?;
        let phone = format!("{FLEET_PREFIX}{number}");
        // Who exists already goes by another name now.
        if self.by_phone.contains_key(&phone) {
            return None;
        }
        self.user_by_phone(&phone)
    }

    /// The account a person means who writes a username, a phone number or a user id.
    pub fn user_by_name(&mut self, name: &str) -> Option<UserId> {
        let name = name.trim();
        if let Some(user) = self.user_by_username(name) {
            return Some(user);
        }
        let id = name.parse().ok().map(UserId);
        id.filter(|id| self.accounts.contains_key(id))
            .or_else(|| self.user_by_phone(name))
    }

    /// The account with this id.
    pub fn account(&self, id: UserId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// To which time of the viewer's log-ins its access hashes belong.
    pub(super) fn era(&self, viewer: UserId) -> u32 {
        self.account(viewer).map_or(0, |account| account.era)
    }

    /// What `viewer` must show to prove that it has met `user`.
    pub fn access_hash(&self, viewer: UserId, user: UserId) -> AccessHash {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.secret);
        hasher.write_i64(viewer.0);
        hasher.write_i64(user.0);
        hasher.write_u32(self.era(viewer));
        AccessHash(hasher.finish().cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_fleet_number_exists_on_first_use_and_stays_the_same_user() {
        let mut world = World::new(fixed(), Clock::default());
        let first = world.user_by_phone("+1 555 000 0042").unwrap();
        assert_eq!(world.user_by_phone("15550000042"), Some(first));
        assert_eq!(world.user_by_name("@User0042"), Some(first));
        assert_eq!(world.user_by_name(&first.to_string()), Some(first));
        assert_eq!(world.account(first).unwrap().first_name, "User 0042");
    }

    #[test]
    fn other_numbers_do_not_exist() {
        let mut world = World::new(fixed(), Clock::default());
        for phone in [
            "",
            "+",
            "abc",
            "+15550001",
            "+155500000001",
            "+4915112345678",
            "+1555000000x",
        ] {
            assert_eq!(world.user_by_phone(phone), None, "{phone}");
        }
    }

    #[test]
    fn an_access_hash_is_good_for_one_viewer() {
        let world = World::new(fixed(), Clock::default());
        let (a, b, c) = (UserId(1), UserId(2), UserId(3));
        assert_eq!(world.access_hash(a, b), world.access_hash(a, b));
        assert_ne!(world.access_hash(a, b), world.access_hash(c, b));
        assert_ne!(world.access_hash(a, b), world.access_hash(b, a));
    }
}
