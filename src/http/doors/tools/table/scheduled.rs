//! Messages that Telegram holds back until their time.

use super::shared::{CHAT, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, OK, Output, Param};
use crate::http::doors::tools::tool::{Hints, Method, Route, Tool};
use crate::ops::scheduled::{CancelScheduled, ListScheduled};
use serde_json::Value;

pub(super) static LIST_SCHEDULED: Tool = Tool {
    name: "list_scheduled",
    title: "List scheduled messages",
    description: "List the messages that are scheduled in a chat, newest first; their date is \
                  when they will be sent.",
    params: &[CHAT],
    output: Output::List(&Output::Message),
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/messages/scheduled"),
    run: |call, given| Box::pin(list_scheduled(call, given)),
};

async fn list_scheduled(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let chat = given.text("chat");
    let found = call.run(ListScheduled { session, chat }).await?;
    Ok(found.iter().map(objects::message).collect())
}

pub(super) static CANCEL_SCHEDULED: Tool = Tool {
    name: "cancel_scheduled",
    title: "Cancel scheduled messages",
    description: "Take scheduled messages back before they are sent.",
    params: &[
        CHAT,
        Param::message_ids(
            "message_ids",
            "Their numbers in the chat's schedule, 1 to 100.",
        ),
    ],
    output: OK,
    hints: Hints::REMOVES,
    chats: &["chat"],
    route: Route::body(Method::Delete, "/api/messages/scheduled"),
    run: |call, given| Box::pin(cancel_scheduled(call, given)),
};

async fn cancel_scheduled(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = CancelScheduled {
        session: call.session().await?,
        chat: given.text("chat"),
        message_ids: given.message_ids("message_ids"),
    };
    call.run(op).await?;
    Ok(ok())
}
