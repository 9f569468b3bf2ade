//! The JSON of found messages.

use super::history::Moment;
use super::shared::{DATE, POLICY};
use crate::error::Error;
use crate::http::doors::archive::dates::read;
use crate::http::doors::archive::refusal::Refusal;
use crate::http::input::{kind, request};
use crate::model::{ChatId, ChatKind, Peer, SessionName, UtcTime};
use crate::ops::search::{FindMessages, FoundMessage};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `GET /api/v3/search/messages`.
    pub(crate) struct MessageSearchQuery {
        /// What the messages contain; needed, here or as `query`.
        q: Option<String> = kind::text().optional(),
        /// The same as `q`.
        query: Option<String> = kind::text().optional(),
        /// Only messages sent before then: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in UTC.
        start_date: Option<String> = kind::text().like(DATE).optional(),
        /// Only messages sent then or later.
        end_date: Option<String> = kind::text().like(DATE).optional(),
        /// How many to answer.
        limit: u32 = kind::integer(1, 500).or(50),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /api/v3/search/messages/{dialog_id}`.
    pub(crate) struct ChatSearchQuery {
        /// What the messages contain; needed, here or as `query`.
        q: Option<String> = kind::text().optional(),
        /// The same as `q`.
        query: Option<String> = kind::text().optional(),
        /// Only messages sent before then: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS` in UTC.
        start_date: Option<String> = kind::text().like(DATE).optional(),
        /// Only messages sent then or later.
        end_date: Option<String> = kind::text().like(DATE).optional(),
        /// Only messages that this one has sent, by its id; 0 is everybody.
        from_user: i64 = kind::integer(i64::MIN, i64::MAX).or(0),
        /// How many to answer.
        limit: u32 = kind::integer(1, 500).or(50),
    }
}

impl MessageSearchQuery {
    /// The operation that is asked for.
    ///
    /// # Errors
    /// 422 without a text, 400 for wrong dates.
    pub(crate) fn operation(self, session: SessionName) -> Result<FindMessages, Refusal> {
        let (since, until) = period(self.start_date.as_deref(), self.end_date.as_deref())?;
        Ok(FindMessages {
            session,
            chat: None,
            text: text(self.q, self.query)?,
            from: None,
            since,
            until,
            limit: self.limit,
        })
    }
}

impl ChatSearchQuery {
    /// The operation that is asked for.
    ///
    /// # Errors
    /// 422 without a text, 400 for wrong dates.
    pub(crate) fn operation(
        self,
        session: SessionName,
        chat: String,
    ) -> Result<FindMessages, Refusal> {
        let (since, until) = period(self.start_date.as_deref(), self.end_date.as_deref())?;
        // Digits alone might be a chat of another kind.
        let from = match self.from_user {
            0 => None,
            user if user > 0 => Some(format!("tg://user?id={user}")),
            chat => Some(chat.to_string()),
        };
        Ok(FindMessages {
            session,
            chat: Some(chat),
            text: text(self.q, self.query)?,
            from,
            since,
            until,
            limit: self.limit,
        })
    }
}

fn text(q: Option<String>, query: Option<String>) -> Result<String, Error> {
    q.or(query)
        .ok_or_else(|| Error::invalid_query("q", "missing", "Field required"))
}

/// From when and until when: `start_date` is where the search starts, at the newest message.
fn period(
    start_date: Option<&str>,
    end_date: Option<&str>,
) -> Result<(Option<UtcTime>, Option<UtcTime>), Refusal> {
    let until = read("start_date", start_date)?;
    let since = read("end_date", end_date)?;
    match (since, until) {
        (Some(since), Some(until)) if since >= until => Err(Refusal::Wrong(
            "end_date must be before start_date: messages are searched backwards".to_owned(),
        )),
        period => Ok(period),
    }
}

/// Answer of `/api/v3/search/messages`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveFoundMessages)]
pub(crate) struct FoundMessages {
    /// What was searched for.
    query: String,
    /// How many messages are answered.
    total: usize,
    /// How many are answered at most.
    limit: u32,
    /// The messages, newest first.
    results: Vec<Found>,
}

/// A found message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveFoundMessage)]
struct Found {
    /// Its number in the chat.
    message_id: i32,
    /// The chat, as a marked id.
    dialog_id: i64,
    /// The chat's title, or the other side's name.
    #[schema(required)]
    dialog_name: Option<String>,
    /// When it was sent, in UTC.
    #[schema(value_type = String, example = "2024-01-15 14:30:00")]
    date: Moment,
    /// When it was last edited.
    #[schema(required, value_type = Option<String>)]
    edit_date: Option<Moment>,
    /// The sender, as a marked id.
    #[schema(required)]
    sender_id: Option<i64>,
    /// The sender's first name, if it is a user.
    #[schema(required)]
    first_name: Option<String>,
    /// The sender's last name, if it is a user.
    #[schema(required)]
    last_name: Option<String>,
    /// The sender's username, if it is a user.
    #[schema(required)]
    username: Option<String>,
    /// The text, as Markdown; empty when there is none.
    message: String,
    /// The message it answers.
    #[schema(required)]
    reply_to: Option<i32>,
    /// Who has signed it, in channels where posts are signed.
    #[schema(required)]
    post_author: Option<String>,
    /// 1 if it was forwarded, else 0.
    is_forwarded: u8,
    /// The channel that it was forwarded from, as a marked id.
    #[schema(required)]
    forwarded_from_channel_id: Option<i64>,
}

impl FoundMessages {
    /// The answer with these messages.
    pub(crate) fn new(query: String, limit: u32, found: Vec<FoundMessage>) -> Self {
        Self {
            query,
            total: found.len(),
            limit,
            results: found.into_iter().map(Found::from).collect(),
        }
    }
}

impl From<FoundMessage> for Found {
    fn from(found: FoundMessage) -> Self {
        let content = found.message.content;
        let is_user = |sender: &Peer| sender.peer_id.kind() == ChatKind::User;
        let (first_name, last_name, username) = match found.sender.filter(is_user) {
            Some(user) => (user.first_name, user.last_name, user.username),
            None => (None, None, None),
        };
        Self {
            message_id: content.message_id.0,
            dialog_id: content.chat_id.0,
            dialog_name: found.chat.and_then(|chat| chat.name),
            date: Moment(content.sent_at),
            edit_date: content.edited_at.map(Moment),
            sender_id: content.sender_id.map(|id| id.0),
            first_name,
            last_name,
            username,
            message: found.markdown,
            reply_to: content.reply_to.map(|id| id.0),
            post_author: content.post_author,
            is_forwarded: u8::from(content.forward.is_some()),
            forwarded_from_channel_id: content.forward.as_ref().and_then(channel),
        }
    }
}

/// The channel of a forward.
fn channel(forward: &Value) -> Option<i64> {
    let from = forward.get("from_id")?.as_i64()?;
    (ChatId(from).kind() == ChatKind::Channel).then_some(from)
}
