//! The account itself, and who is who.

use super::output::Output;
use super::{Arguments, Hints, Method, Param, Route, Source, Tool};
use crate::error::Error;
use crate::http::doors::tools::call::Call;
use crate::http::doors::tools::objects;
use crate::ops::peers::ResolveEntity;
use serde_json::Value;

/// The account's own profile.
pub(super) static GET_ME: Tool = Tool {
    name: "get_me",
    title: "Own profile",
    description: "Return the profile of the logged-in Telegram account.",
    params: &[],
    output: Output::Entity,
    hints: Hints::READS,
    reads: &[],
    writes: &[],
    route: Route::new(Method::Get, "/api/me", Source::Nothing),
    run: |call, _| Box::pin(get_me(call)),
};

async fn get_me(call: &Call<'_>) -> Result<Value, Error> {
    let session = call.session().await?;
    let identifier = "me".to_owned();
    let own = call
        .run(ResolveEntity {
            session,
            identifier,
        })
        .await?;
    Ok(objects::entity(&own))
}

/// A user, group or channel.
pub(super) static GET_ENTITY: Tool = Tool {
    name: "get_entity",
    title: "Look up a chat",
    description: "Resolve a username, link, phone number or id to the profile of a user, group \
                  or channel.",
    params: &[CHAT],
    output: Output::Entity,
    hints: Hints::READS,
    reads: &["chat"],
    writes: &[],
    route: Route::get("/api/entities"),
    run: |call, given| Box::pin(get_entity(call, given)),
};

const CHAT: Param = Param::text(
    "chat",
    "The chat, always a text: @username, username, +phone, t.me link, numeric id, -100… id, or me.",
);

async fn get_entity(call: &Call<'_>, given: Arguments) -> Result<Value, Error> {
    let session = call.session().await?;
    let identifier = given.text("chat");
    let found = call
        .run(ResolveEntity {
            session,
            identifier,
        })
        .await?;
    Ok(objects::entity(&found))
}
