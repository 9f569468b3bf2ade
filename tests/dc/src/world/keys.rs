//! What each authorisation key may do: nothing yet, wait for a password, or act for an account.
//!
//! Owns the state of every key that ever called. Knows neither how a key was made nor its links.

use super::World;
use super::ids::{KeyId, UserId};
use super::password::Challenge;
use super::refusal::Refusal;

/// How far a key has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Nobody has logged in with it, or they logged out.
    Anonymous,
    /// The code was right; the account's password is missing.
    PasswordPending(UserId),
    /// Logged in.
    Active(UserId),
    /// It was logged in until somebody ended that from elsewhere.
    Revoked(UserId),
    /// It was used from two addresses at once, which ends it for good.
    Duplicated(UserId),
    /// The account was deleted under it.
    Deactivated(UserId),
}

/// A key as the world knows it.
#[derive(Debug)]
pub struct Key {
    /// How far it has come.
    pub state: KeyState,
    /// `api_id` of the client that logged in with it, 0 before.
    pub api_id: i32,
    /// When it logged in, in seconds since 1970.
    pub since: i32,
    /// True for a key that came by `auth.importAuthorization`: it gets no updates.
    pub imported: bool,
    /// The data centre it was imported to, if it was.
    pub dc: Option<i32>,
    /// The password exchange in progress.
    pub challenge: Option<Challenge>,
}

impl Default for Key {
    fn default() -> Self {
        Self {
            state: KeyState::Anonymous,
            api_id: 0,
            since: 0,
            imported: false,
            dc: None,
            challenge: None,
        }
    }
}

impl World {
    /// The key's record, made if it is new.
    pub fn key(&mut self, id: KeyId) -> &mut Key {
        self.keys.entry(id).or_default()
    }

    /// How far the key has come.
    pub fn key_state(&self, id: KeyId) -> KeyState {
        self.keys
            .get(&id)
            .map_or(KeyState::Anonymous, |key| key.state)
    }

    /// Whether the key came by import and gets no updates.
    pub fn imported(&self, id: KeyId) -> bool {
        self.keys.get(&id).is_some_and(|key| key.imported)
    }

    /// Whom the key acts for.
    ///
    /// # Errors
    /// 401 with the reason: `AUTH_KEY_UNREGISTERED`, `SESSION_PASSWORD_NEEDED`,
    /// `SESSION_REVOKED`, `USER_DEACTIVATED`; 406 `AUTH_KEY_DUPLICATED`.
    pub fn caller(&self, id: KeyId) -> Result<UserId, Refusal> {
        let refusal = match self.key_state(id) {
            KeyState::Active(user) => return Ok(user),
            KeyState::Duplicated(_) => return Err(Refusal::new(406, "AUTH_KEY_DUPLICATED")),
            KeyState::Anonymous => "AUTH_KEY_UNREGISTERED",
            KeyState::PasswordPending(_) => "SESSION_PASSWORD_NEEDED",
            KeyState::Revoked(_) => "SESSION_REVOKED",
            KeyState::Deactivated(_) => "USER_DEACTIVATED",
        };
        Err(Refusal::unauthorised(refusal))
    }

    /// Lets the key act for `user`.
    pub fn authorise(&mut self, id: KeyId, user: UserId, imported: bool) {
        self.forget_key(id);
        let since = self.now();
        let key = self.key(id);
        key.state = KeyState::Active(user);
        key.since = since;
        key.imported = imported;
        key.dc = None;
        key.challenge = None;
        let hashes_end = self.rules.hashes_end;
        if let Some(account) = self.accounts.get_mut(&user) {
            if account.keys.is_empty() && hashes_end {
                account.era += 1;
            }
            account.keys.push(id);
        }
    }

    /// Takes the key from its account and leaves it in `state`.
    pub fn end_key(&mut self, id: KeyId, state: KeyState) {
        self.forget_key(id);
        self.uploads.forget_key(id);
        self.key(id).state = state;
    }

    /// Ends every log-in of an account from elsewhere, and answers the keys that were ended.
    pub fn end_account(&mut self, user: UserId, state: KeyState) -> Vec<KeyId> {
        let keys = self.account(user).map_or(Vec::new(), |a| a.keys.clone());
        for key in &keys {
            self.end_key(*key, state);
        }
        keys
    }

    fn forget_key(&mut self, id: KeyId) {
        if let KeyState::Active(user) = self.key(id).state
            && let Some(account) = self.accounts.get_mut(&user)
        {
            account.keys.retain(|key| *key != id);
        }
    }
}
