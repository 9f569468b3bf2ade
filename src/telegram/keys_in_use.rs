//! Which keys are connected at this moment, by fingerprints in memory.
//!
//! It owns the rule that a key from elsewhere is tried alone: not beside a link that uses it, and
//! not twice at once. It must not know whose a key is.

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
    Links(usize),
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

    /// Takes a key for a link; `None` while it is tried.
    pub(super) fn connect(&self, key: &[u8; 256]) -> Option<KeyUse> {
        let fingerprint = Sha256::digest(key).into();
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.entry(fingerprint).or_insert(Use::Links(0)) {
            Use::Links(links) => *links += 1,
            Use::Trial => return None,
        }
        drop(keys);
        Some(self.guard(fingerprint))
    }

    fn guard(&self, fingerprint: Fingerprint) -> KeyUse {
        KeyUse {
            keys: self.clone(),
            fingerprint,
        }
    }
}

impl Drop for KeyUse {
    fn drop(&mut self) {
        let mut keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get_mut(&self.fingerprint) {
            Some(Use::Links(links)) if *links > 1 => *links -= 1,
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
        assert!(trial.is_some() && keys.try_alone(&one).is_none() && keys.connect(&one).is_none());
        assert!(keys.try_alone(&other).is_some());
        drop(trial);
        let (first, second) = (keys.connect(&one), keys.connect(&one));
        assert!(first.is_some() && second.is_some());
        drop(first);
        assert!(keys.try_alone(&one).is_none());
        drop(second);
        assert!(keys.try_alone(&one).is_some());
    }
}
