//! The table of backfills: downloads of a chat's history that go on by themselves, over restarts.
//!
//! It must not know how they are carried out.

use crate::model::{Backfill, BackfillState, ChatId, MessageId, SessionId, UtcTime};
use crate::store::columns::storable;
use crate::store::read_as::read_as;
use crate::store::schema::backfills as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;

read_as!(Backfill {
    id: i64 = t::id,
    session_id: SessionId = t::session_id,
    chat_id: ChatId = t::chat_id,
    since: UtcTime = t::since,
    state: BackfillState = t::state,
    reason: Option<String> = t::reason,
    next_id: Option<MessageId> = t::next_id,
    oldest_at: Option<UtcTime> = t::oldest_at,
    stored: i64 = t::stored,
    seen: i64 = t::seen,
    started_at: UtcTime = t::started_at,
    updated_at: UtcTime = t::updated_at,
    ended_at: Option<UtcTime> = t::ended_at,
});

/// How many ended ones a session keeps.
const KEPT: i64 = 100;

/// The running backfill of a chat, which is a new one if there was none. `Err` with the running
/// one when that is for another time.
///
/// To be called in a write transaction.
pub fn begin(
    conn: &mut AnyConnection,
    (session_id, chat_id): (SessionId, ChatId),
    since: UtcTime,
    now: UtcTime,
) -> Result<Result<Backfill, Backfill>, Error> {
    let running: Option<Backfill> = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .filter(t::state.eq(BackfillState::Running))
        .select(Backfill::as_select())
        .first(conn)
        .optional()?;
    if let Some(running) = running {
        return Ok(if running.since == since {
            Ok(running)
        } else {
            Err(running)
        });
    }
    forget_old(conn, session_id)?;
    diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::chat_id.eq(chat_id),
            t::since.eq(since),
            t::state.eq(BackfillState::Running),
            t::started_at.eq(now),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    let begun = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .order(t::id.desc())
        .select(Backfill::as_select());
    Ok(Ok(begun.first(conn)?))
}

fn forget_old(conn: &mut AnyConnection, session_id: SessionId) -> Result<(), Error> {
    let ended = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::state.ne(BackfillState::Running));
    let last: Option<i64> = ended
        .order(t::id.desc())
        .offset(KEPT)
        .select(t::id)
        .first(conn)
        .optional()?;
    if let Some(last) = last {
        diesel::delete(ended.filter(t::id.le(last))).execute(conn)?;
    }
    Ok(())
}

/// A session's backfills, the running ones first and then the newest.
pub fn list(conn: &mut AnyConnection, session_id: SessionId) -> Result<Vec<Backfill>, Error> {
    let mut all: Vec<Backfill> = t::table
        .filter(t::session_id.eq(session_id))
        .order(t::id.desc())
        .select(Backfill::as_select())
        .load(conn)?;
    all.sort_by_key(|backfill| backfill.state != BackfillState::Running);
    Ok(all)
}

/// The one of a session that goes on next: which has waited longest.
pub fn due(conn: &mut AnyConnection, session_id: SessionId) -> Result<Option<Backfill>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::state.eq(BackfillState::Running))
        .order((t::updated_at, t::id))
        .select(Backfill::as_select())
        .first(conn)
        .optional()?)
}

/// How many of a session go on.
pub fn count_running(conn: &mut AnyConnection, session_id: SessionId) -> Result<u64, Error> {
    let count: i64 = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::state.eq(BackfillState::Running))
        .count()
        .get_result(conn)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// What a step has brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// The number to go on from.
    pub next_id: Option<MessageId>,
    /// The date of the oldest message that was come to.
    pub oldest_at: Option<UtcTime>,
    /// Messages that the log did not have.
    pub stored: usize,
    /// Messages that Telegram has answered with.
    pub seen: usize,
    /// Why it cannot go on at present.
    pub reason: Option<String>,
    /// How it has ended, if it has.
    pub ended: Option<BackfillState>,
}

/// Notes a step. `false` when the backfill is not running any more.
pub fn note(conn: &mut AnyConnection, id: i64, step: &Step, now: UtcTime) -> Result<bool, Error> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let running = t::table
        .filter(t::id.eq(id))
        .filter(t::state.eq(BackfillState::Running));
    let changed = diesel::update(running)
        .set((
            step.next_id.map(|next| t::next_id.eq(next)),
            step.oldest_at.map(|oldest| t::oldest_at.eq(oldest)),
            t::stored.eq(t::stored + count(step.stored)),
            t::seen.eq(t::seen + count(step.seen)),
            t::reason.eq(step.reason.as_deref().map(storable)),
            t::updated_at.eq(now),
            step.ended
                .map(|state| (t::state.eq(state), t::ended_at.eq(now))),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Ends a backfill for a client, unless it has ended; `None` when there is none of that number.
///
/// To be called in a write transaction.
pub fn cancel(
    conn: &mut AnyConnection,
    session_id: SessionId,
    id: i64,
    now: UtcTime,
) -> Result<Option<Backfill>, Error> {
    let of_session = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::id.eq(id));
    diesel::update(of_session.filter(t::state.eq(BackfillState::Running)))
        .set((
            t::state.eq(BackfillState::Cancelled),
            t::reason.eq(None::<String>),
            t::updated_at.eq(now),
            t::ended_at.eq(now),
        ))
        .execute(conn)?;
    Ok(of_session
        .select(Backfill::as_select())
        .first(conn)
        .optional()?)
}
