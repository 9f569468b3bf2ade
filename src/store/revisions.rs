//! The table of earlier versions: what an edit replaced.
//!
//! It owns the copying of a stored message before it is overwritten, and the listing of copies.
//! Whether a message counts as edited is decided in [`crate::store::capture`].

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::columns::{Json, MaybeJson};
use crate::store::schema::{message_revisions as t, messages};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use serde_json::Value;

/// An earlier version of a message.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Revision {
    /// The text it had.
    pub text: String,
    /// Its entities, an array.
    #[diesel(deserialize_as = Json)]
    pub entities: Value,
    /// The summary of its media.
    #[diesel(deserialize_as = MaybeJson)]
    pub media: Option<Value>,
    /// When this version was made by an edit; `None` for the first version.
    pub edited_at: Option<UtcTime>,
    /// When the next version was captured.
    pub replaced_at: UtcTime,
}

/// The earlier versions of a message, oldest first.
pub fn list(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
) -> Result<Vec<Revision>, Error> {
    Ok(t::table
        .inner_join(messages::table)
        .filter(messages::session_id.eq(session_id))
        .filter(messages::message_id.eq(message_id))
        .filter(messages::chat_id.eq(chat_id))
        .order(t::id)
        .select((t::text, t::entities, t::media, t::edited_at, t::replaced_at))
        .load(conn)?)
}

/// Copies a stored message into the table.
pub(super) fn keep(conn: &mut AnyConnection, message_row: i64, now: UtcTime) -> Result<(), Error> {
    messages::table
        .filter(messages::id.eq(message_row))
        .select((
            messages::id,
            messages::text,
            messages::entities,
            messages::media,
            messages::edited_at,
            messages::raw,
            now.into_sql::<diesel::sql_types::Timestamp>(),
        ))
        .insert_into(t::table)
        .into_columns((
            t::message_row,
            t::text,
            t::entities,
            t::media,
            t::edited_at,
            t::raw,
            t::replaced_at,
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether a version with this edit date and content was kept before. JSON is compared as text.
pub(super) fn is_known(
    conn: &mut AnyConnection,
    message_row: i64,
    edited_at: Option<UtcTime>,
    content: (&str, &str, Option<&str>),
) -> Result<bool, Error> {
    let kept: Vec<(String, String, Option<String>, Option<UtcTime>)> = t::table
        .filter(t::message_row.eq(message_row))
        .filter(t::text.eq(content.0))
        .select((t::text, t::entities, t::media, t::edited_at))
        .load(conn)?;
    Ok(kept.iter().any(|(text, entities, media, at)| {
        (text.as_str(), entities.as_str(), media.as_deref()) == content && *at == edited_at
    }))
}
