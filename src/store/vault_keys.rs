//! The table of master keys: which key seals this database.
//!
//! It owns the check that a given key is the right one, made before anything is changed. It
//! holds ids of keys only, never a key.

use crate::model::UtcTime;
use crate::store::schema::vault_keys as t;
use crate::store::{AnyConnection, Error, Vault, migrate};
use diesel::prelude::*;

/// The id of the key in use; `None` in a database that has not sealed anything yet.
pub(super) fn current(conn: &mut AnyConnection) -> Result<Option<String>, Error> {
    if !migrate::has_table(conn, "vault_keys")? {
        return Ok(None);
    }
    Ok(t::table
        .filter(t::retired_at.is_null())
        .order(t::created_at.desc())
        .select(t::key_id)
        .first(conn)
        .optional()?)
}

/// Refuses a key that did not seal this database.
pub(super) fn verify(conn: &mut AnyConnection, vault: &Vault) -> Result<(), Error> {
    match current(conn)? {
        Some(expected) if expected != vault.key_id() => Err(Error::WrongMasterKey {
            expected,
            given: vault.key_id().to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Notes the key in a new database. To be called in a write transaction that holds a lock.
pub(super) fn claim(conn: &mut AnyConnection, vault: &Vault, now: UtcTime) -> Result<(), Error> {
    verify(conn, vault)?;
    if current(conn)?.is_none() {
        diesel::insert_into(t::table)
            .values((t::key_id.eq(vault.key_id()), t::created_at.eq(now)))
            .execute(conn)?;
    }
    Ok(())
}
