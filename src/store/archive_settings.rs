//! The tables of what is changed of the archive's settings: for all accounts, and for one. It must
//! not know what the settings are for.

use crate::model::{ArchiveChanges, SessionId};
use crate::store::backend::on_backend;
use crate::store::columns::Json;
use crate::store::schema::{archive_defaults as defaults, archive_overrides as overrides};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use serde_json::Value;

/// The number of the one row.
const ONLY: i32 = 1;

/// What is changed for all accounts.
pub fn of_all(conn: &mut AnyConnection) -> Result<ArchiveChanges, Error> {
    let row = defaults::table.find(ONLY).select(defaults::changes);
    read(row.first::<Json>(conn).optional()?)
}

/// What is changed for one account beside that.
pub fn of_session(conn: &mut AnyConnection, session: SessionId) -> Result<ArchiveChanges, Error> {
    let row = overrides::table.find(session).select(overrides::changes);
    read(row.first::<Json>(conn).optional()?)
}

/// Notes all that is changed for all accounts.
pub fn put_of_all(conn: &mut AnyConnection, changes: &ArchiveChanges) -> Result<(), Error> {
    let changes = serde_json::to_string(changes).map_err(Error::other)?;
    let _: usize = on_backend!(conn, |c| diesel::insert_into(defaults::table)
        .values((defaults::id.eq(ONLY), defaults::changes.eq(changes)))
        .on_conflict(defaults::id)
        .do_update()
        .set(defaults::changes.eq(excluded(defaults::changes)))
        .execute(c))?;
    Ok(())
}

/// Notes all that is changed for one account.
pub fn put_of_session(
    conn: &mut AnyConnection,
    session: SessionId,
    changes: &ArchiveChanges,
) -> Result<(), Error> {
    let changes = serde_json::to_string(changes).map_err(Error::other)?;
    let _: usize = on_backend!(conn, |c| diesel::insert_into(overrides::table)
        .values((
            overrides::session_id.eq(session),
            overrides::changes.eq(changes),
        ))
        .on_conflict(overrides::session_id)
        .do_update()
        .set(overrides::changes.eq(excluded(overrides::changes)))
        .execute(c))?;
    Ok(())
}

fn read(row: Option<Json>) -> Result<ArchiveChanges, Error> {
    row.map_or_else(
        || Ok(ArchiveChanges::default()),
        |json| serde_json::from_value(Value::from(json)).map_err(Error::other),
    )
}
