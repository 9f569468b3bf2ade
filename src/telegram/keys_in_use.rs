//! Which keys are connected at this moment, by fingerprints in memory.
//!
//! It owns the rule that a key from elsewhere is tried alone: not beside a link that uses it, and
//! not twice at once. It must not know what a key is used for.

use crate::model::SessionId;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

type Fingerprint = [u8; 32];

/// The keys that are connected. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct KeysInUse(Arc<Mutex<HashMap<Fingerprint, Use>>>);

#[derive(Debug)]
enum Use {
    /// By so many links of one account, whose former link may still be ending.
    Links {
        count: usize,
        /// The session whose account it is, if it is one of the hub's.
        session: Option<SessionId>,
    },
    Trial,
}

/// A key in use, until this is dropped.
#[derive(Debug)]
pub struct KeyUse {
    keys: KeysInUse,
    fingerprint: Fingerprint,
}

impl KeysInUse {
    /// Takes a key for a trial; `None` while it is tried or connected.
    pub fn try_alone(&self, key: &[u8; 256]) -> Option<KeyUse> {
        let fingerprint = Sha256::digest(key).into();
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.contains_key(&fingerprint) {
            return None;
        }
        keys.insert(fingerprint, Use::Trial);
        drop(keys);
        Some(self.guard(fingerprint))
    }

    /// Takes a key for a link, of a session or of nobody's; `None` while it is tried.
    pub(super) fn connect(&self, key: &[u8; 256], session: Option<SessionId>) -> Option<KeyUse> {
        let fingerprint = Sha256::digest(key).into();
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = Use::Links { count: 0, session };
        match keys.entry(fingerprint).or_insert(unused) {
            Use::Links {
                count,
                session: known,
            } => {
                *count += 1;
                // A login's link has none yet, and may still be ending.
                *known = known.or(session);
            }
            Use::Trial => return None,
        }
        drop(keys);
        Some(self.guard(fingerprint))
    }

    /// The session whose link has the key connected at this moment.
    pub fn session_with(&self, key: &[u8; 256]) -> Option<SessionId> {
        let fingerprint: Fingerprint = Sha256::digest(key).into();
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get(&fingerprint) {
            Some(Use::Links { session, .. }) => *session,
            Some(Use::Trial) | None => None,
        }
    }

    fn guard(&self, fingerprint: Fingerprint) -> KeyUse {
        KeyUse {
            keys: self.clone(),
            fingerprint,
        }
    }
}

impl KeyUse {
    /// Ends a trial in favour of a link with the same key, which nobody else gets in between.
    pub fn admit_link(&self) {
        let mut keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held @ Use::Trial) = keys.get_mut(&self.fingerprint) {
            *held = Use::Links {
                count: 1,
                session: None,
            };
        }
    }
}

impl Drop for KeyUse {
    fn drop(&mut self) {
        let mut keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get_mut(&self.fingerprint) {
            Some(Use::Links { count, .. }) if *count > 1 => *count -= 1,
            _ => drop(keys.remove(&self.fingerprint)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_tried_alone_and_connected_as_often_as_its_account_likes() {
        let (keys, one, other) = (KeysInUse::default(), [1; 256], [2; 256]);
        let trial = keys.try_alone(&one);
        assert!(trial.is_some() && keys.try_alone(&one).is_none());
        assert!(keys.connect(&one, None).is_none());
        assert!(keys.try_alone(&other).is_some());
        drop(trial);
        let session = Some(SessionId(1));
        let (first, second) = (keys.connect(&one, session), keys.connect(&one, session));
        assert!(first.is_some() && second.is_some());
        assert_eq!(keys.session_with(&one), session);
        drop(first);
        assert!(keys.try_alone(&one).is_none());
        drop(second);
        assert_eq!(keys.session_with(&one), None);
        assert!(keys.try_alone(&one).is_some());
    }

    #[test]
    fn a_trial_gives_way_to_a_link_and_to_nobody_else() {
        let (keys, key) = (KeysInUse::default(), [1; 256]);
        let trial = keys.try_alone(&key).expect("free");
        trial.admit_link();
        assert!(keys.try_alone(&key).is_none());
        let link = keys.connect(&key, None);
        drop(trial);
        assert!(link.is_some() && keys.try_alone(&key).is_none());
        drop(link);
        assert!(keys.try_alone(&key).is_some());
    }

    #[test]
    fn a_key_that_a_login_has_made_is_its_sessions_from_the_first_link_on() {
        let (keys, key) = (KeysInUse::default(), [1; 256]);
        let login = keys.connect(&key, None);
        assert_eq!(keys.session_with(&key), None);
        let session = Some(SessionId(1));
        let link = keys.connect(&key, session);
        assert_eq!(keys.session_with(&key), session);
        drop(login);
        assert_eq!(keys.session_with(&key), session);
        drop(link);
        assert_eq!(keys.session_with(&key), None);
    }
}
