//! Secrets at rest: sealing with XChaCha20-Poly1305 under one master key.
//!
//! It owns the key in memory and the form of a sealed value, a random nonce of 24 bytes before
//! the ciphertext (RFC 8439 with the extended nonce of draft-irtf-cfrg-xchacha). Every value is
//! bound to its row by associated data, so that it opens nowhere else.

use crate::store::Error;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;

/// A sealed value as it lies in two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The id of the key that sealed it, 16 hex digits.
    pub key_id: String,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

/// Seals and opens values with the master key. `Debug` shows the key's id only.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    cipher: XChaCha20Poly1305,
    key_id: String,
}

impl Vault {
    /// A vault for a master key of 256 random bits.
    pub fn from_key(key: &Zeroizing<[u8; 32]>) -> Self {
        let digest = Sha256::new()
            .chain_update(b"telegram-hub key id")
            .chain_update(key.as_slice())
            .finalize();
        Self(Arc::new(Inner {
            cipher: XChaCha20Poly1305::new((&**key).into()),
            key_id: hex::encode(&digest[..8]),
        }))
    }

    /// The id of the key: the first 8 bytes of a SHA-256 of it, in hex.
    pub fn key_id(&self) -> &str {
        &self.0.key_id
    }

    /// Seals a value so that it opens only with the same `aad`, such as `auth_key:7:2`.
    pub fn seal(&self, aad: &str, plaintext: &[u8]) -> Result<Sealed, Error> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(Error::other)?;
        let payload = Payload {
            msg: plaintext,
            aad: aad.as_bytes(),
        };
        let ciphertext = self
            .0
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|error| Error::other(error.to_string()))?;
        Ok(Sealed {
            key_id: self.0.key_id.clone(),
            bytes: [nonce.as_slice(), &ciphertext].concat(),
        })
    }

    /// Opens a value, or fails with [`Error::Decrypt`].
    pub fn open(&self, aad: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        let refused = || Error::Decrypt {
            what: aad.to_owned(),
        };
        if sealed.key_id != self.0.key_id {
            return Err(refused());
        }
        let (nonce, ciphertext) = sealed
            .bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or_else(refused)?;
        let payload = Payload {
            msg: ciphertext,
            aad: aad.as_bytes(),
        };
        self.0
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .ok()
            .ok_or_else(refused)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault")
            .field("key_id", &self.0.key_id)
            .finish_non_exhaustive()
    }
}
