//! Whom an account has saved, and whom it has blocked.
//!
//! Owns the saved names and the list of the blocked. It never tells those people.

use super::World;
use super::account::Contact;
use super::ids::UserId;
use super::news::{News, Origin};

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
    /// Whether `owner` wants nothing from `user`.
    pub fn has_blocked(&self, owner: UserId, user: UserId) -> bool {
        self.account(owner)
            .is_some_and(|account| account.blocked.contains(&user))
    }

    /// Blocks `user`, or lets them write again, and tells the owner's other sessions.
    pub fn block(&mut self, owner: UserId, user: UserId, blocked: bool, origin: Option<Origin>) {
        let Some(account) = self.accounts.get_mut(&owner) else {
            return;
        };
        let changed = if blocked {
            account.blocked.insert(user)
        } else {
            account.blocked.remove(&user)
        };
        if changed {
            self.tell(owner, News::Blocked { user, blocked }, origin);
        }
    }
}
