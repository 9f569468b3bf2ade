//! The log of messages that the hub has captured.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, Output, Param, or_null, shaped};
use crate::http::doors::tools::tool::{Hints, Route, Tool};
use crate::model::{ChatTarget, Cursor};
use crate::ops::messages::{ListMessages, MessageQuery};
use serde_json::{Value, json};

pub(super) static GET_CAPTURED_MESSAGES: Tool = Tool {
    name: "get_captured_messages",
    title: "Read the captured log",
    description: "Read the messages that the hub has captured for the account, newest first, \
                  deleted ones among them. Telegram is not asked.",
    params: &[
        Param::text("chat", "Only messages of this chat.").optional(),
        Param::text("from", "Only messages of this sender.").optional(),
        Param::time("since", "Only messages sent at or after this time.").optional(),
        Param::time("until", "Only messages sent before this time.").optional(),
        Param::text_of("search", 1, 256, "Only messages whose text contains this.").optional(),
        Param::integer("limit", 1, 500, "How many messages at most.").or(100),
        Param::text("cursor", "next_cursor of the page before.").optional(),
    ],
    output: Output::Object(&[
        shaped(
            "messages",
            Output::List(&Output::Captured),
            "The messages, newest first.",
        ),
        or_null(
            "next_cursor",
            "string",
            "Where the next page starts; null on the last page.",
        ),
    ]),
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/captured"),
    run: |call, given| Box::pin(get_captured_messages(call, given)),
};

async fn get_captured_messages(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let filter = MessageQuery {
        chat_id: chat(&given, "chat")?,
        from: chat(&given, "from")?,
        since: given.time("since"),
        until: given.time("until"),
        q: given.optional_text("search"),
        limit: given.count("limit"),
        cursor: cursor(&given)?,
    };
    let session = Some(call.session().await?);
    let page = call.run(ListMessages { session, filter }).await?;
    let messages: Vec<_> = page.items.iter().map(objects::captured).collect();
    let next_cursor = page.next.map(|cursor| cursor.to_string());
    Ok(json!({ "messages": messages, "next_cursor": next_cursor }))
}

fn chat(given: &Arguments, name: &str) -> Result<Option<ChatTarget>, Error> {
    let Some(text) = given.optional_text(name) else {
        return Ok(None);
    };
    ChatTarget::parse(&text).map(Some).ok_or_else(|| {
        Error::new(
            Code::ChatNotFound,
            format!("{text:?} is no username, link, phone number or id"),
        )
    })
}

fn cursor(given: &Arguments) -> Result<Option<Cursor>, Error> {
    let text = given.optional_text("cursor");
    let parsed = text.as_deref().map(Cursor::parse).transpose();
    parsed.map_err(|error| Error::invalid_query("cursor", "value_error", error.to_string()))
}
