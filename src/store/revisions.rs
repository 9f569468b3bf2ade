//! The table of earlier versions: what an edit replaced.
//!
//! It owns the copying of a stored message before it is overwritten, and the listing of copies.
//! Whether a message counts as edited is decided in [`crate::store::capture`].

use crate::model::{ChatId, MessageId, Revision, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::{Json, MaybeJson};
use crate::store::read_as::read_as;
use crate::store::schema::{message_revisions as t, messages};
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp};

read_as!(Revision {
    text: String = t::text,
    entities: Json = t::entities,
    media: MaybeJson = t::media,
    edited_at: Option<UtcTime> = t::edited_at,
    replaced_at: UtcTime = t::replaced_at,
});

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
        .select(Revision::as_select())
        .load(conn)?)
}

/// Copies stored messages into the table, each with the instant at which it was replaced.
pub(super) fn keep(conn: &mut AnyConnection, replaced: &[(i64, UtcTime)]) -> Result<(), Error> {
    if replaced.is_empty() {
        return Ok(());
    }
    let text = statement(replaced.len());
    let _: usize = on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for (message_row, at) in replaced {
            query = query
                .bind::<BigInt, _>(message_row)
                .bind::<Timestamp, _>(at);
        }
        query.execute(c)
    })?;
    Ok(())
}

/// The text for so many rows, which both databases take.
pub(super) fn statement(rows: usize) -> String {
    format!(
        "WITH replaced (id, at) AS (VALUES {}) INSERT INTO message_revisions \
         (message_row, text, entities, media, edited_at, raw, pts, replaced_at) \
         SELECT messages.id, messages.text, messages.entities, messages.media, \
         messages.edited_at, messages.raw, messages.pts, replaced.at \
         FROM replaced CROSS JOIN messages WHERE messages.id = replaced.id",
        placeholders(rows, 2)
    )
}

/// A version of a message, told by its edit date and its content. JSON is compared as text.
pub(super) type Version<'a> = (Option<UtcTime>, (&'a str, &'a str, Option<&'a str>));

/// Whether such a version was kept before.
pub(super) fn is_known(
    conn: &mut AnyConnection,
    message_row: i64,
    version: Version<'_>,
) -> Result<bool, Error> {
    Ok(!find(conn, message_row, version)?.is_empty())
}

/// Forgets a version that was asked for, and so was stored before those that led to it: it is
/// being told in its place now.
pub(super) fn forget_asked(
    conn: &mut AnyConnection,
    message_row: i64,
    version: Version<'_>,
) -> Result<(), Error> {
    let kept = find(conn, message_row, version)?;
    let asked = kept.into_iter().find(|(_, pts)| pts.is_none());
    if let Some((id, _)) = asked {
        diesel::delete(t::table.find(id)).execute(conn)?;
    }
    Ok(())
}

/// The copies of such a version, each with its place.
fn find(
    conn: &mut AnyConnection,
    message_row: i64,
    (edited_at, content): Version<'_>,
) -> Result<Vec<(i64, Option<i32>)>, Error> {
    let kept: Vec<Kept> = t::table
        .filter(t::message_row.eq(message_row))
        .filter(t::text.eq(content.0))
        .order(t::id.desc())
        .select(Kept::as_select())
        .load(conn)?;
    let same = kept.into_iter().filter(|kept| {
        let (entities, media) = (kept.entities.as_str(), kept.media.as_deref());
        (kept.edited_at, (content.0, entities, media)) == (edited_at, content)
    });
    Ok(same.map(|kept| (kept.id, kept.pts)).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Kept {
    id: i64,
    entities: String,
    media: Option<String>,
    edited_at: Option<UtcTime>,
    pts: Option<i32>,
}
