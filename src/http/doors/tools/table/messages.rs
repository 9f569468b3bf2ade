//! Sending, reading, forwarding, changing and deleting messages.

use super::shared::{
    chat, link_preview, message_id, message_ids, mode, number_or_none, ok, parse_mode, silent,
};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{OK, Output, field};
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Tool};
use crate::http::input::kind::{self, Kind, LARGEST_MESSAGE_ID};
use crate::http::input::request;
use crate::model::{MessageId, UtcTime};
use crate::ops::changes::{DeleteMessages, EditMessage, ForwardMessages};
use crate::ops::history::{GetMessage, MarkRead, ReadHistory};
use crate::ops::messages::SendMessage;
use crate::ops::sent::GetSent;
use serde_json::{Value, json};

/// A text as Telegram takes it. Source: <https://core.telegram.org/method/messages.sendMessage>.
fn text() -> Kind<String> {
    kind::text_of(1, 4096).about("The text, 1 to 4096 characters.")
}

pub(super) static SEND_MESSAGE: Tool = Tool {
    name: "send_message",
    title: "Send a message",
    description: "Send a text message to a chat, now or at a later time.",
    action: Action::of::<SendMessageArgs>(),
    output: Output::Message,
    hints: Hints::ADDS,
    route: Route::body(Method::Post, "/api/messages"),
};

request! {
    struct SendMessageArgs {
        chat: String = chat(),
        text: String = text(),
        parse_mode: Option<String> = mode(),
        /// The number of the message to reply to.
        reply_to: Option<MessageId> = kind::message_id().optional(),
        silent: bool = silent(),
        link_preview: bool = link_preview(),
        /// When Telegram is to send it, ISO 8601; null for now.
        schedule: Option<UtcTime> = kind::datetime().optional(),
    }
}

impl Arguments for SendMessageArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let session = call.session().await?;
        let op = SendMessage {
            session: session.clone(),
            chat: self.chat.clone(),
            text: self.text.clone(),
            reply_to: self.reply_to,
            parse_mode: parse_mode(self.parse_mode.as_deref())?,
            silent: self.silent,
            link_preview: self.link_preview,
            schedule_at: self.schedule,
            idempotency_key: call.key(),
        };
        let sent = call.run(op).await?;
        if sent.replayed {
            call.note_replayed();
        }
        if let Some(message) = &sent.message {
            return Ok(objects::message(message));
        }
        let Some(message_id) = sent.message_id else {
            return Ok(objects::accepted(sent.chat_id, &self.text));
        };
        let op = GetSent {
            session,
            chat: self.chat,
            message_id,
            scheduled: self.schedule.is_some(),
        };
        Ok(objects::message(&call.run(op).await?))
    }
}

pub(super) static GET_MESSAGES: Tool = Tool {
    name: "get_messages",
    title: "Read or search messages",
    description: "Read messages of a chat at Telegram, newest first, or search them.",
    action: Action::of::<GetMessagesArgs>(),
    output: Output::List(&Output::Message),
    hints: Hints::READS,
    route: Route::get("/api/messages"),
};

request! {
    struct GetMessagesArgs {
        chat: String = chat(),
        /// How many messages at most.
        limit: u32 = kind::integer(1, 200).or(20),
        /// Only messages with smaller numbers; 0 begins with the newest. Pass the last number
        /// of a page to get the next one.
        offset_id: i32 = kind::integer(0, LARGEST_MESSAGE_ID.into()).or(0),
        /// Only messages that contain this text.
        search: Option<String> = kind::text().optional(),
    }
}

impl Arguments for GetMessagesArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ReadHistory {
            session: call.session().await?,
            chat: self.chat,
            limit: self.limit,
            before: number_or_none(self.offset_id),
            search: self.search,
        };
        let found = call.run(op).await?;
        Ok(found.iter().map(objects::message).collect())
    }
}

pub(super) static GET_MESSAGE: Tool = Tool {
    name: "get_message",
    title: "Read one message",
    description: "Read one message of a chat at Telegram by its number.",
    action: Action::of::<GetMessageArgs>(),
    output: Output::Message,
    hints: Hints::READS,
    route: Route::get("/api/messages/{message_id}"),
};

request! {
    struct GetMessageArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
    }
}

impl Arguments for GetMessageArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = GetMessage {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
        };
        Ok(objects::message(&call.run(op).await?))
    }
}

pub(super) static FORWARD_MESSAGES: Tool = Tool {
    name: "forward_messages",
    title: "Forward messages",
    description: "Forward messages from one chat to another. Numbers without a message are left \
                  out. If one of the numbers is of another chat, nothing is forwarded.",
    action: Action::of::<ForwardMessagesArgs>(),
    output: Output::List(&Output::Message),
    hints: Hints::ADDS,
    route: Route::body(Method::Post, "/api/messages/forward"),
};

request! {
    struct ForwardMessagesArgs {
        /// Where the messages are, named as any chat.
        from_chat: String = kind::text().names_chat(),
        /// Where they go, named as any chat.
        to_chat: String = kind::text().names_chat(),
        /// The messages' numbers, 1 to 100.
        message_ids: Vec<MessageId> = message_ids(),
        silent: bool = silent(),
    }
}

impl Arguments for ForwardMessagesArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ForwardMessages {
            session: call.session().await?,
            from_chat: self.from_chat,
            to_chat: self.to_chat,
            message_ids: self.message_ids,
            silent: self.silent,
        };
        let sent = call.run(op).await?;
        Ok(sent.iter().map(objects::message).collect())
    }
}

pub(super) static DELETE_MESSAGES: Tool = Tool {
    name: "delete_messages",
    title: "Delete messages",
    description: "Delete messages of a chat. In channels they are always deleted for everybody. \
                  If one of the numbers is of another chat, nothing is deleted.",
    action: Action::of::<DeleteMessagesArgs>(),
    output: Output::Object(&[
        field("deleted", "integer", "How many Telegram has deleted."),
        field("requested", "integer", "How many were asked for."),
    ]),
    hints: Hints::REMOVES,
    route: Route::body(Method::Delete, "/api/messages"),
};

request! {
    struct DeleteMessagesArgs {
        chat: String = chat(),
        /// The messages' numbers, 1 to 100.
        message_ids: Vec<MessageId> = message_ids(),
        /// Delete for everybody, not only for the account.
        revoke: bool = kind::flag().or(true),
    }
}

impl Arguments for DeleteMessagesArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let requested = self.message_ids.len();
        let op = DeleteMessages {
            session: call.session().await?,
            chat: self.chat,
            message_ids: self.message_ids,
            revoke: self.revoke,
        };
        let deleted = call.run(op).await?;
        Ok(json!({ "deleted": deleted, "requested": requested }))
    }
}

pub(super) static EDIT_MESSAGE: Tool = Tool {
    name: "edit_message",
    title: "Edit a message",
    description: "Replace the text of a message that the account has sent.",
    action: Action::of::<EditMessageArgs>(),
    output: Output::Message,
    hints: Hints::REMOVES,
    route: Route::body(Method::Patch, "/api/messages/{message_id}"),
};

request! {
    struct EditMessageArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
        text: String = text(),
        parse_mode: Option<String> = mode(),
        link_preview: bool = link_preview(),
    }
}

impl Arguments for EditMessageArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = EditMessage {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            text: self.text,
            parse_mode: parse_mode(self.parse_mode.as_deref())?,
            link_preview: self.link_preview,
        };
        Ok(objects::message(&call.run(op).await?))
    }
}

pub(super) static MARK_READ: Tool = Tool {
    name: "mark_read",
    title: "Mark as read",
    description: "Tell Telegram that the account has read a chat up to a message.",
    action: Action::of::<MarkReadArgs>(),
    output: OK,
    hints: Hints::SETS,
    route: Route::body(Method::Post, "/api/messages/read"),
};

request! {
    struct MarkReadArgs {
        chat: String = chat(),
        /// The number of the newest message read; 0 for all.
        max_id: i32 = kind::integer(0, LARGEST_MESSAGE_ID.into()).or(0),
    }
}

impl Arguments for MarkReadArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = MarkRead {
            session: call.session().await?,
            chat: self.chat,
            up_to: number_or_none(self.max_id),
        };
        call.run(op).await?;
        Ok(ok())
    }
}
