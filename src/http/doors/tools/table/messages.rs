//! Sending, reading, forwarding, changing and deleting messages.

use super::shared::{CHAT, LINK_PREVIEW, MESSAGE_ID, PARSE_MODE, SILENT, ok, parse_mode};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, LARGEST_MESSAGE_ID, OK, Output, Param, field};
use crate::http::doors::tools::tool::{Hints, Method, Route, Tool};
use crate::ops::changes::{DeleteMessages, EditMessage, ForwardMessages};
use crate::ops::history::{GetMessage, MarkRead, ReadHistory};
use crate::ops::messages::SendMessage;
use crate::ops::sent::GetSent;
use serde_json::{Value, json};

/// A text as Telegram takes it. Source: <https://core.telegram.org/method/messages.sendMessage>.
const TEXT: Param = Param::text_of("text", 1, 4096, "The text, 1 to 4096 characters.");

pub(super) static SEND_MESSAGE: Tool = Tool {
    name: "send_message",
    title: "Send a message",
    description: "Send a text message to a chat, now or at a later time.",
    params: &[
        CHAT,
        TEXT,
        PARSE_MODE,
        Param::message_id("reply_to", "The number of the message to reply to.").optional(),
        SILENT,
        LINK_PREVIEW,
        Param::time(
            "schedule",
            "When Telegram is to send it, ISO 8601; null for now.",
        )
        .optional(),
    ],
    output: Output::Message,
    hints: Hints::ADDS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/messages"),
    run: |call, given| Box::pin(send_message(call, given)),
};

async fn send_message(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let op = SendMessage {
        session: session.clone(),
        chat: given.text("chat"),
        text: given.text("text"),
        reply_to: given.optional_message_id("reply_to"),
        parse_mode: parse_mode(given.optional_text("parse_mode").as_deref())?,
        silent: given.flag("silent"),
        link_preview: given.flag("link_preview"),
        schedule_at: given.time("schedule"),
        idempotency_key: call.key(),
    };
    let sent = call.run(op).await?;
    if sent.replayed {
        call.note_replayed();
    }
    if let Some(message) = &sent.message {
        return Ok(objects::message(message));
    }
    let chat = given.text("chat");
    let Some(message_id) = sent.message_id else {
        return Ok(objects::accepted(sent.chat_id, &given.text("text")));
    };
    let op = GetSent {
        session,
        chat,
        message_id,
        scheduled: given.time("schedule").is_some(),
    };
    Ok(objects::message(&call.run(op).await?))
}

pub(super) static GET_MESSAGES: Tool = Tool {
    name: "get_messages",
    title: "Read or search messages",
    description: "Read messages of a chat at Telegram, newest first, or search them.",
    params: &[
        CHAT,
        Param::integer("limit", 1, 200, "How many messages at most.").or(20),
        Param::integer(
            "offset_id",
            0,
            LARGEST_MESSAGE_ID,
            "Only messages with smaller numbers; 0 begins with the newest. Pass the last number \
             of a page to get the next one.",
        )
        .or(0),
        Param::text("search", "Only messages that contain this text.").optional(),
    ],
    output: Output::List(&Output::Message),
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/messages"),
    run: |call, given| Box::pin(get_messages(call, given)),
};

async fn get_messages(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = ReadHistory {
        session: call.session().await?,
        chat: given.text("chat"),
        limit: given.count("limit"),
        before: given.optional_message_id("offset_id"),
        search: given.optional_text("search"),
    };
    let found = call.run(op).await?;
    Ok(found.iter().map(objects::message).collect())
}

pub(super) static GET_MESSAGE: Tool = Tool {
    name: "get_message",
    title: "Read one message",
    description: "Read one message of a chat at Telegram by its number.",
    params: &[CHAT, MESSAGE_ID],
    output: Output::Message,
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/messages/{message_id}"),
    run: |call, given| Box::pin(get_message(call, given)),
};

async fn get_message(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = GetMessage {
        session: call.session().await?,
        chat: given.text("chat"),
        message_id: given.message_id("message_id"),
    };
    Ok(objects::message(&call.run(op).await?))
}

pub(super) static FORWARD_MESSAGES: Tool = Tool {
    name: "forward_messages",
    title: "Forward messages",
    description: "Forward messages from one chat to another. Numbers without a message are left \
                  out. If one of the numbers is of another chat, nothing is forwarded.",
    params: &[
        Param::text("from_chat", "Where the messages are, named as any chat."),
        Param::text("to_chat", "Where they go, named as any chat."),
        Param::message_ids("message_ids", "The messages' numbers, 1 to 100."),
        SILENT,
    ],
    output: Output::List(&Output::Message),
    hints: Hints::ADDS,
    chats: &["from_chat", "to_chat"],
    route: Route::body(Method::Post, "/api/messages/forward"),
    run: |call, given| Box::pin(forward_messages(call, given)),
};

async fn forward_messages(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = ForwardMessages {
        session: call.session().await?,
        from_chat: given.text("from_chat"),
        to_chat: given.text("to_chat"),
        message_ids: given.message_ids("message_ids"),
        silent: given.flag("silent"),
    };
    let sent = call.run(op).await?;
    Ok(sent.iter().map(objects::message).collect())
}

pub(super) static DELETE_MESSAGES: Tool = Tool {
    name: "delete_messages",
    title: "Delete messages",
    description: "Delete messages of a chat. In channels they are always deleted for everybody. \
                  If one of the numbers is of another chat, nothing is deleted.",
    params: &[
        CHAT,
        Param::message_ids("message_ids", "The messages' numbers, 1 to 100."),
        Param::flag(
            "revoke",
            true,
            "Delete for everybody, not only for the account.",
        ),
    ],
    output: Output::Object(&[
        field("deleted", "integer", "How many Telegram has deleted."),
        field("requested", "integer", "How many were asked for."),
    ]),
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Delete, "/api/messages"),
    run: |call, given| Box::pin(delete_messages(call, given)),
};

async fn delete_messages(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let message_ids = given.message_ids("message_ids");
    let requested = message_ids.len();
    let op = DeleteMessages {
        session: call.session().await?,
        chat: given.text("chat"),
        message_ids,
        revoke: given.flag("revoke"),
    };
    let deleted = call.run(op).await?;
    Ok(json!({ "deleted": deleted, "requested": requested }))
}

pub(super) static EDIT_MESSAGE: Tool = Tool {
    name: "edit_message",
    title: "Edit a message",
    description: "Replace the text of a message that the account has sent.",
    params: &[CHAT, MESSAGE_ID, TEXT, PARSE_MODE, LINK_PREVIEW],
    output: Output::Message,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Patch, "/api/messages/{message_id}"),
    run: |call, given| Box::pin(edit_message(call, given)),
};

async fn edit_message(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = EditMessage {
        session: call.session().await?,
        chat: given.text("chat"),
        message_id: given.message_id("message_id"),
        text: given.text("text"),
        parse_mode: parse_mode(given.optional_text("parse_mode").as_deref())?,
        link_preview: given.flag("link_preview"),
    };
    Ok(objects::message(&call.run(op).await?))
}

pub(super) static MARK_READ: Tool = Tool {
    name: "mark_read",
    title: "Mark as read",
    description: "Tell Telegram that the account has read a chat up to a message.",
    params: &[
        CHAT,
        Param::integer(
            "max_id",
            0,
            LARGEST_MESSAGE_ID,
            "The number of the newest message read; 0 for all.",
        )
        .or(0),
    ],
    output: OK,
    hints: Hints::SETS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/messages/read"),
    run: |call, given| Box::pin(mark_read(call, given)),
};

async fn mark_read(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = MarkRead {
        session: call.session().await?,
        chat: given.text("chat"),
        up_to: given.optional_message_id("max_id"),
    };
    call.run(op).await?;
    Ok(ok())
}
