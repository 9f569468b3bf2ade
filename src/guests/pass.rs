//! What a caller brings to be let in as an account: an application and a session string.

use crate::error::{Code, Error};
use crate::model::StringKind;
use crate::telegram::SessionString;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Tells things apart without showing them.
pub(super) type Fingerprint = [u8; 32];

/// An application at Telegram. Source: <https://core.telegram.org/api/obtaining_api_id>.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its id.
    pub api_id: i32,
    /// Its secret.
    pub api_hash: SecretString,
}

/// An account that was logged in elsewhere, and the application that it is called with. It is as
/// good as being logged in: nothing of it is shown.
#[derive(Clone)]
pub struct GuestPass {
    pub(super) app: Application,
    pub(super) dc_id: i32,
    pub(super) key: Zeroizing<[u8; 256]>,
}

impl GuestPass {
    /// Reads a session string of Telethon.
    ///
    /// The address in it is not used: the hub knows Telegram's addresses.
    ///
    /// # Errors
    /// `session_string_invalid`.
    pub fn read(app: Application, string: &SecretString) -> Result<Self, Error> {
        let read = SessionString::parse(string.expose_secret(), StringKind::Telethon);
        let string = read.map_err(|error| {
            let why = format!("the session string cannot be used: {error}");
            Error::new(Code::SessionStringInvalid, why)
        })?;
        Ok(Self {
            app,
            dc_id: string.dc_id.into(),
            key: string.auth_key,
        })
    }

    /// Tells the keys of accounts apart.
    pub(super) fn key_print(&self) -> Fingerprint {
        Sha256::digest(self.key.as_slice()).into()
    }

    /// Tells apart what they are called with.
    pub(super) fn app_print(&self) -> Fingerprint {
        self.app.print(&self.dc_id.to_be_bytes())
    }
}

impl Application {
    /// Tells apart what is done with which application.
    pub(super) fn print(&self, what: &[u8]) -> Fingerprint {
        let hash = self.api_hash.expose_secret().as_bytes();
        let length = u64::try_from(hash.len()).unwrap_or(u64::MAX);
        Sha256::new()
            .chain_update(self.api_id.to_be_bytes())
            .chain_update(length.to_be_bytes())
            .chain_update(hash)
            .chain_update(what)
            .finalize()
            .into()
    }
}

impl fmt::Debug for GuestPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestPass")
            .field("dc_id", &self.dc_id)
            .finish_non_exhaustive()
    }
}
