//! What an account identifies its application with, the secret half sealed.

use crate::model::{SessionId, UtcTime};
use crate::store::schema::sessions as t;
use crate::store::vault::{Sealed, Vault};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};

/// What the account identifies its application with.
#[derive(Clone, Debug)]
pub struct ApiCredentials {
    /// The application's id.
    pub api_id: i32,
    /// The application's secret.
    pub api_hash: SecretString,
}

/// Gives an account another application's id and secret. `false` when there is no such account.
pub fn set_api_credentials(
    conn: &mut AnyConnection,
    vault: &Vault,
    id: SessionId,
    credentials: &ApiCredentials,
    now: UtcTime,
) -> Result<bool, Error> {
    let sealed = seal_hash(vault, id, &credentials.api_hash)?;
    let rows = diesel::update(t::table.filter(t::id.eq(id)))
        .set((
            t::api_id.eq(credentials.api_id),
            t::api_hash_sealed.eq(sealed.bytes),
            t::api_hash_key.eq(sealed.key_id),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// The application's id and secret; `None` when there is no such account.
pub fn api_credentials(
    conn: &mut AnyConnection,
    vault: &Vault,
    id: SessionId,
) -> Result<Option<ApiCredentials>, Error> {
    let row: Option<(i32, Vec<u8>, String)> = t::table
        .filter(t::id.eq(id))
        .select((t::api_id, t::api_hash_sealed, t::api_hash_key))
        .first(conn)
        .optional()?;
    let Some((api_id, bytes, key_id)) = row else {
        return Ok(None);
    };
    let aad = hash_aad(id);
    let opened = vault.open(&aad, &Sealed { key_id, bytes })?;
    let text = std::str::from_utf8(&opened)
        .ok()
        .ok_or(Error::Decrypt { what: aad })?;
    Ok(Some(ApiCredentials {
        api_id,
        api_hash: text.into(),
    }))
}

fn hash_aad(id: SessionId) -> String {
    format!("api_hash:{id}")
}

/// Seals an api hash for the account of that number.
pub(super) fn seal_hash(
    vault: &Vault,
    id: SessionId,
    api_hash: &SecretString,
) -> Result<Sealed, Error> {
    vault.seal(&hash_aad(id), api_hash.expose_secret().as_bytes())
}
