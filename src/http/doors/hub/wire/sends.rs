//! The JSON of sending messages.

use super::shared::{POLICY, SUCCESS};
use crate::http::input::kind::{self, Kind};
use crate::http::input::{Param, request};
use crate::model::{MessageId, SessionName};
use crate::ops::messages::{ParseMode, ResolvedEntity, SendMessage, SentMessage};
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Body of `POST /message/send`.
    pub(crate) struct SendRequest {
        /// The account that sends.
        session_id: SessionName = kind::session(),
        /// The chat: `me`, a username, a link, a phone number of a contact, or an id (bare or
        /// marked), as a text or a number.
        chat_id: String = kind::text_or_integer().example("@username"),
        /// The text, with markdown.
        message: String = kind::text().example("Hello, World!"),
        /// `markdown` or `plain`; markdown when missing.
        parse_mode: ParseMode = parse_mode(),
        /// Whether the receivers get no sound; no when missing.
        silent: bool = kind::flag().or(false),
        /// The caller's key for this request, like the header `Idempotency-Key`.
        client_id: Option<String> = client_id().optional(),
    }
}

fn parse_mode() -> Param<ParseMode> {
    let words = [
        ("markdown", ParseMode::Markdown),
        ("plain", ParseMode::Plain),
    ];
    kind::words(words).or_written(ParseMode::Markdown, "markdown")
}

/// Whoever compares it with the header refuses what has another form.
fn client_id() -> Kind<String> {
    kind::text().published_as(1, 255).like("^[!-~]+$")
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

request! {
    policy POLICY;
    /// Body of `POST /message/reply`.
    pub(crate) struct ReplyRequest {
        /// The account that sends.
        session_id: SessionName = kind::session(),
        /// The chat, as for `/message/send`.
        chat_id: String = kind::text_or_integer().example("@username"),
        /// The text, with markdown.
        message: String = kind::text().example("Hello to you too!"),
        /// `markdown` or `plain`; markdown when missing.
        parse_mode: ParseMode = parse_mode(),
        /// Whether the receivers get no sound; no when missing.
        silent: bool = kind::flag().or(false),
        /// The caller's key for this request, like the header `Idempotency-Key`.
        client_id: Option<String> = client_id().optional(),
        /// The message to answer, as a number or a text.
        message_id: MessageId = kind::message_id(),
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
