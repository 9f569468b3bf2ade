//! The rows of the log as the capture inserts them.

#![expect(
    single_use_lifetimes,
    reason = "`Insertable` writes an implementation that names its lifetime once"
)]

use crate::model::{CapturedBatch, ChatId, MessageId, NewMessage, SessionId, UtcTime};
#[cfg(feature = "postgres-system")]
use crate::store::capture::arrays;
use crate::store::capture::columns::columns;
use crate::store::capture::{Committed, Member, edits};
use crate::store::columns::storable;
use crate::store::messages::folded;
use crate::store::revisions::Version;
use crate::store::schema::messages as t;
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;

columns! { (batch, message) =>
    session_id: SessionId = batch.session_id,
    chat_id: ChatId = message.content.chat_id,
    message_id: MessageId = message.content.message_id,
    sender_id: Option<ChatId> = message.content.sender_id,
    outgoing: bool = message.content.outgoing,
    silent: bool = message.content.silent,
    text: Cow<'a, str> = storable(&message.content.text),
    text_folded: String = folded(&storable(&message.content.text)),
    entities: String = message.content.entities.to_string(),
    reply_to: Option<MessageId> = message.content.reply_to,
    forward: Option<String> = message.content.forward.as_ref().map(Value::to_string),
    media: Option<String> = message.content.media.as_ref().map(Value::to_string),
    service: Option<String> = message.content.service.as_ref().map(Value::to_string),
    sent_at: UtcTime = message.content.sent_at,
    edited_at: Option<UtcTime> = message.content.edited_at,
    captured_at: UtcTime = batch.captured_at,
    raw: &'a [u8] = &message.raw,
    pts: Option<i32> = message.pts,
    is_history: bool = batch.is_history(message.content.message_id),
    post_author: Option<Cow<'a, str>> = message.content.post_author.as_deref().map(storable),
}

impl NewRow<'_> {
    pub(super) fn key(&self) -> Key {
        (self.session_id, self.chat_id, self.message_id)
    }

    pub(super) fn version(&self) -> Version<'_> {
        (self.edited_at, self.content())
    }

    pub(super) fn content(&self) -> (&str, &str, Option<&str>) {
        (&self.text, &self.entities, self.media.as_deref())
    }
}

/// What tells one message of the log from all others.
pub(super) type Key = (SessionId, ChatId, MessageId);

/// A message with the place of its batch in the group.
pub(super) struct Received<'a> {
    pub(super) place: usize,
    pub(super) row: NewRow<'a>,
}

/// Rows of a statement: 20 values each, under the 32,766 that SQLite takes.
pub(super) const CHUNK: usize = 500;

/// Stores the messages of batches, each in the order of its account.
pub(super) fn store(
    conn: &mut AnyConnection,
    stage: &[Member<'_>],
    done: &mut [Committed],
) -> Result<(), Error> {
    let all = stage.iter().flat_map(|&(place, batch)| {
        let messages = batch.messages.iter();
        messages.map(move |message| Received {
            place,
            row: NewRow::new(batch, message),
        })
    });
    // Of several versions only the first can be new; the others follow in order.
    let mut seen = HashSet::new();
    let (first, later): (Vec<_>, Vec<_>) = all.partition(|message| seen.insert(message.row.key()));
    let mut known = Vec::new();
    for chunk in first.chunks(CHUNK) {
        let new = insert_new(conn, chunk)?;
        for message in chunk {
            if new.contains(&message.row.key()) {
                count(done, message.place, |counts| &mut counts.inserted);
            } else {
                known.push(message);
            }
        }
    }
    known.extend(&later);
    edits::settle(conn, &known, done)
}

/// Adds one to a count of the batch at that place.
pub(super) fn count(
    done: &mut [Committed],
    place: usize,
    which: impl FnOnce(&mut Committed) -> &mut usize,
) {
    if let Some(counts) = done.get_mut(place) {
        *which(counts) += 1;
    }
}

/// Inserts the messages that are not stored yet, and says which ones they were.
pub(super) fn insert_new(
    conn: &mut AnyConnection,
    messages: &[Received<'_>],
) -> Result<HashSet<Key>, Error> {
    let rows: Vec<&NewRow<'_>> = messages.iter().map(|message| &message.row).collect();
    let inserted: Vec<Key> = match conn {
        #[cfg(feature = "postgres-system")]
        AnyConnection::Postgres(conn) => arrays::insert(conn, &rows)?,
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(conn) => diesel::insert_into(t::table)
            .values(rows)
            .on_conflict((t::session_id, t::message_id, t::chat_id))
            .do_nothing()
            .returning((t::session_id, t::chat_id, t::message_id))
            .load(conn)?,
    };
    Ok(inserted.into_iter().collect())
}
