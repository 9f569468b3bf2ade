//! `/entity/resolve`, and the entities that the hub remembers.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    CachedEntities, Done, ResolveRequest, Resolved, SessionNameParam,
};
use crate::http::failure::Failure;
use crate::http::input::{Body, SessionPath};
use crate::ops::peers::{CacheFromMessages, ListEntities, ResolveEntity};
use actix_web::web::Json;
use actix_web::{get, post};

type Answer<T> = Result<Json<T>, Failure>;

/// Find a user, group or channel by username, link, phone number or id.
#[utoipa::path(
    tag = "entities",
    operation_id = "entity_resolve",
    request_body = ResolveRequest,
    responses(
        (status = 200, description = "The entity", body = Resolved),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/entity/resolve")]
pub(super) async fn resolve(context: Context, body: Body<ResolveRequest>) -> Answer<Resolved> {
    let Body(request) = body;
    let op = ResolveEntity {
        fresh: false,
        session: request.session_id,
        identifier: request.entity_identifier,
    };
    Ok(Json(context.call(op).await?.into()))
}

/// List the entities that the hub remembers for a session. Empty for unknown sessions.
#[utoipa::path(
    tag = "entities",
    operation_id = "session_entities",
    params(SessionNameParam),
    responses((status = 200, description = "The entities, in the order of their marked ids", body = CachedEntities))
)]
#[get("/session/{session_id}/entities")]
pub(super) async fn list(context: Context, path: SessionPath) -> Answer<CachedEntities> {
    let SessionPath(session) = path;
    let op = ListEntities {
        session: session.clone(),
    };
    Ok(Json(CachedEntities::new(&session, context.call(op).await?)))
}

/// Remember the entities named by the last 100 messages of Saved Messages.
#[utoipa::path(
    tag = "entities",
    operation_id = "session_cache_from_messages",
    params(SessionNameParam),
    responses(
        (status = 200, description = "How many entities were found", body = Done),
        (status = 401, description = "`session_not_authorized`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/session/{session_id}/cache-from-messages")]
pub(super) async fn cache(context: Context, path: SessionPath) -> Answer<Done> {
    let session = path.0;
    let count = context.call(CacheFromMessages { session }).await?;
    Ok(Json(Done::new(format!(
        "Cached {count} entities from recent messages"
    ))))
}
