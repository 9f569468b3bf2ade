//! The key that opens the hub.

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// A key that clients must show, kept as its SHA-256 digest.
#[derive(Clone)]
pub struct ApiKey([u8; 32]);

impl ApiKey {
    /// Takes a configured key.
    pub fn new(key: &SecretString) -> Self {
        Self(digest(key.expose_secret().as_bytes()))
    }

    /// Whether `presented` is the key.
    ///
    /// Digests are compared, all 32 bytes each time, so that the time taken says nothing about
    /// the key.
    pub fn matches(&self, presented: &[u8]) -> bool {
        let presented = digest(presented);
        let difference = self
            .0
            .iter()
            .zip(&presented)
            .fold(0, |sum, (ours, theirs)| sum | (ours ^ theirs));
        std::hint::black_box(difference) == 0
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(***)")
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_matches_and_debug_hides_it() {
        let key = ApiKey::new(&"correct horse".into());
        assert!(key.matches(b"correct horse"));
        for wrong in ["", "correct", "correct horse ", "Correct horse"] {
            assert!(!key.matches(wrong.as_bytes()), "{wrong}");
        }
        assert_eq!(format!("{key:?}"), "ApiKey(***)");
    }
}
