//! The tables of positions: how far an account's updates have been captured.
//!
//! It owns the account's common position and that of each channel, as
//! <https://core.telegram.org/api/updates> defines them. A position is written in the transaction
//! that stores what came before it, or a crash would lose messages.

use crate::model::{SessionId, UpdatesPosition, UtcTime};
use crate::store::backend::on_backend;
use crate::store::schema::{channel_states as channel, update_states as t};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// The stored position, channels ordered by id; `None` before the first one was stored.
pub fn load(
    conn: &mut AnyConnection,
    session_id: SessionId,
) -> Result<Option<UpdatesPosition>, Error> {
    let account: Option<(i32, i32, i32, i32)> = t::table
        .find(session_id)
        .select((t::pts, t::qts, t::date, t::seq))
        .first(conn)
        .optional()?;
    let Some((pts, qts, date, seq)) = account else {
        return Ok(None);
    };
    let channels = channel::table
        .filter(channel::session_id.eq(session_id))
        .order(channel::channel_id)
        .select((channel::channel_id, channel::pts))
        .load(conn)?;
    Ok(Some(UpdatesPosition {
        pts,
        qts,
        date,
        seq,
        channels,
    }))
}

/// Stores a position. Channels that it does not name keep theirs.
pub fn put(
    conn: &mut AnyConnection,
    session_id: SessionId,
    position: &UpdatesPosition,
    now: UtcTime,
) -> Result<(), Error> {
    put_group(conn, [(session_id, position, now)])
}

#[derive(Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct AccountRow {
    session_id: SessionId,
    pts: i32,
    qts: i32,
    date: i32,
    seq: i32,
    updated_at: UtcTime,
}

#[derive(Insertable)]
#[diesel(table_name = channel, treat_none_as_default_value = false)]
struct ChannelRow {
    session_id: SessionId,
    channel_id: i64,
    pts: i32,
}

/// Rows of a statement: at most 6 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 1000;

/// Stores positions of any accounts as if one by one in their order.
#[expect(
    single_use_lifetimes,
    reason = "`impl Trait` in an argument takes no anonymous lifetime"
)]
pub(super) fn put_group<'a>(
    conn: &mut AnyConnection,
    positions: impl IntoIterator<Item = (SessionId, &'a UpdatesPosition, UtcTime)>,
) -> Result<(), Error> {
    // PostgreSQL refuses a statement that touches one row twice; the last value counts.
    let (mut accounts, mut channels) = (BTreeMap::new(), BTreeMap::new());
    for (session_id, position, updated_at) in positions {
        let row = AccountRow {
            session_id,
            pts: position.pts,
            qts: position.qts,
            date: position.date,
            seq: position.seq,
            updated_at,
        };
        accounts.insert(session_id, row);
        let places = position.channels.iter();
        channels.extend(places.map(|&(channel_id, pts)| ((session_id, channel_id), pts)));
    }
    let accounts: Vec<AccountRow> = accounts.into_values().collect();
    for chunk in accounts.chunks(CHUNK) {
        upsert_accounts(conn, chunk)?;
    }
    let rows = channels.into_iter();
    let channels: Vec<ChannelRow> = rows
        .map(|((session_id, channel_id), pts)| ChannelRow {
            session_id,
            channel_id,
            pts,
        })
        .collect();
    for chunk in channels.chunks(CHUNK) {
        upsert_channels(conn, chunk)?;
    }
    Ok(())
}

fn upsert_accounts(conn: &mut AnyConnection, rows: &[AccountRow]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict(t::session_id)
        .do_update()
        .set((
            t::pts.eq(excluded(t::pts)),
            t::qts.eq(excluded(t::qts)),
            t::date.eq(excluded(t::date)),
            t::seq.eq(excluded(t::seq)),
            t::updated_at.eq(excluded(t::updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

fn upsert_channels(conn: &mut AnyConnection, rows: &[ChannelRow]) -> Result<(), Error> {
    let _: usize = on_backend!(conn, |c| diesel::insert_into(channel::table)
        .values(rows)
        .on_conflict((channel::session_id, channel::channel_id))
        .do_update()
        .set(channel::pts.eq(excluded(channel::pts)))
        .execute(c))?;
    Ok(())
}

/// Stores a channel's position unless one is stored. `true` when it was.
pub fn put_channel_if_absent(
    conn: &mut AnyConnection,
    session_id: SessionId,
    channel_id: i64,
    pts: i32,
) -> Result<bool, Error> {
    let rows: usize = on_backend!(conn, |c| diesel::insert_into(channel::table)
        .values((
            channel::session_id.eq(session_id),
            channel::channel_id.eq(channel_id),
            channel::pts.eq(pts),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(rows == 1)
}

/// Forgets the account's position and that of every channel.
pub fn delete(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    diesel::delete(channel::table.filter(channel::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}
