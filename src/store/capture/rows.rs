//! The rows of the log as the capture inserts them.

#![expect(
    single_use_lifetimes,
    reason = "`Insertable` writes an implementation that names its lifetime once"
)]

use crate::model::{CapturedBatch, ChatId, MessageId, NewMessage, SessionId, UtcTime};
#[cfg(feature = "postgres-system")]
use crate::store::capture::arrays;
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

#[derive(Insertable)]
#[diesel(table_name = t, treat_none_as_default_value = false)]
pub(super) struct NewRow<'a> {
    pub(super) session_id: SessionId,
    pub(super) chat_id: ChatId,
    pub(super) message_id: MessageId,
    pub(super) sender_id: Option<ChatId>,
    pub(super) outgoing: bool,
    pub(super) silent: bool,
    pub(super) text: Cow<'a, str>,
    pub(super) text_folded: String,
    pub(super) entities: String,
    pub(super) reply_to: Option<MessageId>,
    pub(super) forward: Option<String>,
    pub(super) media: Option<String>,
    pub(super) service: Option<String>,
    pub(super) sent_at: UtcTime,
    pub(super) edited_at: Option<UtcTime>,
    pub(super) captured_at: UtcTime,
    pub(super) raw: &'a [u8],
    pub(super) pts: Option<i32>,
    #[diesel(skip_insertion)]
    pub(super) from_history: bool,
}

impl<'a> NewRow<'a> {
    pub(super) fn new(batch: &CapturedBatch, message: &'a NewMessage) -> Self {
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
            pts: message.pts,
            from_history: batch.from_history,
        }
    }

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

/// Rows of a statement: 18 values each, under the 32,766 that SQLite takes.
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
fn insert_new(conn: &mut AnyConnection, messages: &[Received<'_>]) -> Result<HashSet<Key>, Error> {
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
