//! The table of sequences: up to which message number each log is known to be complete.
//!
//! Telegram numbers messages without holes, so that a number that is not in the log either
//! belongs to a message that is missing, or to one that was deleted before it was seen. What has
//! been looked at once need not be looked at again.

use crate::model::{ChatId, MessageBox, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::schema::{messages, sequences as t};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::collections::BTreeMap;

/// All sequences of a session with the number that each is complete to.
pub fn load(
    conn: &mut AnyConnection,
    session_id: SessionId,
) -> Result<BTreeMap<MessageBox, MessageId>, Error> {
    let rows: Vec<(MessageBox, MessageId)> = t::table
        .filter(t::session_id.eq(session_id))
        .select((t::box_id, t::complete_to))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The number that a sequence is complete to; `None` before anybody has looked.
pub fn complete_to(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
) -> Result<Option<MessageId>, Error> {
    Ok(t::table
        .find((session_id, message_box))
        .select(t::complete_to)
        .first(conn)
        .optional()?)
}

#[derive(Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct Row {
    session_id: SessionId,
    box_id: MessageBox,
    complete_to: MessageId,
}

/// Rows of a statement: 3 values each, far under the 32,766 that SQLite takes.
const CHUNK: usize = 1000;

/// Stores up to which number sequences are complete.
pub fn put(
    conn: &mut AnyConnection,
    session_id: SessionId,
    sequences: &BTreeMap<MessageBox, MessageId>,
) -> Result<(), Error> {
    let rows: Vec<Row> = sequences
        .iter()
        .map(|(&box_id, &complete_to)| Row {
            session_id,
            box_id,
            complete_to,
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let _: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
            .values(chunk)
            .on_conflict((t::session_id, t::box_id))
            .do_update()
            .set(t::complete_to.eq(excluded(t::complete_to)))
            .execute(c))?;
    }
    Ok(())
}

type InBox = Box<
    dyn BoxableExpression<
            messages::table,
            crate::store::backend::MultiBackend,
            SqlType = diesel::sql_types::Bool,
        >,
>;

/// The rows of the log that are numbered in a sequence.
fn in_box(message_box: MessageBox) -> InBox {
    match message_box.chat() {
        Some(channel) => Box::new(messages::chat_id.eq(channel)),
        // Marked ids of channels lie below all others.
        None => Box::new(messages::chat_id.gt(ChatId::channel(0))),
    }
}

/// The captured numbers above one and up to another, ascending.
pub fn captured_between(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
    above: MessageId,
    up_to: MessageId,
) -> Result<Vec<MessageId>, Error> {
    Ok(messages::table
        .filter(messages::session_id.eq(session_id))
        .filter(messages::message_id.gt(above))
        .filter(messages::message_id.le(up_to))
        .filter(in_box(message_box))
        .order(messages::message_id)
        .select(messages::message_id)
        .load(conn)?)
}

/// The newest captured number of a sequence.
pub fn newest_captured(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
) -> Result<Option<MessageId>, Error> {
    Ok(messages::table
        .filter(messages::session_id.eq(session_id))
        .filter(in_box(message_box))
        .order(messages::message_id.desc())
        .select(messages::message_id)
        .first(conn)
        .optional()?)
}

/// The oldest captured number of a sequence, downloaded history left out.
pub fn oldest_captured(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
) -> Result<Option<MessageId>, Error> {
    Ok(messages::table
        .filter(messages::session_id.eq(session_id))
        .filter(in_box(message_box))
        .filter(messages::is_history.eq(false))
        .order(messages::message_id)
        .select(messages::message_id)
        .first(conn)
        .optional()?)
}

/// Captured numbers up to one that are not marked as deleted, newest first, at most `limit`,
/// each with the time its message was sent.
pub fn captured_down_from(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
    up_to: MessageId,
    limit: i64,
) -> Result<Vec<(MessageId, UtcTime)>, Error> {
    Ok(messages::table
        .filter(messages::session_id.eq(session_id))
        .filter(messages::message_id.le(up_to))
        .filter(in_box(message_box))
        .filter(messages::deleted_at.is_null())
        .order(messages::message_id.desc())
        .limit(limit)
        .select((messages::message_id, messages::sent_at))
        .load(conn)?)
}
