//! The table of data centres: their addresses and the account's auth key at each.
//!
//! It owns the sealing of the keys, bound to account and data centre. It must not decide whether
//! a new key may take the place of an old one; that is for the layer that speaks to Telegram.

use crate::model::{SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::coalesce;
use crate::store::schema::auth_keys as t;
use crate::store::vault::{Sealed, Vault};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::net::{SocketAddrV4, SocketAddrV6};
use zeroize::Zeroizing;

/// A data centre as one account knows it. `Debug` shows only whether there is a key.
#[derive(Clone, PartialEq, Eq)]
pub struct DcKey {
    /// The data centre, 1 to 5 at Telegram.
    pub dc_id: i32,
    /// Its address.
    pub ipv4: SocketAddrV4,
    /// Its IPv6 address.
    pub ipv6: SocketAddrV6,
    /// The account's key there, 2048 bits; `None` while only the address is known.
    pub auth_key: Option<Zeroizing<[u8; 256]>>,
}

impl std::fmt::Debug for DcKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DcKey")
            .field("dc_id", &self.dc_id)
            .field("ipv4", &self.ipv4)
            .field("ipv6", &self.ipv6)
            .field("has_auth_key", &self.auth_key.is_some())
            .finish()
    }
}

type Row = (i32, String, String, Option<Vec<u8>>, Option<String>);

/// What an account knows, as far as it can be read.
#[derive(Debug)]
pub struct Readable {
    /// Every data centre, ordered by number; one whose key does not open has none here.
    pub data_centres: Vec<DcKey>,
    /// The data centres whose keys do not open.
    pub damaged: Vec<i32>,
}

impl Readable {
    /// The key of a data centre.
    pub fn key_of(&self, dc_id: i32) -> Option<&[u8; 256]> {
        let mut found = self.data_centres.iter().filter(|dc| dc.dc_id == dc_id);
        found.find_map(|dc| dc.auth_key.as_deref())
    }
}

/// Every data centre that the account knows, ordered by number.
///
/// # Errors
/// [`Error::Decrypt`] when a key does not open.
pub fn load(
    conn: &mut AnyConnection,
    vault: &Vault,
    session_id: SessionId,
) -> Result<Vec<DcKey>, Error> {
    let found = load_readable(conn, vault, session_id)?;
    match found.damaged.first() {
        Some(dc_id) => Err(damaged(session_id, *dc_id)),
        None => Ok(found.data_centres),
    }
}

/// The error of a key that does not open.
pub fn damaged(session_id: SessionId, dc_id: i32) -> Error {
    Error::Decrypt {
        what: aad(session_id, dc_id),
    }
}

/// The same, where a key that does not open is no failure of everything.
pub fn load_readable(
    conn: &mut AnyConnection,
    vault: &Vault,
    session_id: SessionId,
) -> Result<Readable, Error> {
    let rows: Vec<Row> = t::table
        .filter(t::session_id.eq(session_id))
        .order(t::dc_id)
        .select((
            t::dc_id,
            t::ipv4,
            t::ipv6,
            t::auth_key_sealed,
            t::auth_key_key,
        ))
        .load(conn)?;
    let mut found = Readable {
        data_centres: Vec::with_capacity(rows.len()),
        damaged: Vec::new(),
    };
    for (dc_id, ipv4, ipv6, sealed, key_id) in rows {
        let auth_key = match sealed.zip(key_id) {
            Some(sealed) => {
                let opened = open(vault, session_id, dc_id, sealed)?;
                if opened.is_none() {
                    found.damaged.push(dc_id);
                }
                opened
            }
            None => None,
        };
        found.data_centres.push(DcKey {
            dc_id,
            ipv4: ipv4.parse().map_err(Error::other)?,
            ipv6: ipv6.parse().map_err(Error::other)?,
            auth_key,
        });
    }
    Ok(found)
}

/// The key in a row; `None` when it does not open.
fn open(
    vault: &Vault,
    session_id: SessionId,
    dc_id: i32,
    (bytes, key_id): (Vec<u8>, String),
) -> Result<Option<Zeroizing<[u8; 256]>>, Error> {
    match vault.open(&aad(session_id, dc_id), &Sealed { key_id, bytes }) {
        Ok(opened) => Ok(whole(&opened)),
        Err(Error::Decrypt { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A key of the right length, copied straight into its wiped place, so that no other copy stays
/// on the stack.
pub(super) fn whole(opened: &[u8]) -> Option<Zeroizing<[u8; 256]>> {
    let opened: &[u8; 256] = opened.try_into().ok()?;
    let mut key = Zeroizing::new([0; 256]);
    key.copy_from_slice(opened);
    Some(key)
}

/// The account that holds this very key, in whatever data centre.
///
/// Every key is opened for it: sealed keys say nothing of what they hold. One that does not open
/// is nobody's.
pub fn holder(
    conn: &mut AnyConnection,
    vault: &Vault,
    key: &[u8; 256],
) -> Result<Option<SessionId>, Error> {
    let ids: Vec<SessionId> = t::table
        .filter(t::auth_key_sealed.is_not_null())
        .select(t::session_id)
        .distinct()
        .load(conn)?;
    for id in ids {
        let held = load_readable(conn, vault, id)?.data_centres;
        let is_it = |dc: &DcKey| dc.auth_key.as_deref().is_some_and(|held| held == key);
        if held.iter().any(is_it) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether the account has any key.
pub fn is_held(conn: &mut AnyConnection, session_id: SessionId) -> Result<bool, Error> {
    let held: Option<i32> = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::auth_key_sealed.is_not_null())
        .select(t::dc_id)
        .first(conn)
        .optional()?;
    Ok(held.is_some())
}

/// Stores a data centre, replacing what was known of it; a missing key keeps the stored one.
pub fn put(
    conn: &mut AnyConnection,
    vault: &Vault,
    session_id: SessionId,
    dc: &DcKey,
    now: UtcTime,
) -> Result<(), Error> {
    let sealed = dc
        .auth_key
        .as_ref()
        .map(|key| vault.seal(&aad(session_id, dc.dc_id), key.as_slice()))
        .transpose()?;
    let (key, key_id) = sealed.map(|s| (s.bytes, s.key_id)).unzip();
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::dc_id.eq(dc.dc_id),
            t::ipv4.eq(dc.ipv4.to_string()),
            t::ipv6.eq(dc.ipv6.to_string()),
            t::auth_key_sealed.eq(&key),
            t::auth_key_key.eq(&key_id),
            t::created_at.eq(now),
            t::updated_at.eq(now),
        ))
        .on_conflict((t::session_id, t::dc_id))
        .do_update()
        .set((
            t::ipv4.eq(excluded(t::ipv4)),
            t::ipv6.eq(excluded(t::ipv6)),
            t::auth_key_sealed.eq(coalesce(excluded(t::auth_key_sealed), t::auth_key_sealed)),
            t::auth_key_key.eq(coalesce(excluded(t::auth_key_key), t::auth_key_key)),
            t::updated_at.eq(excluded(t::updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

/// Forgets every data centre of the account, keys and addresses.
pub fn delete_all(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}

fn aad(session_id: SessionId, dc_id: i32) -> String {
    format!("auth_key:{session_id}:{dc_id}")
}
