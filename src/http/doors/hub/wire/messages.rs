//! The JSON of messages.

#![expect(
    clippy::struct_field_names,
    reason = "the names of fields are the contract's"
)]

use super::{SUCCESS, choice};
use crate::http::input::{Fields, FromFields, instant};
use crate::model::{ChatTarget, Cursor, MessageId, Page, SessionName, UtcTime};
use crate::ops::messages::{
    MessageQuery, MessageView, ParseMode, ResolvedEntity, SendMessage, SentMessage,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Body of `POST /message/send`.
#[derive(Debug, ToSchema)]
pub(crate) struct SendRequest {
    /// The account that sends.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// The chat: `me`, a username, a link, a phone number of a contact, or an id (bare or
    /// marked), as a text or a number.
    #[schema(schema_with = chat_schema)]
    pub(crate) chat_id: String,
    /// The text, with markdown.
    #[schema(example = "Hello, World!")]
    pub(crate) message: String,
    /// `markdown` or `plain`; markdown when missing.
    #[schema(schema_with = parse_mode_schema, required = false)]
    pub(crate) parse_mode: ParseMode,
    /// Whether the receivers get no sound; no when missing.
    #[schema(value_type = Option<bool>, default = false)]
    pub(crate) silent: bool,
    /// The caller's key for this request, like the header `Idempotency-Key`.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    pub(crate) client_id: Option<String>,
}

pub(super) fn chat_schema() -> utoipa::openapi::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
    OneOfBuilder::new()
        .description(Some(
            "`me`, a username, a link, a phone number, or an id (bare or marked)",
        ))
        .item(ObjectBuilder::new().schema_type(Type::String))
        .item(ObjectBuilder::new().schema_type(Type::Integer))
        .examples([Value::from("@username")])
        .build()
        .into()
}

fn parse_mode_schema() -> utoipa::openapi::Schema {
    choice("How the text is read", ["markdown", "plain"])
        .default(Some("markdown".into()))
        .build()
        .into()
}

impl FromFields for SendRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id");
        let chat_id = fields.text_or_number("chat_id");
        let message = fields.text("message");
        let parse_mode = fields.optional_choice("parse_mode", &["markdown", "plain"]);
        let silent = fields.flag("silent");
        let client_id = fields.optional_text("client_id");
        Some(Self {
            session_id: session_id?,
            chat_id: chat_id?,
            message: message?,
            parse_mode: match parse_mode {
                Some("plain") => ParseMode::Plain,
                _ => ParseMode::Markdown,
            },
            silent: silent?,
            client_id,
        })
    }
}

impl SendRequest {
    /// The operation, under an idempotency key.
    pub(crate) fn into_operation(self, idempotency_key: Option<String>) -> SendMessage {
        SendMessage {
            session: self.session_id,
            chat: self.chat_id,
            text: self.message,
            reply_to: None,
            parse_mode: self.parse_mode,
            silent: self.silent,
            idempotency_key,
        }
    }
}

/// Body of `POST /message/reply`.
#[derive(Debug, ToSchema)]
pub(crate) struct ReplyRequest {
    /// The account that sends.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// The chat, as for `/message/send`.
    #[schema(schema_with = chat_schema)]
    pub(crate) chat_id: String,
    /// The message to answer, as a number or a text.
    #[schema(value_type = i32, minimum = 1)]
    pub(crate) message_id: MessageId,
    /// The text, with markdown.
    #[schema(example = "Hello to you too!")]
    pub(crate) message: String,
    /// `markdown` or `plain`; markdown when missing.
    #[schema(schema_with = parse_mode_schema, required = false)]
    pub(crate) parse_mode: ParseMode,
    /// Whether the receivers get no sound; no when missing.
    #[schema(value_type = Option<bool>, default = false)]
    pub(crate) silent: bool,
    /// The caller's key for this request, like the header `Idempotency-Key`.
    #[schema(min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    pub(crate) client_id: Option<String>,
}

impl FromFields for ReplyRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let send = SendRequest::from_fields(fields);
        let message_id = fields
            .integer("message_id", 1..=i64::from(i32::MAX))
            .and_then(|id| i32::try_from(id).ok());
        let send = send?;
        Some(Self {
            session_id: send.session_id,
            chat_id: send.chat_id,
            message_id: MessageId(message_id?),
            message: send.message,
            parse_mode: send.parse_mode,
            silent: send.silent,
            client_id: send.client_id,
        })
    }
}

impl ReplyRequest {
    /// The operation, under an idempotency key.
    pub(crate) fn into_operation(self, idempotency_key: Option<String>) -> SendMessage {
        SendMessage {
            session: self.session_id,
            chat: self.chat_id,
            text: self.message,
            reply_to: Some(self.message_id),
            parse_mode: self.parse_mode,
            silent: self.silent,
            idempotency_key,
        }
    }
}

/// Answer of `POST /message/send` and `POST /message/reply`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sent {
    /// Always `success`.
    #[schema(example = "success")]
    status: &'static str,
    /// What was done, in words.
    message: &'static str,
    /// The message's number in the chat.
    message_id: i32,
    /// The chat: always for a reply, and for other messages when a fallback had to find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resolved_entity: Option<ResolvedChat>,
}

/// A chat that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResolvedChat {
    /// The bare id.
    id: i64,
    /// `User`, `Chat` or `Channel`.
    r#type: &'static str,
}

impl From<ResolvedEntity> for ResolvedChat {
    fn from(entity: ResolvedEntity) -> Self {
        Self {
            id: entity.id,
            r#type: entity.kind,
        }
    }
}

impl Sent {
    /// A new message.
    pub(crate) fn message(sent: &SentMessage) -> Self {
        Self {
            status: SUCCESS,
            message: match sent.resolved {
                None => "Message sent successfully",
                Some(_) => "Message sent successfully after looking the chat up",
            },
            message_id: sent.message_id.0,
            resolved_entity: sent.resolved.map(ResolvedChat::from),
        }
    }

    /// A reply, which always names the chat.
    pub(crate) fn reply(sent: &SentMessage) -> Self {
        let chat = sent.resolved.unwrap_or_else(|| sent.chat_id.into());
        Self {
            status: SUCCESS,
            message: "Reply sent successfully",
            message_id: sent.message_id.0,
            resolved_entity: Some(chat.into()),
        }
    }
}

/// Query of `GET /session/{session_id}/messages` and `GET /admin/messages`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageQueryParams {
    /// Only messages of this chat: `me`, a username, a link, a phone number or an id (bare or
    /// marked). Over all sessions: a marked id.
    #[param(value_type = Option<String>)]
    pub(crate) chat_id: Option<ChatTarget>,
    /// Only messages of this sender, named like a chat.
    #[param(value_type = Option<String>)]
    pub(crate) from: Option<ChatTarget>,
    /// Only messages sent at or after this time: RFC 3339 or seconds since 1970.
    #[param(value_type = Option<String>, example = "2026-01-01T00:00:00Z")]
    pub(crate) since: Option<UtcTime>,
    /// Only messages sent before this time: RFC 3339 or seconds since 1970.
    #[param(value_type = Option<String>)]
    pub(crate) until: Option<UtcTime>,
    /// Only messages whose text contains this, whatever the case.
    #[param(max_length = 256)]
    pub(crate) q: Option<String>,
    /// How many to answer.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    pub(crate) limit: u32,
    /// `next_cursor` of the page before.
    #[param(value_type = Option<String>)]
    pub(crate) cursor: Option<Cursor>,
}

impl FromFields for MessageQueryParams {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let chat_id = fields.optional_chat("chat_id");
        let from = fields.optional_chat("from");
        let since = time(fields, "since");
        let until = time(fields, "until");
        let q = fields.optional_text("q");
        if q.as_ref().is_some_and(|q| q.chars().count() > 256) {
            let message = "String should have at most 256 characters";
            fields.fault("q", "string_too_long", message);
        }
        let limit = fields.integer_or("limit", 1..=500, 100);
        let cursor = fields
            .optional_text("cursor")
            .and_then(|text| fields.checked("cursor", Cursor::parse(&text)));
        Some(Self {
            chat_id,
            from,
            since,
            until,
            q,
            limit: limit.and_then(|limit| u32::try_from(limit).ok())?,
            cursor,
        })
    }
}

fn time(fields: &mut Fields, name: &str) -> Option<UtcTime> {
    let text = fields.optional_text(name)?;
    fields.checked(name, instant(&text))
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
    pub(crate) fn new(session: Option<&SessionName>, page: Page<MessageView>) -> Self {
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

impl From<MessageView> for Message {
    fn from(view: MessageView) -> Self {
        Self {
            session_id: view.session.into(),
            chat_id: view.chat_id.0,
            message_id: view.message_id.0,
            sender_id: view.sender_id.map(|id| id.0),
            outgoing: view.outgoing,
            text: view.text,
            entities: view.entities,
            reply_to_message_id: view.reply_to.map(|id| id.0),
            forward: view.forward,
            media: view.media,
            service: view.service,
            date: view.sent_at,
            edited_at: view.edited_at,
            deleted_at: view.deleted_at,
            captured_at: view.captured_at,
        }
    }
}
