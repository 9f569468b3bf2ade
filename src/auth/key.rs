//! The key that opens the hub.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD;
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

    /// Makes a key of 256 random bits, safe in headers, URLs and shells. Its beginning tells
    /// people and scanners of secrets what it is.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn generate() -> Result<SecretString, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(format!("thk_{}", URL_SAFE_NO_PAD.encode(bytes)).into())
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
