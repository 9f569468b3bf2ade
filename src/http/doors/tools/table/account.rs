//! The account itself, who is who, and the accounts of the hub.

use super::shared::chat;
use crate::error::{Code, Error};
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::Output;
use crate::http::doors::tools::tool::{Action, Arguments, Hints, Method, Route, Source, Tool};
use crate::http::input::kind::{self, SESSION_NAME};
use crate::http::input::request;
use crate::model::SessionName;
use crate::ops::peers::ResolveEntity;
use crate::ops::profile::GetProfile;
use crate::ops::sessions::ListSessions;
use serde_json::Value;

pub(super) static GET_ME: Tool = Tool {
    name: "get_me",
    title: "Own profile",
    description: "Return the profile of the logged-in Telegram account.",
    action: Action::of::<GetMeArgs>(),
    output: Output::Entity,
    hints: Hints::READS,
    route: Route::new(Method::Get, "/api/me", Source::Nothing),
};

request! {
    struct GetMeArgs {}
}

impl Arguments for GetMeArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let session = call.session().await?;
        let own = call.run(GetProfile { session }).await?;
        Ok(objects::entity(&own))
    }
}

pub(super) static GET_ENTITY: Tool = Tool {
    name: "get_entity",
    title: "Look up a chat",
    description: "Resolve a username, link, phone number or id to the profile of a user, group \
                  or channel.",
    action: Action::of::<GetEntityArgs>(),
    output: Output::Entity,
    hints: Hints::READS,
    route: Route::get("/api/entities"),
};

request! {
    struct GetEntityArgs {
        chat: String = chat(),
    }
}

impl Arguments for GetEntityArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let op = ResolveEntity {
            fresh: false,
            session: call.session().await?,
            identifier: self.chat,
        };
        Ok(objects::entity(&call.run(op).await?))
    }
}

pub(super) static LIST_SESSIONS: Tool = Tool {
    name: "list_sessions",
    title: "List accounts",
    description: "List the Telegram accounts of this hub, oldest first. Other tools take one of \
                  the names.",
    action: Action::of::<ListSessionsArgs>(),
    output: Output::List(&Output::Session),
    hints: Hints::READS,
    route: Route::get("/api/sessions"),
};

request! {
    struct ListSessionsArgs {
        /// How many at most.
        limit: u32 = kind::integer(1, 500).or(100),
        /// Only accounts that come after the one of this name.
        after: Option<String> = kind::text_of(1, 128).like(SESSION_NAME).optional(),
    }
}

impl Arguments for ListSessionsArgs {
    async fn run(self, call: &Call<'_>) -> Result<Value, Error> {
        let after = self.after.as_deref().map(SessionName::parse).transpose();
        let refused = |reason| Error::new(Code::InvalidRequest, format!("after {reason}"));
        let op = ListSessions {
            state: None,
            limit: self.limit,
            after: after.map_err(refused)?,
        };
        let listed = call.run(op).await.map_err(about_after)?;
        Ok(listed.sessions.iter().map(objects::session).collect())
    }
}

/// The operation names its one argument that can be wrong as the hub door does.
fn about_after(mut error: Error) -> Error {
    for fault in &mut error.fields {
        fault.location = vec!["query".to_owned(), "after".to_owned()];
    }
    error
}
