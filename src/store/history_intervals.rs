//! The table of history intervals: which numbers of a chat's messages have been read.
//!
//! Every message with a number in an interval that was there when it was read is in the log; a
//! number without a row is of no message, or of another chat. Intervals go by number because
//! numbers never change, and several messages share a date. It owns the arithmetic, and must not
//! know how messages are read.

use crate::model::{ChatId, Coverage, Direction, Interval, MessageId, SessionId};
use crate::store::schema::history_intervals as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;

/// What a history has at a number, and beyond it in the direction of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// It is in this interval.
    Covered(Interval),
    /// It is in none; the next one this way, if there is one.
    Open(Option<Interval>),
}

/// Notes that numbers have been read. To be called in the transaction that stores their messages.
pub fn cover(
    conn: &mut AnyConnection,
    session_id: SessionId,
    coverage: &Coverage,
) -> Result<(), Error> {
    let (chat_id, mut whole) = (coverage.chat_id, coverage.numbers);
    let of_chat = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id));
    let near = of_chat
        .filter(t::from_id.le(MessageId(whole.to.0.saturating_add(1))))
        .filter(t::to_id.ge(MessageId(whole.from.0.saturating_sub(1))));
    let joined: Vec<(MessageId, MessageId)> = near.select((t::from_id, t::to_id)).load(conn)?;
    if let [(from, to)] = joined.as_slice()
        && *from <= whole.from
        && whole.to <= *to
    {
        return Ok(());
    }
    for (from, to) in joined {
        whole = Interval { from, to }.joined(whole).unwrap_or(whole);
        diesel::delete(t::table.find((session_id, chat_id, from))).execute(conn)?;
    }
    diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::chat_id.eq(chat_id),
            t::from_id.eq(whole.from),
            t::to_id.eq(whole.to),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is known of a number.
pub fn stretch(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    number: MessageId,
    direction: Direction,
) -> Result<Stretch, Error> {
    let of_chat = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .select((t::from_id, t::to_id));
    let found: Option<(MessageId, MessageId)> = match direction {
        Direction::Up => of_chat
            .filter(t::to_id.ge(number))
            .order(t::from_id)
            .first(conn)
            .optional()?,
        Direction::Down => of_chat
            .filter(t::from_id.le(number))
            .order(t::from_id.desc())
            .first(conn)
            .optional()?,
    };
    let found = found.map(|(from, to)| Interval { from, to });
    Ok(match found {
        Some(interval) if interval.holds(number) => Stretch::Covered(interval),
        next => Stretch::Open(next),
    })
}

/// Forgets what has been read of all chats of a session, whose messages are being deleted.
pub(super) fn forget(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    diesel::delete(t::table.filter(t::session_id.eq(session_id))).execute(conn)?;
    Ok(())
}
