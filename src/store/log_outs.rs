//! The table of keys that Telegram is still to log out.
//!
//! A key that the hub gives up lies here until Telegram has taken `auth.logOut`, whatever becomes
//! of its session: the session's name is free meanwhile. It must not know how Telegram is asked,
//! or when.

use crate::model::{PendingLogOut, SessionId, UtcTime};
use crate::store::columns::storable;
use crate::store::read_as::read_as;
use crate::store::schema::log_outs as t;
use crate::store::vault::{Sealed, Vault};
use crate::store::{AnyConnection, Error, auth_keys, sessions};
use diesel::prelude::*;
use zeroize::Zeroizing;

read_as!(PendingLogOut {
    id: i64 = t::id,
    session_id: SessionId = t::session_id,
    dc_id: i32 = t::dc_id,
    api_id: i32 = t::api_id,
    attempts: i32 = t::attempts,
    due_at: UtcTime = t::due_at,
});

/// What became of a session's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenUp {
    /// There was none.
    NoKey,
    /// It waits for its log-out, under this number.
    Waits(i64),
    /// It does not open: nobody can log it out with it.
    Unreadable,
}

/// Takes the key with which an account is logged in away from its session, and lets it wait for
/// its log-out from `due_at` on. The session's other keys are forgotten. `first_home` is the data
/// centre of an account that has never been sent to another.
///
/// To be called in a write transaction.
pub fn give_up(
    conn: &mut AnyConnection,
    vault: &Vault,
    (session, first_home): (SessionId, i32),
    due_at: UtcTime,
    now: UtcTime,
) -> Result<GivenUp, Error> {
    let Some(row) = sessions::by_id(conn, session)? else {
        return Ok(GivenUp::NoKey);
    };
    let home = row.home_dc.unwrap_or(first_home);
    let keys = auth_keys::load_readable(conn, vault, session)?;
    auth_keys::delete_all(conn, session)?;
    match keys.key_of(home) {
        Some(key) => {
            wait(conn, vault, (session, home, row.api_id), key, due_at, now).map(GivenUp::Waits)
        }
        None if keys.damaged.contains(&home) => Ok(GivenUp::Unreadable),
        None => Ok(GivenUp::NoKey),
    }
}

fn wait(
    conn: &mut AnyConnection,
    vault: &Vault,
    (session, dc_id, api_id): (SessionId, i32, i32),
    key: &[u8; 256],
    due_at: UtcTime,
    now: UtcTime,
) -> Result<i64, Error> {
    let sealed = vault.seal(&aad(session, dc_id), key.as_slice())?;
    diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session),
            t::dc_id.eq(dc_id),
            t::api_id.eq(api_id),
            t::auth_key_sealed.eq(sealed.bytes),
            t::auth_key_key.eq(sealed.key_id),
            t::due_at.eq(due_at),
            t::created_at.eq(now),
        ))
        .execute(conn)?;
    // Numbers grow, and the transaction sees its own.
    Ok(t::table
        .filter(t::session_id.eq(session))
        .order(t::id.desc())
        .select(t::id)
        .first(conn)?)
}

/// Lets the key of a login that is under way wait for its log-out, in case that nobody sees how the
/// login ends: a key that Telegram has let in is never forgotten.
///
/// To be called in a write transaction.
pub fn guard(
    conn: &mut AnyConnection,
    vault: &Vault,
    (session, dc_id, api_id): (SessionId, i32, i32),
    key: &[u8; 256],
    due_at: UtcTime,
    now: UtcTime,
) -> Result<i64, Error> {
    let id = wait(conn, vault, (session, dc_id, api_id), key, due_at, now)?;
    set_unlikely(conn, id)?;
    Ok(id)
}

/// Sets when a log-out is due.
pub fn set_due(conn: &mut AnyConnection, id: i64, due_at: UtcTime) -> Result<(), Error> {
    diesel::update(t::table.find(id))
        .set(t::due_at.eq(due_at))
        .execute(conn)?;
    Ok(())
}

/// The log-outs that are due next, at most `limit`.
pub fn next(conn: &mut AnyConnection, limit: i64) -> Result<Vec<PendingLogOut>, Error> {
    Ok(t::table
        .order((t::due_at, t::id))
        .limit(limit)
        .select(PendingLogOut::as_select())
        .load(conn)?)
}

/// The key of a log-out; `None` when it is done.
///
/// # Errors
/// [`Error::Decrypt`] when it does not open.
pub fn open(
    conn: &mut AnyConnection,
    vault: &Vault,
    row: &PendingLogOut,
) -> Result<Option<Zeroizing<[u8; 256]>>, Error> {
    let sealed: Option<(Vec<u8>, String)> = t::table
        .find(row.id)
        .select((t::auth_key_sealed, t::auth_key_key))
        .first(conn)
        .optional()?;
    let Some((bytes, key_id)) = sealed else {
        return Ok(None);
    };
    let aad = aad(row.session_id, row.dc_id);
    let opened = vault.open(&aad, &Sealed { key_id, bytes })?;
    auth_keys::whole(&opened)
        .map(Some)
        .ok_or(Error::Decrypt { what: aad })
}

/// Lets a log-out wait until `due_at`, after Telegram was asked in vain. `false` when it is done.
pub fn postpone(
    conn: &mut AnyConnection,
    id: i64,
    due_at: UtcTime,
    reason: &str,
) -> Result<bool, Error> {
    let rows = diesel::update(t::table.find(id))
        .set((
            t::attempts.eq(t::attempts + 1),
            t::reason.eq(storable(reason)),
            t::due_at.eq(due_at),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Forgets a key: Telegram has logged it out, or does not know it any more, or it is a session's now.
pub fn done(conn: &mut AnyConnection, id: i64) -> Result<(), Error> {
    let row: Option<(SessionId, bool)> = t::table
        .find(id)
        .select((t::session_id, t::unlikely))
        .first(conn)
        .optional()?;
    diesel::delete(t::table.find(id)).execute(conn)?;
    match row {
        Some((session, true)) => sessions::forget_name(conn, session),
        Some(_) | None => Ok(()),
    }
}

/// How many log-outs are still to be done, leaving out the same.
pub fn count(conn: &mut AnyConnection) -> Result<u64, Error> {
    let pending = t::table.filter(t::unlikely.eq(false));
    let count: i64 = pending.count().get_result(conn)?;
    u64::try_from(count).map_err(Error::other)
}

/// Takes note that a key is not logged in as far as anybody knows; see [`attempts_of`].
pub fn set_unlikely(conn: &mut AnyConnection, id: i64) -> Result<(), Error> {
    diesel::update(t::table.find(id))
        .set(t::unlikely.eq(true))
        .execute(conn)?;
    Ok(())
}

/// How often Telegram was asked about each key that sessions of this name have given up, leaving
/// out those that were never logged in as far as anybody knows.
pub fn attempts_of(conn: &mut AnyConnection, session: SessionId) -> Result<Vec<i32>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session))
        .filter(t::unlikely.eq(false))
        .select(t::attempts)
        .load(conn)?)
}

/// Whether this very key waits for its log-out.
pub fn holds(conn: &mut AnyConnection, vault: &Vault, key: &[u8; 256]) -> Result<bool, Error> {
    let rows = t::table.select(PendingLogOut::as_select()).load(conn)?;
    for row in rows {
        match open(conn, vault, &row) {
            Ok(held) if held.as_deref() == Some(key) => return Ok(true),
            // What does not open is not the key in question, as far as anybody can tell.
            Ok(_) | Err(Error::Decrypt { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn aad(session: SessionId, dc_id: i32) -> String {
    format!("log_out:{session}:{dc_id}")
}
