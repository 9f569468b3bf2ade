//! The table of gaps: where messages may be missing from an account's log, or were.
//!
//! A gap is opened in the transaction that stores the position past it, so that no crash can hide
//! it, and closed when everything in it has been asked for. It must not know how that is done.

use crate::model::{
    Cursor, Gap, GapCause, MessageBox, MessageId, OpenedGap, Page, SessionId, UtcTime,
};
use crate::store::read_as::read_as;
use crate::store::schema::gaps as t;
use crate::store::{AnyConnection, Error, paging, sequences};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// How the reason begins that names a message.
const NAMED: &str = "message ";

read_as!(Gap {
    id: i64 = t::id,
    session_id: SessionId = t::session_id,
    message_box: MessageBox = t::box_id,
    cause: GapCause = t::cause,
    times: i32 = t::times,
    after_id: Option<MessageId> = t::after_id,
    verify_to: Option<MessageId> = t::verify_to,
    up_to_id: Option<MessageId> = t::up_to_id,
    found: i32 = t::found,
    absent: i32 = t::absent,
    changed: i32 = t::changed,
    reason: Option<String> = t::reason,
    opened_at: UtcTime = t::opened_at,
    closed_at: Option<UtcTime> = t::closed_at,
    given_up: bool = t::given_up,
    not_compared_to: Option<MessageId> = t::not_compared_to,
});

/// What an attempt to fill a gap has brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Missing messages that were fetched.
    pub found: usize,
    /// Numbers that belong to no message.
    pub absent: usize,
    /// Captured messages that had changed or gone.
    pub changed: usize,
    /// Captured messages up to this number have not been compared.
    pub not_compared_to: Option<MessageId>,
}

/// Opens a gap, unless one of the same cause is open there; `true` when it is a new one.
///
/// To be called in a write transaction.
pub fn open(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
    cause: GapCause,
    now: UtcTime,
) -> Result<bool, Error> {
    open_as(conn, session_id, &(message_box, cause).into(), now)
}

/// The same with what is known beside the cause.
pub fn open_as(
    conn: &mut AnyConnection,
    session_id: SessionId,
    gap: &OpenedGap,
    now: UtcTime,
) -> Result<bool, Error> {
    let (message_box, cause) = (gap.message_box, gap.cause);
    let verify_to = if gap.hides_changes {
        sequences::newest_captured(conn, session_id, message_box)?
    } else {
        None
    };
    let open = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::box_id.eq(message_box))
        .filter(t::cause.eq(cause))
        .filter(t::closed_at.is_null());
    let again = diesel::update(open)
        // What was to be compared before still is.
        .set((
            t::times.eq(t::times + 1),
            verify_to.map(|verify_to| t::verify_to.eq(verify_to)),
            t::up_to_id.eq(gap.up_to),
        ))
        .execute(conn)?;
    if again > 0 {
        return Ok(false);
    }
    let after_id = sequences::complete_to(conn, session_id, message_box)?;
    let is_unreadable = cause == GapCause::Unreadable;
    diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::box_id.eq(message_box),
            t::cause.eq(cause),
            t::after_id.eq(after_id),
            t::verify_to.eq(verify_to),
            t::up_to_id.eq(gap.up_to),
            t::reason.eq(gap.reason.as_deref()),
            t::unreadable.eq(gap.reason.as_deref().filter(|_| is_unreadable)),
            t::opened_at.eq(now),
        ))
        .execute(conn)?;
    Ok(true)
}

/// How long the names of messages may get that one gap cannot read.
const LONGEST_NAMES: usize = 4_000;

/// A message that cannot be read has been stored as a row: an open gap that is there because of
/// such messages names it, or, when nothing is going to fill any, a closed one of its own.
pub(super) fn note_unreadable(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
    message: MessageId,
    reason: &str,
    now: UtcTime,
) -> Result<(), Error> {
    let open: Option<(i64, Option<String>)> = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::box_id.eq(message_box))
        .filter(t::cause.eq(GapCause::Unreadable))
        .filter(t::closed_at.is_null())
        .select((t::id, t::unreadable))
        .first(conn)
        .optional()?;
    if let Some((id, names)) = open {
        let names = names.filter(|names| names.starts_with(NAMED));
        if names
            .as_ref()
            .is_some_and(|names| names.len() > LONGEST_NAMES)
        {
            return Ok(());
        }
        let names = names.map_or_else(|| reason.to_owned(), |names| format!("{names}; {reason}"));
        diesel::update(t::table.find(id))
            .set(t::unreadable.eq(names))
            .execute(conn)?;
        return Ok(());
    }
    diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::box_id.eq(message_box),
            t::cause.eq(GapCause::Unreadable),
            t::after_id.eq(MessageId(message.0 - 1)),
            t::up_to_id.eq(message),
            t::found.eq(1),
            t::reason.eq(reason),
            t::unreadable.eq(reason),
            t::opened_at.eq(now),
            t::closed_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The open gaps of a session, oldest first.
pub fn pending(conn: &mut AnyConnection, session_id: SessionId) -> Result<Vec<Gap>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::closed_at.is_null())
        .order(t::id)
        .select(Gap::as_select())
        .load(conn)?)
}

/// Adds what an attempt has brought, and closes the gap unless the same has happened again since
/// it was read. `true` when it is closed.
pub fn close(
    conn: &mut AnyConnection,
    gap: &Gap,
    up_to: Option<MessageId>,
    filled: Filled,
    now: UtcTime,
) -> Result<bool, Error> {
    add(conn, gap.id, filled)?;
    diesel::update(t::table.find(gap.id))
        .set((
            t::up_to_id.eq(up_to.or(gap.up_to_id)),
            t::not_compared_to.eq(filled.not_compared_to),
        ))
        .execute(conn)?;
    let closed = diesel::update(t::table.find(gap.id).filter(t::times.eq(gap.times)))
        .set((t::closed_at.eq(now), t::reason.eq(t::unreadable)))
        .execute(conn)?;
    Ok(closed == 1)
}

/// Adds what an attempt has brought to a gap that it leaves open.
pub fn add(conn: &mut AnyConnection, id: i64, filled: Filled) -> Result<(), Error> {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    diesel::update(t::table.find(id))
        .set((
            t::found.eq(t::found + count(filled.found)),
            t::absent.eq(t::absent + count(filled.absent)),
            t::changed.eq(t::changed + count(filled.changed)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps why gaps are still open.
pub fn set_reason(conn: &mut AnyConnection, ids: &[i64], reason: &str) -> Result<(), Error> {
    diesel::update(t::table.filter(t::id.eq_any(ids.to_vec())))
        .set(t::reason.eq(reason))
        .execute(conn)?;
    Ok(())
}

/// Ends gaps that nothing can fill, each with the reason.
pub fn give_up(
    conn: &mut AnyConnection,
    ids: &[i64],
    reason: &str,
    now: UtcTime,
) -> Result<(), Error> {
    let open = t::table.filter(t::id.eq_any(ids.to_vec()));
    diesel::update(open.filter(t::closed_at.is_null()))
        .set((
            t::closed_at.eq(now),
            t::given_up.eq(true),
            t::reason.eq(reason),
        ))
        .execute(conn)?;
    Ok(())
}

/// The sequences of a session that have gaps which were given up.
pub fn given_up(
    conn: &mut AnyConnection,
    session_id: SessionId,
) -> Result<BTreeSet<MessageBox>, Error> {
    let ended = t::table.filter(t::session_id.eq(session_id));
    let boxes: Vec<MessageBox> = ended
        .filter(t::given_up)
        .select(t::box_id)
        .distinct()
        .load(conn)?;
    Ok(boxes.into_iter().collect())
}

/// Opens the gaps of a sequence again that were given up, since what hindered has changed. Of
/// several with one cause only the newest is opened, and none beside an open one.
pub fn reopen(
    conn: &mut AnyConnection,
    session_id: SessionId,
    message_box: MessageBox,
) -> Result<(), Error> {
    let here = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::box_id.eq(message_box));
    let open: Vec<GapCause> = here
        .filter(t::closed_at.is_null())
        .select(t::cause)
        .load(conn)?;
    let ended: Vec<(i64, GapCause)> = here
        .filter(t::given_up)
        .order(t::id.desc())
        .select((t::id, t::cause))
        .load(conn)?;
    let mut causes: BTreeSet<GapCause> = open.into_iter().collect();
    let fresh = ended.iter().filter(|(_, cause)| causes.insert(*cause));
    let fresh: Vec<i64> = fresh.map(|(id, _)| *id).collect();
    // What is older or hidden by an open one is no more to be opened.
    let all: Vec<i64> = ended.into_iter().map(|(id, _)| id).collect();
    diesel::update(t::table.filter(t::id.eq_any(all)))
        .set(t::given_up.eq(false))
        .execute(conn)?;
    diesel::update(t::table.filter(t::id.eq_any(fresh)))
        .set(t::closed_at.eq(None::<UtcTime>))
        .execute(conn)?;
    Ok(())
}

/// Which gaps to list.
#[derive(Clone, Copy, Debug)]
pub struct GapQuery {
    /// Whose.
    pub session_id: SessionId,
    /// Only open ones, only closed ones, or both.
    pub open: Option<bool>,
    /// How many, from 1.
    pub limit: u32,
    /// Only gaps that come after this one.
    pub after: Option<Cursor>,
}

/// A session's gaps, newest first.
pub fn list(conn: &mut AnyConnection, query: GapQuery) -> Result<Page<Gap>, Error> {
    let mut select = t::table
        .filter(t::session_id.eq(query.session_id))
        .select(Gap::as_select())
        .order((t::opened_at.desc(), t::id.desc()))
        .limit(i64::from(query.limit) + 1)
        .into_boxed();
    if let Some(open) = query.open {
        select = if open {
            select.filter(t::closed_at.is_null())
        } else {
            select.filter(t::closed_at.is_not_null())
        };
    }
    if let Some(Cursor { time, id }) = query.after {
        let earlier = t::opened_at.lt(time);
        let same = t::opened_at.eq(time).and(t::id.lt(id));
        select = select.filter(earlier.or(same));
    }
    let rows = select.load(conn)?;
    Ok(paging::cut(rows, query.limit, |row| Cursor {
        time: row.opened_at,
        id: row.id,
    }))
}

/// How many gaps are open, of one session or of all.
pub fn count_open(conn: &mut AnyConnection, session_id: Option<SessionId>) -> Result<u64, Error> {
    let open = t::table.filter(t::closed_at.is_null());
    let count: i64 = match session_id {
        Some(id) => open.filter(t::session_id.eq(id)).count().get_result(conn)?,
        None => open.count().get_result(conn)?,
    };
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Forgets gaps that were closed before an instant, and says how many.
pub fn prune(conn: &mut AnyConnection, closed_before: UtcTime) -> Result<usize, Error> {
    let old = t::table.filter(t::closed_at.lt(closed_before));
    Ok(diesel::delete(old).execute(conn)?)
}
