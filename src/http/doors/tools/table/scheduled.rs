//! Messages that Telegram holds back until their time.

use super::shared::{chat, message_ids, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{OK, Output};
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Tool};
use crate::http::input::request;
use crate::model::MessageId;
use crate::ops::scheduled::{CancelScheduled, ListScheduled};
use serde_json::Value;

pub(super) static LIST_SCHEDULED: Tool = Tool {
    name: "list_scheduled",
    title: "List scheduled messages",
    description: "List the messages that are scheduled in a chat, newest first; their date is \
                  when they will be sent.",
    action: Action::of::<ListScheduledArgs>(),
    output: Output::List(&Output::Message),
    hints: Hints::READS,
    route: Route::get("/api/messages/scheduled"),
};

request! {
    struct ListScheduledArgs {
        chat: String = chat(),
    }
}

impl Arguments for ListScheduledArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ListScheduled {
            session: call.session().await?,
            chat: self.chat,
        };
        let found = call.run(op).await?;
        Ok(found.iter().map(objects::message).collect())
    }
}

pub(super) static CANCEL_SCHEDULED: Tool = Tool {
    name: "cancel_scheduled",
    title: "Cancel scheduled messages",
    description: "Take scheduled messages back before they are sent.",
    action: Action::of::<CancelScheduledArgs>(),
    output: OK,
    hints: Hints::REMOVES,
    route: Route::body(Method::Delete, "/api/messages/scheduled"),
};

request! {
    struct CancelScheduledArgs {
        chat: String = chat(),
        /// Their numbers in the chat's schedule, 1 to 100.
        message_ids: Vec<MessageId> = message_ids(),
    }
}

impl Arguments for CancelScheduledArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = CancelScheduled {
            session: call.session().await?,
            chat: self.chat,
            message_ids: self.message_ids,
        };
        call.run(op).await?;
        Ok(ok())
    }
}
