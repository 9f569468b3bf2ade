//! Telegram's own account, which writes to people about their log-ins.
//!
//! Owns its id and its words. Source: <https://core.telegram.org/api/auth>: whoever is logged in
//! elsewhere gets the code there.

use super::World;
use super::account::{Account, Profile};
use super::deliver::Body;
use super::ids::UserId;
use super::logins::CODE;
use super::post::{Content, Place};

/// The account that tells of log-ins.
pub const SERVICE: UserId = UserId(777_000);

impl World {
    /// Makes Telegram's own account; nobody can log in to it.
    pub(super) fn add_service(&mut self) {
        let profile = Profile {
            phone: "42777".to_owned(),
            username: String::new(),
            first_name: "Telegram".to_owned(),
            password: None,
        };
        let account = Account::new(SERVICE, profile);
        self.accounts.insert(SERVICE, account);
    }

    /// Writes the code of a new log-in to an account that is logged in elsewhere.
    pub(super) fn write_code(&mut self, user: UserId) {
        let is_in = self.account(user).is_some_and(|a| !a.keys.is_empty());
        if !is_in || !self.rules.codes_are_written {
            return;
        }
        let text = format!(
            "Login code: {CODE}. Do not give this code to anyone, even if they say they are from \
             Telegram!\n\nThis code can be used to log in to your Telegram account. We never ask \
             it for anything else.\n\nIf you didn't request this code by trying to log in on \
             another device, simply ignore this message."
        );
        let body = Body {
            content: Content::plain(text),
            ..Body::default()
        };
        let delivered = self.deliver(Place::Private(user), &[SERVICE, user], body, None);
        if let Err(refusal) = delivered {
            log::error!("the code was not written: {refusal}");
        }
    }
}
