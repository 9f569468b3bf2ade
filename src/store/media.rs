//! The table of the files of messages: which there are, and what became of their bytes.
//!
//! A row is made once for each message that has a file, so that its uuid stays; an edit that shows
//! another file takes the row over. It must not know how bytes are had or where they are kept:
//! which bytes there are says [`crate::store::media_objects`].

use crate::model::{
    ChatId, FileKind, FileUuid, Media, MediaClass, MediaState, MessageFile, MessageId, ObjectName,
    SessionId, StoredObject, UtcTime,
};
use crate::store::backend::on_backend;
use crate::store::columns::storable;
use crate::store::schema::{media as t, media_objects as objects, messages};
use crate::store::{AnyConnection, Error};
use diesel::prelude::*;
use serde_json::Value;

/// Messages of one chat of an account.
#[derive(Clone, Debug)]
pub struct MessagesOfChat {
    /// The account.
    pub session_id: SessionId,
    /// The chat.
    pub chat_id: ChatId,
    /// The messages' numbers there.
    pub ids: Vec<MessageId>,
}

/// What is known of the files of messages.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Those that have a row.
    pub media: Vec<Media>,
    /// The messages that seem to have a file and no row that was made from their last edit.
    pub unread: Vec<MessageId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    id: i64,
    uuid: FileUuid,
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
    message_edited_at: Option<UtcTime>,
    class: MediaClass,
    kind: FileKind,
    file_id: i64,
    mime_type: String,
    file_name: Option<String>,
    size: i64,
    state: MediaState,
    object: Option<ObjectName>,
    attempts: i32,
    pinned: bool,
    updated_at: UtcTime,
}

impl Row {
    fn media(self, object_size: Option<i64>) -> Media {
        let bytes = |count: i64| u64::try_from(count).unwrap_or_default();
        Media {
            id: self.id,
            uuid: self.uuid,
            session_id: self.session_id,
            chat_id: self.chat_id,
            message_id: self.message_id,
            file: MessageFile {
                class: self.class,
                kind: self.kind,
                file_id: self.file_id,
                mime: self.mime_type,
                name: self.file_name,
                size: bytes(self.size),
            },
            state: self.state,
            object: self.object.map(|name| StoredObject {
                name,
                size: object_size.map_or(0, bytes),
            }),
            attempts: u32::try_from(self.attempts).unwrap_or_default(),
            pinned: self.pinned,
            updated_at: self.updated_at,
        }
    }
}

/// Whether a message's media, as it is stored, seems to be a file: these have an id in their
/// summary, unless they have run out.
fn may_be_file(summary: &str) -> bool {
    let summary: Result<Value, _> = serde_json::from_str(summary);
    summary.is_ok_and(|summary| summary.get("id").is_some())
}

/// What is known of the files of these messages of the log. One statement.
///
/// Index: `messages_key`, `media_key`.
pub fn known(conn: &mut AnyConnection, of: &MessagesOfChat) -> Result<Known, Error> {
    type Found = (
        MessageId,
        Option<UtcTime>,
        Option<String>,
        Option<Row>,
        Option<i64>,
    );
    let same_message = t::session_id
        .eq(messages::session_id)
        .and(t::message_id.eq(messages::message_id))
        .and(t::chat_id.eq(messages::chat_id));
    let found: Vec<Found> = messages::table
        .left_join(t::table.on(same_message))
        .left_join(objects::table.on(t::object.eq(objects::name.nullable())))
        .filter(messages::session_id.eq(of.session_id))
        .filter(messages::message_id.eq_any(of.ids.clone()))
        .filter(messages::chat_id.eq(of.chat_id))
        .filter(messages::media.is_not_null())
        .select((
            messages::message_id,
            messages::edited_at,
            messages::media,
            Option::<Row>::as_select(),
            objects::size.nullable(),
        ))
        .load(conn)?;
    let mut known = Known::default();
    for (id, edited_at, summary, row, object_size) in found {
        if !summary.as_deref().is_some_and(may_be_file) {
            continue;
        }
        match row.filter(|row| row.message_edited_at == edited_at) {
            Some(row) => known.media.push(row.media(object_size)),
            None => known.unread.push(id),
        }
    }
    Ok(known)
}

/// A message of the log with its raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    /// Its number.
    pub message_id: MessageId,
    /// When it was last edited.
    pub edited_at: Option<UtcTime>,
    /// The message in TL.
    pub raw: Vec<u8>,
}

/// The raw bytes of these messages of the log.
pub fn raw_messages(
    conn: &mut AnyConnection,
    of: &MessagesOfChat,
) -> Result<Vec<RawMessage>, Error> {
    let rows: Vec<(MessageId, Option<UtcTime>, Vec<u8>)> = messages::table
        .filter(messages::session_id.eq(of.session_id))
        .filter(messages::message_id.eq_any(of.ids.clone()))
        .filter(messages::chat_id.eq(of.chat_id))
        .select((messages::message_id, messages::edited_at, messages::raw))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(message_id, edited_at, raw)| RawMessage {
            message_id,
            edited_at,
            raw,
        })
        .collect())
}

/// Notes the file of a message as it is since an edit. To be called in a write transaction.
///
/// A row that is there keeps its uuid; it keeps its bytes as well when the file is the same.
pub fn note(
    conn: &mut AnyConnection,
    (session_id, chat_id, message_id): (SessionId, ChatId, MessageId),
    edited_at: Option<UtcTime>,
    file: &MessageFile,
    now: UtcTime,
) -> Result<(), Error> {
    let size = i64::try_from(file.size).unwrap_or(i64::MAX);
    let name = file.name.as_deref().map(storable);
    let inserted: usize = on_backend!(conn, |c| diesel::insert_into(t::table)
        .values((
            t::uuid.eq(FileUuid::random()),
            t::session_id.eq(session_id),
            t::chat_id.eq(chat_id),
            t::message_id.eq(message_id),
            t::message_edited_at.eq(edited_at),
            t::class.eq(file.class),
            t::kind.eq(file.kind),
            t::file_id.eq(file.file_id),
            t::mime_type.eq(storable(&file.mime)),
            t::file_name.eq(&name),
            t::size.eq(size),
            t::state.eq(MediaState::Skipped),
            t::updated_at.eq(now),
        ))
        .on_conflict((t::session_id, t::message_id, t::chat_id))
        .do_nothing()
        .execute(c))?;
    if inserted == 1 {
        return Ok(());
    }
    let row = || {
        t::table
            .filter(t::session_id.eq(session_id))
            .filter(t::message_id.eq(message_id))
            .filter(t::chat_id.eq(chat_id))
    };
    let is_other = t::file_id.ne(file.file_id).or(t::class.ne(file.class));
    diesel::update(row().filter(is_other))
        .set((
            t::state.eq(MediaState::Skipped),
            t::object.eq(None::<ObjectName>),
            t::attempts.eq(0),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::update(row())
        .set((
            t::message_edited_at.eq(edited_at),
            t::class.eq(file.class),
            t::kind.eq(file.kind),
            t::file_id.eq(file.file_id),
            t::mime_type.eq(storable(&file.mime)),
            t::file_name.eq(name),
            t::size.eq(size),
        ))
        .execute(conn)?;
    Ok(())
}

/// One of an account's files.
pub fn get(
    conn: &mut AnyConnection,
    session_id: SessionId,
    uuid: FileUuid,
) -> Result<Option<Media>, Error> {
    let found: Option<(Row, Option<i64>)> = t::table
        .left_join(objects::table)
        .filter(t::session_id.eq(session_id))
        .filter(t::uuid.eq(uuid))
        .select((Row::as_select(), objects::size.nullable()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(row, object_size)| row.media(object_size)))
}

/// The kept bytes of the same file in another message of the account.
pub fn same_file(conn: &mut AnyConnection, media: &Media) -> Result<Option<ObjectName>, Error> {
    let found: Option<Option<ObjectName>> = t::table
        .filter(t::session_id.eq(media.session_id))
        .filter(t::file_id.eq(media.file.file_id))
        .filter(t::class.eq(media.file.class))
        .filter(t::state.eq(MediaState::Stored))
        .select(t::object)
        .first(conn)
        .optional()?;
    Ok(found.flatten())
}

/// The file's bytes are kept, if it is still that file. To be called with the object's row put.
pub fn stored(
    conn: &mut AnyConnection,
    media: &Media,
    object: ObjectName,
    now: UtcTime,
) -> Result<bool, Error> {
    let rows = diesel::update(
        t::table
            .find(media.id)
            .filter(t::file_id.eq(media.file.file_id)),
    )
    .set((
        t::state.eq(MediaState::Stored),
        t::object.eq(object),
        t::attempts.eq(0),
        t::updated_at.eq(now),
    ))
    .execute(conn)?;
    Ok(rows == 1)
}

/// The file's bytes could not be had, after so many attempts.
pub fn failed(
    conn: &mut AnyConnection,
    media: &Media,
    attempts: u32,
    now: UtcTime,
) -> Result<(), Error> {
    let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
    let unstored = t::table
        .find(media.id)
        .filter(t::state.ne(MediaState::Stored));
    diesel::update(unstored)
        .set((
            t::state.eq(MediaState::Failed),
            t::attempts.eq(attempts),
            t::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lets the bytes of one of an account's files stay when others have to make room, or no longer.
/// `false` when there is no such file.
pub fn pin(
    conn: &mut AnyConnection,
    session_id: SessionId,
    uuid: FileUuid,
    pinned: bool,
) -> Result<bool, Error> {
    let row = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::uuid.eq(uuid));
    let rows = diesel::update(row)
        .set(t::pinned.eq(pinned))
        .execute(conn)?;
    Ok(rows == 1)
}
