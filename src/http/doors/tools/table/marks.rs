//! What is put on messages and taken off again: pins and reactions.

use super::shared::{chat, message_id, ok};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::schema::OK;
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Tool};
use crate::http::input::{kind, request};
use crate::model::MessageId;
use crate::ops::changes::{PinMessage, React};
use serde_json::Value;

pub(super) static PIN_MESSAGE: Tool = Tool {
    name: "pin_message",
    title: "Pin a message",
    description: "Pin a message in its chat.",
    action: Action::of::<PinMessageArgs>(),
    output: OK,
    hints: Hints::SETS,
    route: Route::body(Method::Post, "/api/messages/{message_id}/pin"),
};

request! {
    struct PinMessageArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
        /// Notify the members.
        notify: bool = kind::flag().or(false),
    }
}

impl Arguments for PinMessageArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = PinMessage {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            pin: true,
            notify: self.notify,
        };
        call.run(op).await?;
        Ok(ok())
    }
}

pub(super) static UNPIN_MESSAGE: Tool = Tool {
    name: "unpin_message",
    title: "Take a pinned message down",
    description: "Take a pinned message down.",
    action: Action::of::<UnpinMessageArgs>(),
    output: OK,
    hints: Hints::REMOVES,
    route: Route::body(Method::Post, "/api/messages/{message_id}/unpin"),
};

request! {
    struct UnpinMessageArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
    }
}

impl Arguments for UnpinMessageArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = PinMessage {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            pin: false,
            notify: false,
        };
        call.run(op).await?;
        Ok(ok())
    }
}

pub(super) static SET_REACTION: Tool = Tool {
    name: "set_reaction",
    title: "React to a message",
    description: "Set the account's reaction to a message, in the place of an earlier one.",
    action: Action::of::<SetReactionArgs>(),
    output: OK,
    hints: Hints::SETS,
    route: Route::body(Method::Post, "/api/messages/{message_id}/reactions"),
};

request! {
    struct SetReactionArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
        /// The emoji, one that the chat allows.
        emoji: String = kind::text_of(1, 32),
        /// Show it with a big animation.
        big: bool = kind::flag().or(false),
    }
}

impl Arguments for SetReactionArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = React {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            emoji: Some(self.emoji),
            big: self.big,
        };
        call.run(op).await?;
        Ok(ok())
    }
}

pub(super) static REMOVE_REACTION: Tool = Tool {
    name: "remove_reaction",
    title: "Take a reaction back",
    description: "Take the account's reaction to a message back.",
    action: Action::of::<RemoveReactionArgs>(),
    output: OK,
    hints: Hints::REMOVES,
    route: Route::body(Method::Delete, "/api/messages/{message_id}/reactions"),
};

request! {
    struct RemoveReactionArgs {
        chat: String = chat(),
        message_id: MessageId = message_id(),
    }
}

impl Arguments for RemoveReactionArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = React {
            session: call.session().await?,
            chat: self.chat,
            message_id: self.message_id,
            emoji: None,
            big: false,
        };
        call.run(op).await?;
        Ok(ok())
    }
}
