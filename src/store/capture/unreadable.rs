//! Messages that could not be read: rows that hold what could, unless one is there already. An edit
//! that cannot be read takes the row's place: what is stored is not what the message is now.

use crate::model::{CapturedBatch, MessageBox, UnreadableMessage, UtcTime};
use crate::store::backend::on_backend;
use crate::store::capture::rows::{NewRow, count};
use crate::store::capture::{Committed, Member, changes};
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
            let mut row = NewRow::new(batch, &told.message);
            let inserted: Vec<i64> = on_backend!(conn, |c| diesel::insert_into(t::table)
                .values(&row)
                .on_conflict((t::session_id, t::message_id, t::chat_id))
                .do_nothing()
                .returning(t::id)
                .load(c))?;
            if let Some(&message_row) = inserted.first() {
                mark(conn, batch, told, message_row)?;
                count(done, place, |counts| &mut counts.inserted);
            } else if told.edited && replace(conn, batch, told, &mut row)? {
                count(done, place, |counts| &mut counts.edited);
            }
        }
    }
    Ok(())
}

/// What is stored of a message.
#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Stored {
    id: i64,
    text: String,
    media: Option<String>,
    edited_at: Option<UtcTime>,
    raw: Vec<u8>,
    pts: Option<i32>,
}

impl Stored {
    /// Whether the edit is a later version than this one. One that does not tell its date has
    /// changed in a part that cannot be read, and every stored version could be.
    fn is_before(&self, new: &NewRow<'_>) -> bool {
        let told_later = match (new.pts, self.pts) {
            (Some(new), Some(old)) => Some(new > old),
            _ => None,
        };
        match new.edited_at {
            Some(date) if Some(date) == self.edited_at => {
                // What changes without an edit, such as reactions, is not part of the row.
                told_later.unwrap_or(true) && (new.text != self.text || told_later.is_some())
            }
            Some(date) => Some(date) > self.edited_at,
            None => told_later.unwrap_or(true),
        }
    }
}

/// Puts an edit in the place of the stored version, which is kept unless it could not be read
/// either; `false` when the row says the same as before.
fn replace(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    told: &UnreadableMessage,
    row: &mut NewRow<'_>,
) -> Result<bool, Error> {
    let stored: Stored = t::table
        .filter(t::session_id.eq(row.session_id))
        .filter(t::message_id.eq(row.message_id))
        .filter(t::chat_id.eq(row.chat_id))
        .select(Stored::as_select())
        .first(conn)?;
    if stored.raw == row.raw || !stored.is_before(row) {
        return Ok(false);
    }
    let readable = !unreadable::is_media(stored.media.as_deref());
    if readable {
        revisions::keep(conn, &[(stored.id, batch.captured_at)])?;
        mark(conn, batch, told, stored.id)?;
    }
    let same = !readable && row.text == stored.text && row.media == stored.media;
    row.edited_at = row.edited_at.or(stored.edited_at);
    changes::put(conn, stored.id, row, row.pts.or(stored.pts))?;
    Ok(!same)
}

/// Notes that a row cannot be read, and a closed gap that names it.
fn mark(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    told: &UnreadableMessage,
    message_row: i64,
) -> Result<(), Error> {
    let (session_id, message) = (batch.session_id, &told.message.content);
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
