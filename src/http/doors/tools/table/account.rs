//! The account itself, who is who, and the accounts of the hub.

use super::shared::CHAT;
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::http::doors::tools::schema::{Arguments, Output, Param};
use crate::http::doors::tools::tool::{Hints, Method, Route, Source, Tool};
use crate::ops::peers::ResolveEntity;
use crate::ops::profile::GetProfile;
use crate::ops::sessions::ListSessions;
use serde_json::Value;

pub(super) static GET_ME: Tool = Tool {
    name: "get_me",
    title: "Own profile",
    description: "Return the profile of the logged-in Telegram account.",
    params: &[],
    output: Output::Entity,
    hints: Hints::READS,
    chats: &[],
    route: Route::new(Method::Get, "/api/me", Source::Nothing),
    run: |call, _| Box::pin(get_me(call)),
};

async fn get_me(call: &Call<'_>) -> Result<Value, Error> {
    let session = call.session().await?;
    let own = call.run(GetProfile { session }).await?;
    Ok(objects::entity(&own))
}

pub(super) static GET_ENTITY: Tool = Tool {
    name: "get_entity",
    title: "Look up a chat",
    description: "Resolve a username, link, phone number or id to the profile of a user, group \
                  or channel.",
    params: &[CHAT],
    output: Output::Entity,
    hints: Hints::READS,
    chats: &["chat"],
    route: Route::get("/api/entities"),
    run: |call, given| Box::pin(get_entity(call, given)),
};

async fn get_entity(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let identifier = given.text("chat");
    let found = call
        .run(ResolveEntity {
            fresh: false,
            session,
            identifier,
        })
        .await?;
    Ok(objects::entity(&found))
}

pub(super) static LIST_SESSIONS: Tool = Tool {
    name: "list_sessions",
    title: "List accounts",
    description: "List the Telegram accounts of this hub, oldest first. Other tools take one of \
                  the names.",
    params: &[
        Param::integer("limit", 1, 500, "How many at most.").or(100),
        Param::text_of(
            "after",
            1,
            128,
            "Only accounts that come after the one of this name.",
        )
        .like(r"^[^/\u0000-\u001f\u007f-\u009f]+$")
        .optional(),
    ],
    output: Output::List(&Output::Session),
    hints: Hints::READS,
    chats: &[],
    route: Route::get("/api/sessions"),
    run: |call, given| Box::pin(list_sessions(call, given)),
};

async fn list_sessions(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let op = ListSessions {
        state: None,
        limit: given.count("limit"),
        after: given.optional_session("after")?,
    };
    let listed = call.run(op).await.map_err(about_after)?;
    Ok(listed.sessions.iter().map(objects::session).collect())
}

/// The operation names its one argument that can be wrong as the hub door does.
fn about_after(mut error: Error) -> Error {
    for fault in &mut error.fields {
        fault.location = vec!["query".to_owned(), "after".to_owned()];
    }
    error
}
