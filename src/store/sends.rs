//! The table of sends under a client's key, so that a retry never sends twice.
//!
//! It owns the `random_id` that is written before the first try: Telegram drops a second message
//! with the same one (<https://core.telegram.org/method/messages.sendMessage>). It must not know
//! how long a try may take; a caller sees since when one is under way.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::storable;
use crate::store::schema::sends as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;

/// What is known of a client's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new: send with this `random_id`, which is stored now.
    New(i64),
    /// A try was begun and its outcome is not known; trying again must repeat its `random_id`.
    Pending {
        /// The `random_id` of the first try.
        random_id: i64,
        /// When the first try began.
        since: UtcTime,
    },
    /// It was sent.
    Done {
        /// The chat it went to.
        chat_id: ChatId,
        /// The number it got; Telegram may have taken it without saying so.
        message_id: Option<MessageId>,
        /// When the first try began.
        since: UtcTime,
        /// When the last one had ended.
        until: UtcTime,
    },
    /// The key was used before with another request.
    Mismatch,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    random_id: i64,
    request_hash: Vec<u8>,
    state: String,
    chat_id: Option<ChatId>,
    message_id: Option<MessageId>,
    created_at: UtcTime,
    updated_at: UtcTime,
}

/// Claims a client's key for a request, or says what became of it. To be called in a write
/// transaction.
pub fn claim(
    conn: &mut AnyConnection,
    session_id: SessionId,
    client_key: &str,
    request_hash: &[u8],
    new_random_id: i64,
    now: UtcTime,
) -> Result<Claim, Error> {
    let client_key = storable(client_key);
    let inserted: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::session_id.eq(session_id),
            t::client_key.eq(&client_key),
            t::random_id.eq(new_random_id),
            t::request_hash.eq(request_hash),
            t::state.eq("pending"),
            t::created_at.eq(now),
            t::updated_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(c))?;
    if inserted == 1 {
        return Ok(Claim::New(new_random_id));
    }
    let row: Row = t::table
        .find((session_id, client_key))
        .select(Row::as_select())
        .first(conn)?;
    Ok(match row.chat_id {
        _ if row.request_hash != request_hash => Claim::Mismatch,
        Some(chat_id) if row.state == "sent" => Claim::Done {
            chat_id,
            message_id: row.message_id,
            since: row.created_at,
            until: row.updated_at,
        },
        _ => Claim::Pending {
            random_id: row.random_id,
            since: row.created_at,
        },
    })
}

/// Notes that the message was sent, with its number if Telegram has said it. `false` when the key
/// is not claimed.
pub fn finish(
    conn: &mut AnyConnection,
    session_id: SessionId,
    client_key: &str,
    chat_id: ChatId,
    message_id: Option<MessageId>,
    now: UtcTime,
) -> Result<bool, Error> {
    let rows = diesel::update(t::table.find((session_id, storable(client_key))))
        .set((
            t::state.eq("sent"),
            t::chat_id.eq(chat_id),
            t::message_id.eq(message_id),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows == 1)
}

/// Those of these numbers in a chat that belong to sends that were made.
pub fn numbers_in_use(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    ids: Vec<MessageId>,
) -> Result<Vec<MessageId>, Error> {
    let found: Vec<Option<MessageId>> = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .filter(t::message_id.eq_any(ids))
        .select(t::message_id)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

/// Gives a key back after a refusal that is certain, so that it may be used again.
///
/// A message that was sent keeps its key. `false` when nothing was given back.
pub fn release(
    conn: &mut AnyConnection,
    session_id: SessionId,
    client_key: &str,
) -> Result<bool, Error> {
    let rows = diesel::delete(
        t::table
            .find((session_id, storable(client_key)))
            .filter(t::state.eq("pending")),
    )
    .execute(conn)?;
    Ok(rows == 1)
}

/// Forgets keys that were last touched before an instant, and says how many.
pub fn prune(conn: &mut AnyConnection, older_than: UtcTime) -> Result<usize, Error> {
    Ok(diesel::delete(t::table.filter(t::updated_at.lt(older_than))).execute(conn)?)
}
