//! Messages that are stored already: edits take the place of the earlier version, which is kept,
//! and duplicates change nothing.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::capture::Committed;
use crate::store::capture::rows::{CHUNK, Key, NewRow, Received, count};
use crate::store::schema::messages as t;
use crate::store::{AnyConnection, Error, revisions, unreadable};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(QueryableByName)]
#[diesel(table_name = t)]
struct Stored {
    id: i64,
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
    text: String,
    entities: String,
    media: Option<String>,
    edited_at: Option<UtcTime>,
    pts: Option<i32>,
}

impl Stored {
    fn content(&self) -> (&str, &str, Option<&str>) {
        (&self.text, &self.entities, self.media.as_deref())
    }
}

/// Compares messages with the stored ones, in their order, and writes those that are edits.
pub(super) fn settle(
    conn: &mut AnyConnection,
    messages: &[&Received<'_>],
    done: &mut [Committed],
) -> Result<(), Error> {
    for chunk in messages.chunks(CHUNK) {
        let mut stored = load_stored(conn, chunk)?;
        let mut places = Places::new();
        for message in chunk {
            if settle_one(conn, &mut stored, &mut places, &message.row)? {
                count(done, message.place, |counts| &mut counts.edited);
            } else {
                count(done, message.place, |counts| &mut counts.duplicates);
            }
        }
        write_places(conn, places)?;
    }
    Ok(())
}

/// By row, the places of stored versions that are still to be written.
type Places = BTreeMap<i64, i32>;

/// The stored rows of those messages.
fn load_stored(
    conn: &mut AnyConnection,
    messages: &[&Received<'_>],
) -> Result<HashMap<Key, Stored>, Error> {
    let keys: HashSet<Key> = messages.iter().map(|message| message.row.key()).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let text = statement(keys.len());
    let stored: Vec<Stored> = on_backend!(conn, |c| {
        let mut query = diesel::sql_query(text).into_boxed();
        for (session_id, chat_id, message_id) in keys {
            query = query
                .bind::<BigInt, _>(session_id)
                .bind::<BigInt, _>(chat_id)
                .bind::<Integer, _>(message_id);
        }
        query.load(c)
    })?;
    let keyed = stored.into_iter().map(|row| {
        let key = (row.session_id, row.chat_id, row.message_id);
        (key, row)
    });
    Ok(keyed.collect())
}

/// The text for so many keys, which both databases take.
///
/// Without statistics PostgreSQL takes any index for as good as another, and would read all of a chat
/// or an account: the chat as a sum leaves only the index `messages_key`. SQLite keeps the order of a
/// `CROSS JOIN` (<https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join>);
/// by itself it would read the whole log for 200 keys. Nor may the text be one that is prepared once:
/// its plan would be kept from when the table was small.
pub(super) fn statement(keys: usize) -> String {
    let values: Vec<String> = (0..keys)
        .map(|key| {
            let first = key * 3 + 1;
            format!("(${first}, ${}, ${})", first + 1, first + 2)
        })
        .collect();
    format!(
        "WITH target (session_id, chat_id, message_id) AS (VALUES {}) \
         SELECT messages.id, messages.session_id, messages.chat_id, messages.message_id, \
         messages.text, messages.entities, messages.media, messages.edited_at, messages.pts \
         FROM target CROSS JOIN messages WHERE messages.session_id = target.session_id \
         AND messages.message_id = target.message_id \
         AND messages.chat_id + 0 = target.chat_id",
        values.join(", ")
    )
}

/// Whether the message was an edit of a stored one; if so, it has taken its place.
fn settle_one(
    conn: &mut AnyConnection,
    stored: &mut HashMap<Key, Stored>,
    places: &mut Places,
    row: &NewRow<'_>,
) -> Result<bool, Error> {
    let Some(old) = stored.get_mut(&row.key()) else {
        return Ok(false);
    };
    if unreadable::is_media(old.media.as_deref()) {
        if is_earlier(old, row) {
            return Ok(false);
        }
        // What could not be read is no version of its own.
        unreadable::forget(conn, old.id)?;
        fill_in(conn, old.id, row)?;
    } else if is_edit(conn, old, row)? {
        if row.edited_at == old.edited_at {
            revisions::forget_asked(conn, old.id, row.version())?;
        }
        // What is kept is what the row says.
        write_places(conn, places.remove_entry(&old.id))?;
        revisions::keep(conn, old.id, row.captured_at)?;
    } else {
        note_place(places, old, row);
        return Ok(false);
    }
    // Nobody knows the place of one that was asked for outside channels.
    old.pts = row.pts.or(old.pts.filter(|_| !row.from_history));
    overwrite(conn, old.id, row, old.pts)?;
    old.text = row.text.to_string();
    old.entities.clone_from(&row.entities);
    old.media.clone_from(&row.media);
    old.edited_at = row.edited_at;
    Ok(true)
}

fn is_edit(conn: &mut AnyConnection, old: &Stored, new: &NewRow<'_>) -> Result<bool, Error> {
    // `None`, never edited, is earlier than any date.
    match new.edited_at.cmp(&old.edited_at) {
        std::cmp::Ordering::Less => Ok(false),
        std::cmp::Ordering::Greater => Ok(true),
        std::cmp::Ordering::Equal => {
            let same = new.content() == old.content();
            if same {
                return Ok(false);
            }
            // Two edits within a second share a date. An answer is as new as the place that it tells.
            if let (Some(place), Some(old)) = (new.pts, old.pts) {
                return Ok(place > old || new.from_history && place == old);
            }
            if new.from_history {
                return Ok(true);
            }
            // What has been replaced is no news when it is replayed.
            Ok(!revisions::is_known(conn, old.id, new.version())?)
        }
    }
}

/// Whether the stored version, of which only a part could be read, is known to be the later one.
fn is_earlier(old: &Stored, new: &NewRow<'_>) -> bool {
    let told_before = matches!((new.pts, old.pts), (Some(new), Some(old)) if new < old);
    new.edited_at < old.edited_at || told_before && !new.from_history
}

/// The stored version of an edited message has been told once more: whatever was told before is
/// earlier than it.
fn note_place(places: &mut Places, old: &mut Stored, new: &NewRow<'_>) {
    let again = new.edited_at == old.edited_at && new.content() == old.content();
    if let Some(pts) = new.pts
        && again
        && new.edited_at.is_some()
        && new.pts > old.pts
    {
        old.pts = new.pts;
        places.insert(old.id, pts);
    }
}

/// In one statement: whoever is told of a chat once more is told of many edited messages.
///
/// Sources: `UPDATE … FROM` in <https://www.sqlite.org/lang_update.html> and PostgreSQL's manual.
fn write_places(
    conn: &mut AnyConnection,
    places: impl IntoIterator<Item = (i64, i32)>,
) -> Result<(), Error> {
    let places: Vec<_> = places.into_iter().collect();
    if places.is_empty() {
        return Ok(());
    }
    let text = places_statement(&places);
    let _: usize = on_backend!(conn, |c| diesel::sql_query(text).execute(c))?;
    Ok(())
}

pub(super) fn places_statement(places: &[(i64, i32)]) -> String {
    let values: Vec<String> = places
        .iter()
        .map(|(id, pts)| format!("({id}, {pts})"))
        .collect();
    format!(
        "WITH place (id, pts) AS (VALUES {}) \
         UPDATE messages SET pts = place.pts FROM place WHERE messages.id = place.id",
        values.join(", ")
    )
}

/// What an edit does not change, and nobody may have known.
fn fill_in(conn: &mut AnyConnection, id: i64, row: &NewRow<'_>) -> Result<(), Error> {
    diesel::update(t::table.find(id))
        .set((
            t::sender_id.eq(row.sender_id),
            t::outgoing.eq(row.outgoing),
            t::silent.eq(row.silent),
            t::sent_at.eq(row.sent_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts a version in the place of the stored one. One that was asked for comes after all that were
/// told before, so that `pts` is the place of the last that was told.
pub(super) fn overwrite(
    conn: &mut AnyConnection,
    id: i64,
    row: &NewRow<'_>,
    pts: Option<i32>,
) -> Result<(), Error> {
    diesel::update(t::table.find(id))
        .set((
            t::text.eq(&row.text),
            t::text_folded.eq(&row.text_folded),
            t::entities.eq(&row.entities),
            t::reply_to.eq(row.reply_to),
            t::forward.eq(&row.forward),
            t::media.eq(&row.media),
            t::service.eq(&row.service),
            t::edited_at.eq(row.edited_at),
            t::raw.eq(row.raw),
            t::pts.eq(pts),
        ))
        .execute(conn)?;
    Ok(())
}
