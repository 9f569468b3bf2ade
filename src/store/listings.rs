//! The table of listings: from when on an account's log counts, and when all its dialogs were
//! listed last. It must not know how dialogs are listed.

use crate::model::{Listing, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::read_as::read_as;
use crate::store::schema::listings as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;

read_as!(Listing {
    begins_at: Option<UtcTime> = t::begins_at,
    listed_at: Option<UtcTime> = t::listed_at,
});

/// What is known of an account's listing.
pub fn get(conn: &mut AnyConnection, session_id: SessionId) -> Result<Listing, Error> {
    let row = t::table.find(session_id).select(Listing::as_select());
    Ok(row.first(conn).optional()?.unwrap_or_default())
}

/// Begins anew after a login.
pub fn begin(
    conn: &mut AnyConnection,
    session_id: SessionId,
    begins_at: Option<UtcTime>,
) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::begins_at.eq(begins_at),
            t::listed_at.eq(None::<UtcTime>),
        ))
        .on_conflict(t::session_id)
        .do_update()
        .set((
            t::begins_at.eq(excluded(t::begins_at)),
            t::listed_at.eq(None::<UtcTime>),
        ))
        .execute(c))?;
    Ok(())
}

/// Notes that all dialogs have been listed.
pub fn listed(conn: &mut AnyConnection, session_id: SessionId, at: UtcTime) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((t::session_id.eq(session_id), t::listed_at.eq(Some(at))))
        .on_conflict(t::session_id)
        .do_update()
        .set(t::listed_at.eq(excluded(t::listed_at)))
        .execute(c))?;
    Ok(())
}
