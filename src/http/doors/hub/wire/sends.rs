//! The JSON of sending messages.

use super::shared::{SUCCESS, choice};
use crate::http::input::{Fields, FromFields};
use crate::model::{MessageId, SessionName};
use crate::ops::messages::{ParseMode, ResolvedEntity, SendMessage, SentMessage};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
            link_preview: true,
            schedule_at: None,
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
    #[schema(value_type = i32, minimum = 1, maximum = 2_147_483_647)]
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
            link_preview: true,
            schedule_at: None,
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
    /// The message's number in the chat; null when Telegram has taken the message and has not said
    /// its number in a way that can be read. It is not to be sent again.
    #[schema(required)]
    message_id: Option<i32>,
    /// The chat: always for a reply, and for other messages when a fallback had to find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resolved_entity: Option<ResolvedChat>,
}

/// Instead of the usual words.
const ACCEPTED: &str = "Telegram has accepted the message and its number is not known";

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
                _ if sent.message_id.is_none() => ACCEPTED,
                None => "Message sent successfully",
                Some(_) => "Message sent successfully after looking the chat up",
            },
            message_id: sent.message_id.map(|id| id.0),
            resolved_entity: sent.resolved.map(ResolvedChat::from),
        }
    }

    /// A reply, which always names the chat.
    pub(crate) fn reply(sent: &SentMessage) -> Self {
        let chat = sent.resolved.unwrap_or_else(|| sent.chat_id.into());
        Self {
            status: SUCCESS,
            message: match sent.message_id {
                None => ACCEPTED,
                Some(_) => "Reply sent successfully",
            },
            message_id: sent.message_id.map(|id| id.0),
            resolved_entity: Some(chat.into()),
        }
    }
}
