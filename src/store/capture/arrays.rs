//! The insert of messages as PostgreSQL takes it fastest: an array for each column.
//!
//! Values for each row make a statement that grows with the rows, which is parsed, checked and
//! planned anew each time; on two cores that cost more than the rows themselves. This text is
//! always the same, and prepared once for each connection.
//!
//! Source: `unnest` in <https://www.postgresql.org/docs/current/functions-array.html>.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use crate::store::capture::rows::{Key, NewRow};
use diesel::pg::Pg;
use diesel::pg::sql_types::Array;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text, Timestamp};

/// The rows, turned into columns.
struct Insert<'a> {
    session_id: Vec<SessionId>,
    chat_id: Vec<ChatId>,
    message_id: Vec<MessageId>,
    sender_id: Vec<Option<ChatId>>,
    outgoing: Vec<bool>,
    silent: Vec<bool>,
    text: Vec<&'a str>,
    text_folded: Vec<&'a str>,
    entities: Vec<&'a str>,
    reply_to: Vec<Option<MessageId>>,
    forward: Vec<Option<&'a str>>,
    media: Vec<Option<&'a str>>,
    service: Vec<Option<&'a str>>,
    sent_at: Vec<UtcTime>,
    edited_at: Vec<Option<UtcTime>>,
    captured_at: Vec<UtcTime>,
    raw: Vec<&'a [u8]>,
    pts: Vec<Option<i32>>,
}

impl<'a> Insert<'a> {
    fn new(rows: &'a [&NewRow<'a>]) -> Self {
        fn column<'a, T>(rows: &'a [&NewRow<'a>], value: impl Fn(&'a NewRow<'a>) -> T) -> Vec<T> {
            rows.iter().map(|row| value(row)).collect()
        }
        Self {
            session_id: column(rows, |row| row.session_id),
            chat_id: column(rows, |row| row.chat_id),
            message_id: column(rows, |row| row.message_id),
            sender_id: column(rows, |row| row.sender_id),
            outgoing: column(rows, |row| row.outgoing),
            silent: column(rows, |row| row.silent),
            text: column(rows, |row| &*row.text),
            text_folded: column(rows, |row| &*row.text_folded),
            entities: column(rows, |row| &*row.entities),
            reply_to: column(rows, |row| row.reply_to),
            forward: column(rows, |row| row.forward.as_deref()),
            media: column(rows, |row| row.media.as_deref()),
            service: column(rows, |row| row.service.as_deref()),
            sent_at: column(rows, |row| row.sent_at),
            edited_at: column(rows, |row| row.edited_at),
            captured_at: column(rows, |row| row.captured_at),
            raw: column(rows, |row| row.raw),
            pts: column(rows, |row| row.pts),
        }
    }
}

/// By which its connection finds the statement that it has prepared.
impl QueryId for Insert<'_> {
    type QueryId = Insert<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        macro_rules! bind {
            ($($field:ident: $sql:ty),*) => {
                $(out.push_bind_param::<Array<$sql>, _>(&self.$field)?; out.push_sql(", ");)*
            };
        }
        out.push_sql(
            "INSERT INTO messages (session_id, chat_id, message_id, sender_id, outgoing, silent, \
             text, text_folded, entities, reply_to, forward, media, service, sent_at, edited_at, \
             captured_at, raw, pts) SELECT * FROM unnest(",
        );
        bind!(
            session_id: BigInt, chat_id: BigInt, message_id: Integer, sender_id: Nullable<BigInt>,
            outgoing: Bool, silent: Bool, text: Text, text_folded: Text, entities: Text,
            reply_to: Nullable<Integer>, forward: Nullable<Text>, media: Nullable<Text>,
            service: Nullable<Text>, sent_at: Timestamp, edited_at: Nullable<Timestamp>,
            captured_at: Timestamp, raw: Binary
        );
        out.push_bind_param::<Array<Nullable<Integer>>, _>(&self.pts)?;
        out.push_sql(
            ") ON CONFLICT (session_id, message_id, chat_id) DO NOTHING \
             RETURNING session_id, chat_id, message_id",
        );
        Ok(())
    }
}

impl Query for Insert<'_> {
    type SqlType = (BigInt, BigInt, Integer);
}

impl RunQueryDsl<PgConnection> for Insert<'_> {}

/// Inserts the rows that are not stored yet, and says which ones they were.
pub(super) fn insert(conn: &mut PgConnection, rows: &[&NewRow<'_>]) -> QueryResult<Vec<Key>> {
    Insert::new(rows).load(conn)
}
