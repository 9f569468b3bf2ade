//! Messages that are stored already: edits take the place of the earlier version, which is kept,
//! and duplicates change nothing.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::capture::Committed;
use crate::store::capture::changes::Changes;
use crate::store::capture::rows::{CHUNK, Key, NewRow, Received, count};
use crate::store::schema::messages as t;
use crate::store::values::placeholders;
use crate::store::{AnyConnection, Error, revisions, unreadable};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer};
use std::collections::{HashMap, HashSet};

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
    /// Whether it is what an export said, without Telegram's bytes.
    #[diesel(sql_type = Bool)]
    exported: bool,
}

impl Stored {
    fn content(&self) -> (&str, &str, Option<&str>) {
        (&self.text, &self.entities, self.media.as_deref())
    }
}

/// Compares messages with the stored ones, in their order, and writes those that are edits.
pub(super) fn settle<'a>(
    conn: &mut AnyConnection,
    messages: &[&'a Received<'a>],
    done: &mut [Committed],
) -> Result<(), Error> {
    for chunk in messages.chunks(CHUNK) {
        let mut stored = load_stored(conn, chunk)?;
        let mut changes = Changes::default();
        for message in chunk {
            if settle_one(conn, &mut stored, &mut changes, &message.row)? {
                count(done, message.place, |counts| &mut counts.edited);
            } else {
                count(done, message.place, |counts| &mut counts.duplicates);
            }
        }
        changes.write(conn)?;
    }
    Ok(())
}

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
    format!(
        "WITH target (session_id, chat_id, message_id) AS (VALUES {}) \
         SELECT messages.id, messages.session_id, messages.chat_id, messages.message_id, \
         messages.text, messages.entities, messages.media, messages.edited_at, messages.pts, \
         length(messages.raw) = 0 AS exported \
         FROM target CROSS JOIN messages WHERE messages.session_id = target.session_id \
         AND messages.message_id = target.message_id \
         AND messages.chat_id + 0 = target.chat_id",
        placeholders(keys, 3)
    )
}

/// Whether the message was an edit of a stored one; if so, it has taken its place.
fn settle_one<'a>(
    conn: &mut AnyConnection,
    stored: &mut HashMap<Key, Stored>,
    changes: &mut Changes<'a>,
    row: &'a NewRow<'a>,
) -> Result<bool, Error> {
    let Some(old) = stored.get_mut(&row.key()) else {
        return Ok(false);
    };
    if changes.has_edit(old.id) {
        // It is compared with what is stored, earlier versions with it.
        changes.write(conn)?;
    }
    let readable = !unreadable::is_media(old.media.as_deref());
    // Telegram tells the same version better, which is no edit.
    let better = old.exported && row.edited_at == old.edited_at;
    if better {
        fill_in(conn, old.id, row)?;
    } else if !readable {
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
    } else {
        note_place(changes, old, row);
        return Ok(false);
    }
    // Nobody knows the place of one that was asked for outside channels.
    old.pts = row.pts.or(old.pts.filter(|_| !row.from_history));
    changes.edit(old.id, row, old.pts, readable && !better);
    old.exported = false;
    old.text = row.text.to_string();
    old.entities.clone_from(&row.entities);
    old.media.clone_from(&row.media);
    old.edited_at = row.edited_at;
    Ok(!better)
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
fn note_place(changes: &mut Changes<'_>, old: &mut Stored, new: &NewRow<'_>) {
    let again = new.edited_at == old.edited_at && new.content() == old.content();
    if let Some(pts) = new.pts
        && again
        && new.edited_at.is_some()
        && new.pts > old.pts
    {
        old.pts = new.pts;
        changes.place(old.id, pts);
    }
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
