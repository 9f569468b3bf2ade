//! Messages that could not be read: rows that hold what could, unless one is there already. An edit
//! that cannot be read takes the row's place: what is stored is not what the message is now.

use crate::model::MessageBox;
use crate::store::backend::on_backend;
use crate::store::capture::rows::{NewRow, count};
use crate::store::capture::{CapturedBatch, Committed, Member, UnreadableMessage, edits};
use crate::store::schema::messages as t;
use crate::store::{AnyConnection, Error, gaps, revisions, unreadable};
use diesel::prelude::*;

/// Stores the unreadable messages of batches, and a closed gap that names each of them.
pub(super) fn store(
    conn: &mut AnyConnection,
    stage: &[Member<'_>],
    done: &mut [Committed],
) -> Result<(), Error> {
    for &(place, batch) in stage {
        for told in &batch.unreadable {
            let row = NewRow::new(batch, &told.message);
            let inserted: Vec<i64> = on_backend!(conn, |c| diesel::insert_into(t::table)
                .values(&row)
                .on_conflict((t::session_id, t::message_id, t::chat_id))
                .do_nothing()
                .returning(t::id)
                .load(c))?;
            if let Some(&message_row) = inserted.first() {
                mark(conn, batch, told, message_row)?;
                count(done, place, |counts| &mut counts.inserted);
            } else if told.edited && replace(conn, batch, told, &row)? {
                count(done, place, |counts| &mut counts.edited);
            }
        }
    }
    Ok(())
}

/// Puts an edit in the place of the stored version, which is kept unless it could not be read
/// either; `false` when it is the stored one.
fn replace(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    told: &UnreadableMessage,
    row: &NewRow<'_>,
) -> Result<bool, Error> {
    let stored = t::table
        .filter(t::session_id.eq(row.session_id))
        .filter(t::message_id.eq(row.message_id))
        .filter(t::chat_id.eq(row.chat_id))
        .select((t::id, t::media, t::raw));
    let (id, media, raw): (i64, Option<String>, Vec<u8>) = stored.first(conn)?;
    if raw == row.raw {
        return Ok(false);
    }
    if !unreadable::is_media(media.as_deref()) {
        revisions::keep(conn, id, batch.captured_at)?;
        mark(conn, batch, told, id)?;
    }
    edits::overwrite(conn, id, row)?;
    Ok(true)
}

/// Notes that a row cannot be read, and a closed gap that names it.
fn mark(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    told: &UnreadableMessage,
    message_row: i64,
) -> Result<(), Error> {
    let (session_id, message) = (batch.session_id, &told.message);
    unreadable::put(conn, message_row, session_id, told.constructor, told.layer)?;
    gaps::note_unreadable(
        conn,
        session_id,
        MessageBox::of(message.chat_id),
        message.message_id,
        &told.reason(),
        batch.captured_at,
    )
}
