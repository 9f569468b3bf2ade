//! The table of unreadable messages: which rows of the log hold only what could be read of them.
//!
//! Such a row has its number, so that nobody asks for it again, its raw bytes, and a media of the
//! type `unreadable`. The first version that can be read takes its place. It must not know why a
//! message cannot be read, nor try to read it.

use crate::model::{SessionId, UnreadableMessage};
use crate::store::schema::{messages, unreadable_messages as t};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use serde_json::Value;

/// Whether a row's media, as it is stored, is that of an unreadable message.
pub(super) fn is_media(media: Option<&str>) -> bool {
    let Some(text) = media.filter(|text| text.contains(UnreadableMessage::MEDIA_TYPE)) else {
        return false;
    };
    let value: Result<Value, _> = serde_json::from_str(text);
    value.is_ok_and(|value| {
        value.get("type").and_then(Value::as_str) == Some(UnreadableMessage::MEDIA_TYPE)
    })
}

/// Notes that a row cannot be read with the schema of that layer.
pub(super) fn put(
    conn: &mut AnyConnection,
    message_row: i64,
    session_id: SessionId,
    constructor: u32,
    layer: i32,
) -> Result<(), Error> {
    diesel::insert_into(t::table)
        .values((
            t::message_row.eq(message_row),
            t::session_id.eq(session_id),
            t::constructor.eq(i64::from(constructor)),
            t::layer.eq(layer),
        ))
        .execute(conn)?;
    Ok(())
}

/// The row can be read by now.
pub(super) fn forget(conn: &mut AnyConnection, message_row: i64) -> Result<(), Error> {
    diesel::delete(t::table.find(message_row)).execute(conn)?;
    Ok(())
}

/// Rows of an account that have not been tried with the schema of that layer, each with its raw
/// bytes.
pub fn untried(
    conn: &mut AnyConnection,
    session_id: SessionId,
    layer: i32,
    limit: i64,
) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    Ok(t::table
        .inner_join(messages::table)
        .filter(t::session_id.eq(session_id))
        .filter(t::layer.ne(layer))
        .order(t::message_row)
        .limit(limit)
        .select((t::message_row, messages::raw))
        .load(conn)?)
}

/// The rows have been tried with the schema of that layer.
pub fn tried(conn: &mut AnyConnection, rows: &[i64], layer: i32) -> Result<(), Error> {
    diesel::update(t::table.filter(t::message_row.eq_any(rows.to_vec())))
        .set(t::layer.eq(layer))
        .execute(conn)?;
    Ok(())
}
