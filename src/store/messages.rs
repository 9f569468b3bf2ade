//! Reading the log of messages.
//!
//! It owns the filters and pages of a listing, newest first. Writing is the business of
//! [`crate::store::capture`], earlier texts that of [`crate::store::revisions`].

use crate::model::{
    CapturedMessage, ChatId, Cursor, Message, MessageId, Page, SessionId, SessionName, UtcTime,
};
use crate::store::backend::MultiBackend;
use crate::store::columns::{Json, MaybeJson, storable};
use crate::store::read_as::read_as;
use crate::store::schema::{messages as t, session_names as names};
use crate::store::{AnyConnection, Error, paging};
use diesel::prelude::*;
use std::collections::HashMap;

read_as!(Message {
    chat_id: ChatId = t::chat_id,
    message_id: MessageId = t::message_id,
    sender_id: Option<ChatId> = t::sender_id,
    outgoing: bool = t::outgoing,
    silent: bool = t::silent,
    text: String = t::text,
    entities: Json = t::entities,
    reply_to: Option<MessageId> = t::reply_to,
    forward: MaybeJson = t::forward,
    media: MaybeJson = t::media,
    service: MaybeJson = t::service,
    sent_at: UtcTime = t::sent_at,
    edited_at: Option<UtcTime> = t::edited_at,
    post_author: Option<String> = t::post_author,
});

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    id: i64,
    session_id: SessionId,
    #[diesel(embed)]
    content: Message,
    deleted_at: Option<UtcTime>,
    captured_at: UtcTime,
}

/// Which messages a listing shows. The default shows every message.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// Only those that this account saw.
    pub session_id: Option<SessionId>,
    /// Only those of this chat.
    pub chat_id: Option<ChatId>,
    /// Only those by this sender.
    pub sender_id: Option<ChatId>,
    /// Only those sent at this instant or later.
    pub since: Option<UtcTime>,
    /// Only those sent before this instant.
    pub until: Option<UtcTime>,
    /// Only those whose text holds this text, whatever the case of letters.
    pub query: Option<String>,
    /// Only those that have not been deleted.
    pub hide_deleted: bool,
    /// The size of a page, 1 to 500; other values become the nearest of these.
    pub limit: u32,
    /// Where the page before this one ended.
    pub before: Option<Cursor>,
}

/// No message is as long; SQLite takes patterns of up to 50,000 bytes.
const LONGEST_QUERY_CHARS: usize = 10_000;

type Listing<'a> = t::BoxedQuery<'a, MultiBackend>;

/// A page of messages, newest first by the time of sending and then by row.
///
/// Indexes: `messages_by_chat` with a session and a chat, `messages_by_session` with a session,
/// else `messages_by_time`.
pub fn page(
    conn: &mut AnyConnection,
    filter: &MessageFilter,
) -> Result<Page<CapturedMessage>, Error> {
    let limit = filter.limit.clamp(1, 500);
    if filter
        .query
        .as_ref()
        .is_some_and(|query| is_too_long(query))
    {
        return Ok(Page {
            items: Vec::new(),
            next: None,
        });
    }
    let rows: Vec<Row> = matching(filter)
        .order((t::sent_at.desc(), t::id.desc()))
        .limit(i64::from(limit) + 1)
        .select(Row::as_select())
        .load(conn)?;
    let page = paging::cut(rows, limit, |row| Cursor {
        time: row.content.sent_at,
        id: row.id,
    });
    Ok(Page {
        items: with_names(conn, page.items)?,
        next: page.next,
    })
}

impl MessageFilter {
    /// Whether such a listing looks at messages that it does not show: no index has its order and
    /// leaves these out.
    pub fn is_search(&self) -> bool {
        self.query.is_some()
            || self.sender_id.is_some()
            || self.hide_deleted
            || (self.chat_id.is_some() && self.session_id.is_none())
    }

    /// The messages that an index leads to, the wanted ones among them.
    fn indexed(&self) -> Self {
        Self {
            query: None,
            sender_id: None,
            hide_deleted: false,
            chat_id: self.chat_id.filter(|_| self.session_id.is_some()),
            ..self.clone()
        }
    }
}

/// Looks at the next so many messages in the order of a listing: the wanted ones among them, one
/// more than the limit at most, and the place of the last one, if there are more.
pub(super) fn look(
    conn: &mut AnyConnection,
    filter: &MessageFilter,
    messages: u32,
) -> Result<(Vec<CapturedMessage>, Option<Cursor>), Error> {
    if filter
        .query
        .as_ref()
        .is_some_and(|query| is_too_long(query))
    {
        return Ok((Vec::new(), None));
    }
    let end: Option<(UtcTime, i64)> = matching(&filter.indexed())
        .order((t::sent_at.desc(), t::id.desc()))
        .offset(i64::from(messages))
        .limit(1)
        .select((t::sent_at, t::id))
        .first(conn)
        .optional()?;
    let end = end.map(|(time, id)| Cursor { time, id });
    let mut wanted = matching(filter);
    if let Some(Cursor { time, id }) = end {
        // As in `matching`, from the other side.
        wanted = wanted.filter(t::sent_at.ge(time)).filter(
            t::sent_at
                .gt(time)
                .or(t::sent_at.eq(time).and(t::id.ge(id))),
        );
    }
    let rows: Vec<Row> = wanted
        .order((t::sent_at.desc(), t::id.desc()))
        .limit(i64::from(filter.limit.clamp(1, 500)) + 1)
        .select(Row::as_select())
        .load(conn)?;
    Ok((with_names(conn, rows)?, end))
}

fn is_too_long(query: &str) -> bool {
    query.chars().nth(LONGEST_QUERY_CHARS).is_some()
}

fn matching(filter: &MessageFilter) -> Listing<'_> {
    let mut query = t::table.into_boxed();
    if let Some(session_id) = filter.session_id {
        query = query.filter(t::session_id.eq(session_id));
    }
    if let Some(chat_id) = filter.chat_id {
        query = query.filter(t::chat_id.eq(chat_id));
    }
    if let Some(sender_id) = filter.sender_id {
        query = query.filter(t::sender_id.eq(sender_id));
    }
    if let Some(since) = filter.since {
        query = query.filter(t::sent_at.ge(since));
    }
    if let Some(until) = filter.until {
        query = query.filter(t::sent_at.lt(until));
    }
    if let Some(text) = &filter.query {
        query = query.filter(t::text_folded.like(containing(text)).escape('\\'));
    }
    if filter.hide_deleted {
        query = query.filter(t::deleted_at.is_null());
    }
    if let Some(Cursor { time, id }) = filter.before {
        // The first condition follows from the second and lets the index start at the right place.
        query = query.filter(t::sent_at.le(time)).filter(
            t::sent_at
                .lt(time)
                .or(t::sent_at.eq(time).and(t::id.lt(id))),
        );
    }
    query
}

/// A text for comparing regardless of case: letter by letter, because a letter at the end of a
/// word must compare like the same letter inside of one (the Greek sigma).
pub(super) fn folded(text: &str) -> String {
    let fold = |c: char| c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c });
    text.chars().flat_map(fold).collect()
}

/// A pattern for `LIKE … ESCAPE '\'` that matches the folded text anywhere.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(&storable(text)).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// One message.
pub fn get(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
) -> Result<Option<CapturedMessage>, Error> {
    let row: Option<Row> = keyed(session_id, chat_id, message_id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(with_names(conn, row.into_iter().collect())?.pop())
}

/// In which chats the account's log has messages of these numbers, channels left out. Deleted
/// messages are told of too.
pub fn places(
    conn: &mut AnyConnection,
    session_id: SessionId,
    ids: &[MessageId],
) -> Result<Vec<(MessageId, ChatId)>, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::message_id.eq_any(ids))
        // Marked ids of channels lie below all others.
        .filter(t::chat_id.gt(ChatId::channel(0)))
        .select((t::message_id, t::chat_id))
        .load(conn)?)
}

/// The message's raw TL bytes, as it was last captured.
pub fn raw(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    message_id: MessageId,
) -> Result<Option<Vec<u8>>, Error> {
    Ok(keyed(session_id, chat_id, message_id)
        .select(t::raw)
        .first(conn)
        .optional()?)
}

/// How many messages the account has, deleted ones included.
pub fn count(conn: &mut AnyConnection, session_id: SessionId) -> Result<i64, Error> {
    Ok(t::table
        .filter(t::session_id.eq(session_id))
        .count()
        .get_result(conn)?)
}

/// One message, by the index `messages_key`.
fn keyed(session_id: SessionId, chat_id: ChatId, message_id: MessageId) -> Listing<'static> {
    t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::message_id.eq(message_id))
        .filter(t::chat_id.eq(chat_id))
        .into_boxed()
}

/// A join would let the planner start from the names and sort; a page has few of them.
fn with_names(conn: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<CapturedMessage>, Error> {
    let mut ids: Vec<SessionId> = rows.iter().map(|row| row.session_id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names: HashMap<SessionId, SessionName> = names::table
        .filter(names::id.eq_any(ids))
        .select((names::id, names::name))
        .load(conn)?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|row| {
            let name = names.get(&row.session_id).cloned();
            let name = name.ok_or_else(|| Error::other("a message of a session without a name"))?;
            Ok(CapturedMessage {
                id: row.id,
                session_id: row.session_id,
                session_name: name,
                content: row.content,
                deleted_at: row.deleted_at,
                captured_at: row.captured_at,
            })
        })
        .collect()
}
