//! The log of messages that the hub has captured.

use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Output, or_null, shaped};
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Route, Tool};
use crate::http::input::{kind, request};
use crate::model::{ChatTarget, Cursor, UtcTime};
use crate::ops::messages::{ListMessages, MessageQuery};
use serde_json::{Value, json};

pub(super) static GET_CAPTURED_MESSAGES: Tool = Tool {
    name: "get_captured_messages",
    title: "Read the captured log",
    description: "Read the messages that the hub has captured for the account, newest first, \
                  deleted ones among them. Telegram is not asked.",
    action: Action::of::<GetCapturedMessagesArgs>(),
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
    route: Route::get("/api/captured"),
};

request! {
    struct GetCapturedMessagesArgs {
        /// Only messages of this chat.
        chat: Option<String> = kind::text().names_chat().optional(),
        /// Only messages of this sender.
        from: Option<String> = kind::text().optional(),
        /// Only messages sent at or after this time.
        since: Option<UtcTime> = kind::datetime().optional(),
        /// Only messages sent before this time.
        until: Option<UtcTime> = kind::datetime().optional(),
        /// Only messages whose text contains this.
        search: Option<String> = kind::text_of(1, 256).optional(),
        /// How many messages at most.
        limit: u32 = kind::integer(1, 500).or(100),
        cursor: Option<String> = kind::text().about("next_cursor of the page before.").optional(),
    }
}

impl Arguments for GetCapturedMessagesArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let filter = MessageQuery {
            chat_id: chat(self.chat)?,
            from: chat(self.from)?,
            since: self.since,
            until: self.until,
            q: self.search,
            limit: self.limit,
            cursor: cursor(self.cursor.as_deref())?,
        };
        let session = Some(call.session().await?);
        let page = call.run(ListMessages { session, filter }).await?;
        let messages: Vec<_> = page.items.iter().map(objects::captured).collect();
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Ok(json!({ "messages": messages, "next_cursor": next_cursor }))
    }
}

fn chat(text: Option<String>) -> Result<Option<ChatTarget>, Error> {
    let Some(text) = text else {
        return Ok(None);
    };
    ChatTarget::parse(&text).map(Some).ok_or_else(|| {
        Error::new(
            Code::ChatNotFound,
            format!("{text:?} is no username, link, phone number or id"),
        )
    })
}

fn cursor(text: Option<&str>) -> Result<Option<Cursor>, Error> {
    let parsed = text.map(Cursor::parse).transpose();
    parsed.map_err(|error| Error::invalid_query("cursor", "value_error", error.to_string()))
}
