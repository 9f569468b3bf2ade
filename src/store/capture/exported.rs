//! Messages that an export tells of, which the log takes as its history.
//!
//! What is in the log is better than what an export says, and stays as it is. An export may have
//! holes, so that nothing here says that a stretch of a history has been read.

use crate::model::{CapturedBatch, Interval, MessageBox, MessageId};
use crate::store::capture::rows::{CHUNK, NewRow, Received, insert_new};
use crate::store::schema::{history_intervals as intervals, messages as t};
use crate::store::{AnyConnection, Error, peers, sequences};
use diesel::prelude::*;
use std::collections::HashSet;

/// What became of messages of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Those that are new to the log, and those of them that Telegram showed no more when the
    /// history around them was read.
    pub stored: u64,
    /// The latter alone.
    pub gone: u64,
    /// Those that the log had.
    pub known: u64,
    /// Those that the account has not come to yet, and will be told of by Telegram itself.
    pub ahead: u64,
}

impl std::ops::AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.stored += other.stored;
        self.gone += other.gone;
        self.known += other.known;
        self.ahead += other.ahead;
    }
}

/// Stores messages of one chat, with names of peers that are not known yet. To be called in a write
/// transaction.
///
/// A message above the number that the log is complete to is one that an account which is `active`
/// still gets as an event, and is left to it.
///
/// # Errors
/// [`Error::Unavailable`] when waiting may help.
pub fn import(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    active: bool,
) -> Result<Imported, Error> {
    let mut done = Imported::default();
    peers::insert_missing(conn, batch.session_id, &batch.peers, batch.captured_at)?;
    let Some(first) = batch.messages.first() else {
        return Ok(done);
    };
    let chat_id = first.content.chat_id;
    let complete_to = if active {
        sequences::complete_to(conn, batch.session_id, MessageBox::of(chat_id))?
    } else {
        None
    };
    let mut seen = HashSet::new();
    let all = batch.messages.iter().map(|message| Received {
        place: 0,
        row: NewRow::new(batch, message),
    });
    let fresh: Vec<Received<'_>> = all.filter(|one| seen.insert(one.row.key())).collect();
    done.known += (batch.messages.len() - fresh.len()) as u64;
    let ahead = |id: MessageId| complete_to.is_some_and(|complete_to| id > complete_to);
    let (ahead, due): (Vec<_>, Vec<_>) =
        fresh.into_iter().partition(|one| ahead(one.row.message_id));
    for chunk in ahead.chunks(CHUNK) {
        let known = stored_of(conn, chunk)?;
        done.known += known;
        done.ahead += chunk.len() as u64 - known;
    }
    let mut stored = Vec::new();
    for chunk in due.chunks(CHUNK) {
        let new = insert_new(conn, chunk)?;
        done.known += (chunk.len() - new.len()) as u64;
        stored.extend(new.into_iter().map(|(_, _, id)| id));
    }
    done.stored += stored.len() as u64;
    done.gone += mark_gone(conn, batch, &stored)?;
    Ok(done)
}

/// How many of the messages the log has.
fn stored_of(conn: &mut AnyConnection, chunk: &[Received<'_>]) -> Result<u64, Error> {
    let Some(first) = chunk.first() else {
        return Ok(0);
    };
    let ids: Vec<MessageId> = chunk.iter().map(|one| one.row.message_id).collect();
    let count: i64 = t::table
        .filter(t::session_id.eq(first.row.session_id))
        .filter(t::chat_id.eq(first.row.chat_id))
        .filter(t::message_id.eq_any(ids))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Marks those as deleted whose numbers have been read: Telegram showed them no more.
fn mark_gone(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    stored: &[MessageId],
) -> Result<u64, Error> {
    let (Some(from), Some(to)) = (stored.iter().min(), stored.iter().max()) else {
        return Ok(0);
    };
    let Some(chat_id) = batch.messages.first().map(|first| first.content.chat_id) else {
        return Ok(0);
    };
    let read: Vec<(MessageId, MessageId)> = intervals::table
        .filter(intervals::session_id.eq(batch.session_id))
        .filter(intervals::chat_id.eq(chat_id))
        .filter(intervals::from_id.le(to))
        .filter(intervals::to_id.ge(from))
        .select((intervals::from_id, intervals::to_id))
        .load(conn)?;
    let was_read = |id: MessageId| {
        let mut read = read.iter();
        read.any(|&(from, to)| Interval { from, to }.holds(id))
    };
    let gone: Vec<MessageId> = stored.iter().copied().filter(|id| was_read(*id)).collect();
    for chunk in gone.chunks(CHUNK) {
        let rows = t::table
            .filter(t::session_id.eq(batch.session_id))
            .filter(t::chat_id.eq(chat_id))
            .filter(t::message_id.eq_any(chunk.to_vec()));
        diesel::update(rows)
            .set(t::deleted_at.eq(batch.captured_at))
            .execute(conn)?;
    }
    Ok(gone.len() as u64)
}
