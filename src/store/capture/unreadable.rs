//! Messages that could not be read: rows that hold what could, unless one is there already.

use crate::model::MessageBox;
use crate::store::backend::on_backend;
use crate::store::capture::rows::{NewRow, count};
use crate::store::capture::{Committed, Member};
use crate::store::schema::messages as t;
use crate::store::{AnyConnection, Error, gaps, unreadable};
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
            let Some(&message_row) = inserted.first() else {
                continue;
            };
            unreadable::put(
                conn,
                message_row,
                batch.session_id,
                told.constructor,
                told.layer,
            )?;
            let message = &told.message;
            gaps::note_unreadable(
                conn,
                batch.session_id,
                MessageBox::of(message.chat_id),
                message.message_id,
                &told.reason(),
                batch.captured_at,
            )?;
            count(done, place, |counts| &mut counts.inserted);
        }
    }
    Ok(())
}
