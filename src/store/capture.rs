//! Writing what an account has received: one batch of updates, in the caller's transaction.
//!
//! It owns the rules by which messages, edits and deletions become rows, so that a batch that is
//! replayed after a crash changes nothing. The common case, new messages only, takes one
//! statement for many rows. It must not know what Telegram's updates look like.

#![expect(
    single_use_lifetimes,
    reason = "`Insertable` writes an implementation that names its lifetime once"
)]

use crate::model::{ChatId, GapCause, MessageBox, MessageId, SessionId, UtcTime};
use crate::store::backend::on_backend;
use crate::store::columns::storable;
use crate::store::messages::folded;
use crate::store::peers::{self, PeerRow};
use crate::store::schema::messages as t;
use crate::store::update_states::{self, UpdatesPosition};
use crate::store::{AnyConnection, Error, gaps, revisions};
use diesel::prelude::*;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What one batch of updates brought to one account.
#[derive(Clone, Debug)]
pub struct CapturedBatch {
    /// The account.
    pub session_id: SessionId,
    /// Peers that came along.
    pub peers: Vec<PeerRow>,
    /// New and edited messages, in the order of the updates.
    pub messages: Vec<NewMessage>,
    /// Deletions, which apply after the messages.
    pub deletions: Vec<Deletion>,
    /// The position with this batch included.
    pub position: Option<UpdatesPosition>,
    /// Where messages may be missing from this position on.
    pub gaps: Vec<(MessageBox, GapCause)>,
    /// The present instant.
    pub captured_at: UtcTime,
    /// Whether the messages were asked for, and so are as they are now: of two versions with one
    /// edit date, such a one is the later.
    pub from_history: bool,
}

/// A message as an update brought it, new or edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// The chat.
    pub chat_id: ChatId,
    /// Its number in the chat.
    pub message_id: MessageId,
    /// Who wrote it.
    pub sender_id: Option<ChatId>,
    /// Whether the account itself wrote it.
    pub outgoing: bool,
    /// Whether it came without a notification.
    pub silent: bool,
    /// The text.
    pub text: String,
    /// The text's entities, an array; offsets count UTF-16 units.
    pub entities: Value,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// Where it was forwarded from.
    pub forward: Option<Value>,
    /// A summary of its media.
    pub media: Option<Value>,
    /// A summary of the action, for service messages.
    pub service: Option<Value>,
    /// When it was sent.
    pub sent_at: UtcTime,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// The message in TL, as it came.
    pub raw: Vec<u8>,
}

/// Messages that were deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Their channel; `None` for any private chat or basic group, which share their numbers.
    pub channel: Option<ChatId>,
    /// Their numbers.
    pub message_ids: Vec<MessageId>,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Messages stored for the first time.
    pub inserted: usize,
    /// Messages that took the place of an earlier version.
    pub edited: usize,
    /// Messages marked as deleted.
    pub deleted: usize,
    /// Messages that were stored already.
    pub duplicates: usize,
    /// Gaps that were opened.
    pub gaps: usize,
}

/// Stores a batch: peers, then messages in their order, then deletions, then the position.
///
/// To be called in a write transaction. A message that is stored already is an edit when its edit
/// date is later, or is the same with a content that no stored version has; the version that it
/// replaces is kept as a revision. Anything else is a duplicate and changes nothing.
pub fn commit(conn: &mut AnyConnection, batch: &CapturedBatch) -> Result<Committed, Error> {
    if !batch.peers.is_empty() {
        peers::upsert_many(conn, batch.session_id, &batch.peers, batch.captured_at)?;
    }
    let mut done = Committed::default();
    store_messages(conn, batch, &mut done)?;
    for deletion in &batch.deletions {
        done.deleted += mark_deleted(conn, batch, deletion)?;
    }
    if let Some(position) = &batch.position {
        update_states::put(conn, batch.session_id, position, batch.captured_at)?;
    }
    for (message_box, cause) in &batch.gaps {
        done.gaps += usize::from(gaps::open(
            conn,
            batch.session_id,
            *message_box,
            *cause,
            batch.captured_at,
        )?);
    }
    Ok(done)
}

#[derive(Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
struct NewRow<'a> {
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
    sender_id: Option<ChatId>,
    outgoing: bool,
    silent: bool,
    text: Cow<'a, str>,
    text_folded: String,
    entities: String,
    reply_to: Option<MessageId>,
    forward: Option<String>,
    media: Option<String>,
    service: Option<String>,
    sent_at: UtcTime,
    edited_at: Option<UtcTime>,
    captured_at: UtcTime,
    raw: &'a [u8],
    #[diesel(skip_insertion)]
    from_history: bool,
}

impl<'a> NewRow<'a> {
    fn new(batch: &CapturedBatch, message: &'a NewMessage) -> Self {
        let text = storable(&message.text);
        Self {
            session_id: batch.session_id,
            chat_id: message.chat_id,
            message_id: message.message_id,
            sender_id: message.sender_id,
            outgoing: message.outgoing,
            silent: message.silent,
            text_folded: folded(&text),
            text,
            entities: message.entities.to_string(),
            reply_to: message.reply_to,
            forward: message.forward.as_ref().map(Value::to_string),
            media: message.media.as_ref().map(Value::to_string),
            service: message.service.as_ref().map(Value::to_string),
            sent_at: message.sent_at,
            edited_at: message.edited_at,
            captured_at: batch.captured_at,
            raw: &message.raw,
            from_history: batch.from_history,
        }
    }

    fn key(&self) -> (ChatId, MessageId) {
        (self.chat_id, self.message_id)
    }

    fn content(&self) -> (&str, &str, Option<&str>) {
        (&self.text, &self.entities, self.media.as_deref())
    }
}

/// Rows of a statement: 17 values each, under the 32,766 that SQLite takes.
const CHUNK: usize = 500;

fn store_messages(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    done: &mut Committed,
) -> Result<(), Error> {
    // Of several versions in one batch only the first can be new; the others follow in order.
    let mut seen = HashSet::with_capacity(batch.messages.len());
    let (first, later): (Vec<NewRow<'_>>, Vec<NewRow<'_>>) = batch
        .messages
        .iter()
        .map(|message| NewRow::new(batch, message))
        .partition(|row| seen.insert(row.key()));
    for chunk in first.chunks(CHUNK) {
        let inserted = insert_new(conn, chunk)?;
        done.inserted += inserted;
        if inserted < chunk.len() {
            // Rows inserted just now compare equal, so which ones they were does not matter.
            let edited = reconcile(conn, chunk)?;
            done.edited += edited;
            done.duplicates += chunk.len() - inserted - edited;
        }
    }
    for chunk in later.chunks(CHUNK) {
        let edited = reconcile(conn, chunk)?;
        done.edited += edited;
        done.duplicates += chunk.len() - edited;
    }
    Ok(())
}

fn insert_new(conn: &mut AnyConnection, rows: &[NewRow<'_>]) -> Result<usize, Error> {
    // Diesel prepares a statement of many rows anew each time, and one of a single row once.
    if let [row] = rows {
        return Ok(on_backend!(conn, |c| diesel::insert_into(t::table)
            .values(row)
            .on_conflict((t::session_id, t::message_id, t::chat_id))
            .do_nothing()
            .execute(c))?);
    }
    let inserted: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((t::session_id, t::message_id, t::chat_id))
        .do_nothing()
        .execute(c))?;
    Ok(inserted)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Stored {
    id: i64,
    chat_id: ChatId,
    message_id: MessageId,
    text: String,
    entities: String,
    media: Option<String>,
    edited_at: Option<UtcTime>,
}

/// Compares rows with the stored ones and writes those that are edits; says how many were.
fn reconcile(conn: &mut AnyConnection, rows: &[NewRow<'_>]) -> Result<usize, Error> {
    let mut stored = load_stored(conn, rows)?;
    let mut edited = 0;
    for row in rows {
        let Some(old) = stored.get_mut(&row.key()) else {
            continue;
        };
        if !is_edit(conn, old, row)? {
            continue;
        }
        revisions::keep(conn, old.id, row.captured_at)?;
        overwrite(conn, old.id, row)?;
        old.text = row.text.to_string();
        old.entities.clone_from(&row.entities);
        old.media.clone_from(&row.media);
        old.edited_at = row.edited_at;
        edited += 1;
    }
    Ok(edited)
}

/// The stored rows of those keys, by the index `messages_key`.
fn load_stored(
    conn: &mut AnyConnection,
    rows: &[NewRow<'_>],
) -> Result<HashMap<(ChatId, MessageId), Stored>, Error> {
    let Some(session_id) = rows.first().map(|row| row.session_id) else {
        return Ok(HashMap::new());
    };
    let ids: Vec<MessageId> = rows.iter().map(|row| row.message_id).collect();
    let stored: Vec<Stored> = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::message_id.eq_any(ids))
        .select(Stored::as_select())
        .load(conn)?;
    Ok(stored
        .into_iter()
        .map(|row| ((row.chat_id, row.message_id), row))
        .collect())
}

fn is_edit(conn: &mut AnyConnection, old: &Stored, new: &NewRow<'_>) -> Result<bool, Error> {
    // `None`, never edited, is earlier than any date.
    match new.edited_at.cmp(&old.edited_at) {
        std::cmp::Ordering::Less => Ok(false),
        std::cmp::Ordering::Greater => Ok(true),
        std::cmp::Ordering::Equal => {
            let same = new.content() == (&old.text, &old.entities, old.media.as_deref());
            if new.from_history {
                return Ok(!same);
            }
            // Two edits within a second share a date; the first of them, replayed, is no news.
            Ok(!same && !revisions::is_known(conn, old.id, new.edited_at, new.content())?)
        }
    }
}

fn overwrite(conn: &mut AnyConnection, id: i64, row: &NewRow<'_>) -> Result<(), Error> {
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
        ))
        .execute(conn)?;
    Ok(())
}

fn mark_deleted(
    conn: &mut AnyConnection,
    batch: &CapturedBatch,
    deletion: &Deletion,
) -> Result<usize, Error> {
    let mut marked = 0;
    for ids in deletion.message_ids.chunks(CHUNK) {
        let target = t::table
            .filter(t::session_id.eq(batch.session_id))
            .filter(t::message_id.eq_any(ids.to_vec()))
            .filter(t::deleted_at.is_null());
        let deleted_at = t::deleted_at.eq(batch.captured_at);
        marked += match deletion.channel {
            Some(channel) => diesel::update(target.filter(t::chat_id.eq(channel)))
                .set(deleted_at)
                .execute(conn)?,
            // Marked ids of channels lie below all others.
            None => diesel::update(target.filter(t::chat_id.gt(ChatId::channel(0))))
                .set(deleted_at)
                .execute(conn)?,
        };
    }
    Ok(marked)
}
