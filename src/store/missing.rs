//! What the logs lack, counted: chats that something is not fetched from, messages that cannot be
//! read, and chats whose history is on its way.
//!
//! It must not know why, which the gaps tell, nor what is done about it.

use crate::model::{BackfillState, Missing, SessionId};
use crate::store::schema::{backfills, gaps, unreadable_messages as unreadable};
use crate::store::{AnyConnection, Error, backfills as running};
use diesel::dsl::count;
use diesel::prelude::*;
use std::collections::HashMap;

/// What each session's log lacks, of those that lack something.
pub fn by_session(conn: &mut AnyConnection) -> Result<HashMap<SessionId, Missing>, Error> {
    let tried = gaps::closed_at.is_null().and(gaps::reason.is_not_null());
    let kept_out: Vec<(SessionId, i64)> = gaps::table
        .filter(gaps::given_up.or(tried))
        .group_by(gaps::session_id)
        .select((gaps::session_id, count(gaps::box_id).aggregate_distinct()))
        .load(conn)?;
    let unreadable: Vec<(SessionId, i64)> = unreadable::table
        .group_by(unreadable::session_id)
        .select((unreadable::session_id, count(unreadable::message_row)))
        .load(conn)?;
    let backfills: Vec<(SessionId, i64)> = backfills::table
        .filter(backfills::state.eq(BackfillState::Running))
        .group_by(backfills::session_id)
        .select((backfills::session_id, count(backfills::id)))
        .load(conn)?;
    let mut all: HashMap<SessionId, Missing> = HashMap::new();
    for (id, count) in kept_out {
        all.entry(id).or_default().kept_out_chats = number(count);
    }
    for (id, count) in unreadable {
        all.entry(id).or_default().unreadable_messages = number(count);
    }
    for (id, count) in backfills {
        all.entry(id).or_default().backfills = number(count);
    }
    Ok(all)
}

/// What one session's log lacks.
pub fn of(conn: &mut AnyConnection, session_id: SessionId) -> Result<Missing, Error> {
    let tried = gaps::closed_at.is_null().and(gaps::reason.is_not_null());
    let kept_out: i64 = gaps::table
        .filter(gaps::session_id.eq(session_id))
        .filter(gaps::given_up.or(tried))
        .select(count(gaps::box_id).aggregate_distinct())
        .get_result(conn)?;
    let unreadable: i64 = unreadable::table
        .filter(unreadable::session_id.eq(session_id))
        .count()
        .get_result(conn)?;
    Ok(Missing {
        kept_out_chats: number(kept_out),
        unreadable_messages: number(unreadable),
        backfills: running::count_running(conn, session_id)?,
    })
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
