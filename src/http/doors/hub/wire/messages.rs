//! The JSON of captured messages.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::shared::{POLICY, SUCCESS};
use crate::http::input::kind::{self, Kind};
use crate::http::input::request;
use crate::model::{CapturedMessage, ChatTarget, Cursor, Page, SessionName, UtcTime};
use crate::ops::messages::MessageQuery;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Query of `GET /session/{session_id}/messages` and `GET /admin/messages`.
    pub(crate) struct MessageQueryParams {
        /// Only messages of this chat: `me`, a username, a link, a phone number or an id (bare or
        /// marked). Over all sessions: a marked id.
        chat_id: Option<ChatTarget> = chat().optional(),
        /// Only messages of this sender, named like a chat.
        from: Option<ChatTarget> = chat().optional(),
        /// Only messages sent at or after this time: RFC 3339 or seconds since 1970.
        since: Option<UtcTime> = kind::instant_text().optional(),
        /// Only messages sent before this time: RFC 3339 or seconds since 1970.
        until: Option<UtcTime> = kind::instant_text().optional(),
        /// Only messages whose text contains this, whatever the case.
        q: Option<String> = kind::text_of(0, 256).optional(),
        /// How many to answer.
        limit: u32 = kind::integer(1, 500).or(100),
        /// `next_cursor` of the page before.
        cursor: Option<Cursor> = kind::text().parsed(|text| Cursor::parse(&text)).optional(),
    }
}

/// A chat in any form that clients name chats.
fn chat() -> Kind<ChatTarget> {
    kind::text()
        .parsed(|text| ChatTarget::parse(&text).ok_or("is no username, link, phone number or id"))
}

impl From<MessageQueryParams> for MessageQuery {
    fn from(query: MessageQueryParams) -> Self {
        Self {
            chat_id: query.chat_id,
            from: query.from,
            since: query.since,
            until: query.until,
            q: query.q,
            limit: query.limit,
            cursor: query.cursor,
        }
    }
}

/// Answer of `GET /session/{session_id}/messages` and `GET /admin/messages`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Messages {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// The session that was asked for; missing when all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_id: Option<String>,
    /// The messages, newest first.
    messages: Vec<Message>,
    /// Where the next page starts; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl Messages {
    /// A page of one session's messages, or of all sessions'.
    pub(crate) fn new(session: Option<&SessionName>, page: Page<CapturedMessage>) -> Self {
        Self {
            status: SUCCESS,
            session_id: session.map(ToString::to_string),
            messages: page.items.into_iter().map(Message::from).collect(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
        }
    }
}

/// A captured message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// The session that captured it.
    session_id: String,
    /// The chat, as a marked id.
    chat_id: i64,
    /// Its number in the chat.
    message_id: i32,
    /// The sender, as a marked id.
    #[schema(required)]
    sender_id: Option<i64>,
    /// Whether the account itself sent it.
    outgoing: bool,
    /// The text; empty when there is none.
    text: String,
    /// The formatting; offsets and lengths in UTF-16 units.
    #[schema(value_type = Vec<Object>)]
    entities: Value,
    /// The message it answers.
    #[schema(required)]
    reply_to_message_id: Option<i32>,
    /// Where it was forwarded from.
    #[schema(required, value_type = Option<Object>)]
    forward: Option<Value>,
    /// A summary of the attached media.
    #[schema(required, value_type = Option<Object>)]
    media: Option<Value>,
    /// What happened, when it is a service message.
    #[schema(required, value_type = Option<Object>)]
    service: Option<Value>,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    date: UtcTime,
    /// When it was last edited.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    edited_at: Option<UtcTime>,
    /// When the hub learnt of its deletion.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    deleted_at: Option<UtcTime>,
    /// When the hub wrote it down.
    #[schema(value_type = String, format = DateTime)]
    captured_at: UtcTime,
}

impl From<CapturedMessage> for Message {
    fn from(captured: CapturedMessage) -> Self {
        let content = captured.content;
        Self {
            session_id: captured.session_name.into(),
            chat_id: content.chat_id.0,
            message_id: content.message_id.0,
            sender_id: content.sender_id.map(|id| id.0),
            outgoing: content.outgoing,
            text: content.text,
            entities: content.entities,
            reply_to_message_id: content.reply_to.map(|id| id.0),
            forward: content.forward,
            media: content.media,
            service: content.service,
            date: content.sent_at,
            edited_at: content.edited_at,
            deleted_at: captured.deleted_at,
            captured_at: captured.captured_at,
        }
    }
}
