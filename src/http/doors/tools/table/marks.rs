//! What is put on messages and taken off again: pins and reactions.

use super::shared::{CHAT, MESSAGE_ID, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::schema::{Arguments, OK, Param};
use crate::http::doors::tools::tool::{Hints, Method, Route, Tool};
use crate::ops::changes::{PinMessage, React};
use serde_json::Value;

pub(super) static PIN_MESSAGE: Tool = Tool {
    name: "pin_message",
    title: "Pin a message",
    description: "Pin a message in its chat.",
    params: &[
        CHAT,
        MESSAGE_ID,
        Param::flag("notify", false, "Notify the members."),
    ],
    output: OK,
    hints: Hints::SETS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/messages/{message_id}/pin"),
    run: |call, given| Box::pin(pin(call, given, true)),
};

pub(super) static UNPIN_MESSAGE: Tool = Tool {
    name: "unpin_message",
    title: "Take a pinned message down",
    description: "Take a pinned message down.",
    params: &[CHAT, MESSAGE_ID],
    output: OK,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/messages/{message_id}/unpin"),
    run: |call, given| Box::pin(pin(call, given, false)),
};

async fn pin(call: &Call<'_>, given: Arguments, pin: bool) -> Result<Value, Error> {
    let op = PinMessage {
        session: call.session().await?,
        chat: given.text("chat"),
        message_id: given.message_id("message_id"),
        pin,
        notify: given.flag("notify"),
    };
    call.run(op).await?;
    Ok(ok())
}

pub(super) static SET_REACTION: Tool = Tool {
    name: "set_reaction",
    title: "React to a message",
    description: "Set the account's reaction to a message, in the place of an earlier one.",
    params: &[
        CHAT,
        MESSAGE_ID,
        Param::text_of("emoji", 1, 32, "The emoji, one that the chat allows."),
        Param::flag("big", false, "Show it with a big animation."),
    ],
    output: OK,
    hints: Hints::SETS,
    chats: &["chat"],
    route: Route::body(Method::Post, "/api/messages/{message_id}/reactions"),
    run: |call, given| Box::pin(react(call, given)),
};

pub(super) static REMOVE_REACTION: Tool = Tool {
    name: "remove_reaction",
    title: "Take a reaction back",
    description: "Take the account's reaction to a message back.",
    params: &[CHAT, MESSAGE_ID],
    output: OK,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Delete, "/api/messages/{message_id}/reactions"),
    run: |call, given| Box::pin(react(call, given)),
};

async fn react(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = React {
        session: call.session().await?,
        chat: given.text("chat"),
        message_id: given.message_id("message_id"),
        emoji: given.optional_text("emoji"),
        big: given.flag("big"),
    };
    call.run(op).await?;
    Ok(ok())
}
