//! Whom an account has saved.
//!
//! Owns the saved names. It never tells the saved person.

use super::World;
use super::account::Contact;
use super::ids::UserId;

impl World {
    /// The name under which `owner` saved `user`.
    pub fn contact(&self, owner: UserId, user: UserId) -> Option<&Contact> {
        self.account(owner)?.contacts.get(&user)
    }

    /// Whether `owner` has saved `user`.
    pub fn has_contact(&self, owner: UserId, user: UserId) -> bool {
        self.contact(owner, user).is_some()
    }

    /// Saves `user`; an empty name leaves the person's own.
    pub fn save_contact(&mut self, owner: UserId, user: UserId, mut contact: Contact) {
        if contact.first_name.trim().is_empty() {
            contact.first_name = self
                .account(user)
                .map_or(String::new(), |account| account.first_name.clone());
        }
        if let Some(account) = self.accounts.get_mut(&owner) {
            account.contacts.insert(user, contact);
        }
    }

    /// Forgets that `user` was saved.
    pub fn forget_contact(&mut self, owner: UserId, user: UserId) {
        if let Some(account) = self.accounts.get_mut(&owner) {
            account.contacts.remove(&user);
        }
    }
}
