//! Reading the log as the history of one chat, in the order of its messages.
//!
//! It owns the pages of that reading, each of which costs one statement, and one more for senders
//! whose names are not known yet. Messages that are gone are left out. It must not know which of a
//! chat's messages are in the log, which [`crate::store::history_intervals`] tells.

use crate::model::{
    ChatId, ChatKind, Direction, ForwardOrigin, HistoryMedia, HistoryMessage, Interval, MessageBox,
    MessageId, SenderNames, SessionId, UtcTime,
};
use crate::store::backend::on_backend;
use crate::store::history_intervals::{Stretch, stretch};
use crate::store::schema::{messages as t, peers};
use crate::store::{AnyConnection, Error, listings, sequences};
use diesel::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// A place in the order of a history.
pub type Place = (UtcTime, MessageId);

/// Which messages of which chat.
#[derive(Clone, Copy, Debug)]
pub struct HistoryRange {
    /// Whose log.
    pub session_id: SessionId,
    /// The chat.
    pub chat_id: ChatId,
    /// Which way.
    pub direction: Direction,
    /// The numbers.
    pub numbers: Interval,
    /// Only those sent at this instant or later.
    pub since: UtcTime,
    /// Only those sent before this instant.
    pub until: UtcTime,
    /// Only those that come after this place, this way.
    pub after: Option<Place>,
}

#[derive(Queryable)]
struct Row {
    message_id: MessageId,
    sent_at: UtcTime,
    edited_at: Option<UtcTime>,
    sender_id: Option<ChatId>,
    text: String,
    reply_to: Option<MessageId>,
    post_author: Option<String>,
    forward: Option<String>,
    media: Option<String>,
}

/// The names of those who wrote what was read lately.
#[derive(Debug, Default)]
pub struct Senders(HashMap<ChatId, Option<Arc<SenderNames>>>);

/// How many senders are kept in mind.
const MOST_SENDERS: usize = 10_000;

/// The next messages of a range, at most `limit`. One page's messages that share a date are in the
/// order of their numbers.
pub fn page(
    conn: &mut AnyConnection,
    range: &HistoryRange,
    limit: i64,
    senders: &mut Senders,
) -> Result<Vec<HistoryMessage>, Error> {
    let rows = rows(conn, range, limit)?;
    senders.learn(conn, range.session_id, &rows)?;
    rows.into_iter()
        .map(|row| {
            let sender = row.sender_id.and_then(|id| senders.0.get(&id).cloned());
            Ok(HistoryMessage {
                message_id: row.message_id,
                sent_at: row.sent_at,
                edited_at: row.edited_at,
                sender_id: row.sender_id,
                sender: sender.flatten(),
                text: row.text,
                reply_to: row.reply_to,
                post_author: row.post_author,
                forward: parsed::<ForwardOrigin>(row.forward.as_deref())?,
                media: parsed::<HistoryMedia>(row.media.as_deref())?,
                file: None,
            })
        })
        .collect()
}

fn parsed<'a, T: serde::Deserialize<'a>>(text: Option<&'a str>) -> Result<Option<T>, Error> {
    let value = text.map(serde_json::from_str).transpose();
    value.map_err(Error::other)
}

/// By the index `messages_by_chat`: numbers as a sum leave no other one to choose, see
/// `capture::edits`. A text of one form, so that its statement is prepared once and its rows are
/// read without a look at the kind of database for each value.
fn rows(conn: &mut AnyConnection, range: &HistoryRange, limit: i64) -> Result<Vec<Row>, Error> {
    let HistoryRange {
        session_id,
        chat_id,
        numbers,
        since,
        until,
        ..
    } = *range;
    let columns = (
        t::message_id,
        t::sent_at,
        t::edited_at,
        t::sender_id,
        t::text,
        t::reply_to,
        t::post_author,
        t::forward,
        t::media,
    );
    let wanted = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .filter(t::deleted_at.is_null())
        .filter((t::message_id + 0).ge(numbers.from))
        .filter((t::message_id + 0).le(numbers.to))
        .select(columns);
    let rows: Vec<Row> = match range.direction {
        Direction::Up => {
            let (time, id) = range.after.unwrap_or((since, MessageId(0)));
            let (time, id) = if time < since {
                (since, MessageId(0))
            } else {
                (time, id)
            };
            let wanted = wanted
                .filter(t::sent_at.ge(time))
                .filter(t::sent_at.lt(until))
                .filter(t::sent_at.gt(time).or((t::message_id + 0).gt(id)))
                .order((t::sent_at, t::message_id))
                .limit(limit);
            on_backend!(conn, |c| wanted.load(c))?
        }
        Direction::Down => {
            let (time, id) = range.after.unwrap_or((until, MessageId(0)));
            let (time, id) = if time >= until {
                (until, MessageId(0))
            } else {
                (time, id)
            };
            let wanted = wanted
                .filter(t::sent_at.le(time))
                .filter(t::sent_at.ge(since))
                .filter(t::sent_at.lt(time).or((t::message_id + 0).lt(id)))
                .order((t::sent_at.desc(), t::message_id.desc()))
                .limit(limit);
            on_backend!(conn, |c| wanted.load(c))?
        }
    };
    Ok(rows)
}

impl Senders {
    fn learn(
        &mut self,
        conn: &mut AnyConnection,
        session_id: SessionId,
        rows: &[Row],
    ) -> Result<(), Error> {
        if self.0.len() > MOST_SENDERS {
            self.0.clear();
        }
        let mut unknown: Vec<ChatId> = rows.iter().filter_map(|row| row.sender_id).collect();
        unknown.retain(|id| id.kind() == ChatKind::User && !self.0.contains_key(id));
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let known: Vec<Names> = peers::table
            .filter(peers::session_id.eq(session_id))
            .filter(peers::peer_id.eq_any(&unknown))
            .select((
                peers::peer_id,
                peers::first_name,
                peers::last_name,
                peers::username,
            ))
            .load(conn)?;
        self.0.extend(unknown.into_iter().map(|id| (id, None)));
        self.0
            .extend(known.into_iter().map(|(id, first, last, username)| {
                let names = SenderNames {
                    first_name: first,
                    last_name: last,
                    username,
                };
                (id, Some(Arc::new(names)))
            }));
        Ok(())
    }
}

type Names = (ChatId, Option<String>, Option<String>, Option<String>);

/// Whether the log has a message of these numbers that was sent before an instant, or, the other
/// way, at that instant or later. Messages that are gone tell it too.
pub fn passes(
    conn: &mut AnyConnection,
    (session_id, chat_id): (SessionId, ChatId),
    numbers: Interval,
    time: UtcTime,
    direction: Direction,
) -> Result<bool, Error> {
    let in_numbers = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .filter((t::message_id + 0).ge(numbers.from))
        .filter((t::message_id + 0).le(numbers.to))
        .select(t::message_id);
    let found: Option<MessageId> = match direction {
        Direction::Up => in_numbers
            .filter(t::sent_at.ge(time))
            .order(t::sent_at)
            .first(conn)
            .optional()?,
        Direction::Down => in_numbers
            .filter(t::sent_at.lt(time))
            .order(t::sent_at.desc())
            .first(conn)
            .optional()?,
    };
    Ok(found.is_some())
}

/// The number of the last message that was sent before an instant, 0 if there is none; `None` when
/// the log cannot tell, because what it has around that instant is not in one interval.
pub fn last_before(
    conn: &mut AnyConnection,
    session_id: SessionId,
    chat_id: ChatId,
    time: UtcTime,
) -> Result<Option<MessageId>, Error> {
    let of_chat = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .select(t::message_id);
    let after: Option<MessageId> = of_chat
        .filter(t::sent_at.ge(time))
        .order((t::sent_at, t::message_id))
        .first(conn)
        .optional()?;
    let Some(after) = after else { return Ok(None) };
    let before: Option<MessageId> = of_chat
        .filter(t::sent_at.lt(time))
        .order((t::sent_at.desc(), t::message_id.desc()))
        .first(conn)
        .optional()?;
    let around = stretch(conn, session_id, chat_id, after, Direction::Up)?;
    let Stretch::Covered(interval) = around else {
        return Ok(None);
    };
    Ok(match before {
        Some(before) => interval.holds(before).then_some(before),
        None => (interval.from <= MessageId(1)).then_some(MessageId(0)),
    })
}

/// What the log has of a chat's numbers, to be compared with what Telegram has.
#[derive(Debug, Default)]
pub struct Logged {
    /// The messages that are not marked as gone, with their dates.
    pub messages: Vec<(MessageId, UtcTime)>,
    /// The number up to which the chat's sequence was complete without its history.
    pub complete_to: Option<MessageId>,
    /// When the account's log begins.
    pub begins_at: Option<UtcTime>,
}

/// The same, of messages that were sent from one instant up to another.
pub fn logged(
    conn: &mut AnyConnection,
    (session_id, chat_id): (SessionId, ChatId),
    numbers: Interval,
    (earliest, latest): (Option<UtcTime>, Option<UtcTime>),
) -> Result<Logged, Error> {
    let mut there = t::table
        .filter(t::session_id.eq(session_id))
        .filter(t::chat_id.eq(chat_id))
        .filter(t::deleted_at.is_null())
        .filter((t::message_id + 0).ge(numbers.from))
        .filter((t::message_id + 0).le(numbers.to))
        .select((t::message_id, t::sent_at))
        .into_boxed();
    if let Some(earliest) = earliest {
        there = there.filter(t::sent_at.ge(earliest));
    }
    if let Some(latest) = latest {
        there = there.filter(t::sent_at.le(latest));
    }
    Ok(Logged {
        messages: there.load(conn)?,
        complete_to: sequences::complete_to(conn, session_id, MessageBox::of(chat_id))?,
        begins_at: listings::get(conn, session_id)?.begins_at,
    })
}
