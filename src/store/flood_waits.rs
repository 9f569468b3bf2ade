//! The table of flood waits: until when Telegram does not want to hear a method from an account.
//!
//! It owns that a wait outlives the process and the account's row, since Telegram remembers it as
//! well and makes it longer for whoever does not. It must not know what the methods do.

use crate::model::{SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::schema::flood_waits as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;

/// The waits of an account that last beyond an instant, each with Telegram's name of the method.
pub fn load(
    conn: &mut AnyConnection,
    session_id: SessionId,
    now: UtcTime,
) -> Result<Vec<(String, UtcTime)>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::until.gt(now))
        .order(t::method)
        .select((t::method, t::until))
        .load(conn)?)
}

/// Notes a wait in the place of an earlier one of the same method.
pub fn put(
    conn: &mut AnyConnection,
    session_id: SessionId,
    method: &str,
    until: UtcTime,
) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::method.eq(method),
            t::until.eq(until),
        ))
        .on_conflict((t::session_id, t::method))
        .do_update()
        .set(t::until.eq(excluded(t::until)))
        .execute(c))?;
    Ok(())
}

/// Forgets the waits that are over, and says how many.
pub fn prune(conn: &mut AnyConnection, now: UtcTime) -> Result<usize, Error> {
    Ok(diesel::delete(t::table.filter(t::until.le(now))).execute(conn)?)
}
