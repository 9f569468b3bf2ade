//! `/sessions`, `/session/{session_id}` and `/admin/restore-sessions`.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    DestroyQuery, Done, ImportRequest, Imported, ListQuery, LoggedOutAnswer, Restored, Session,
    SessionNameParam, Sessions,
};
use crate::http::failure::Failure;
use crate::http::input::{Body, Query, SessionPath};
use crate::http::last::last;
use crate::ops::import::ImportSession;
use crate::ops::sessions::{
    DestroySession, ListSessions, Reconnect, RestoreSessions, SessionStatus,
};
use actix_web::middleware::from_fn;
use actix_web::web::Json;
use actix_web::{delete, get, post};

type Answer<T> = Result<Json<T>, Failure>;

/// List the sessions, oldest first.
#[utoipa::path(
    tag = "sessions",
    operation_id = "sessions_list",
    params(ListQuery),
    responses((status = 200, description = "One page of sessions", body = Sessions))
)]
#[get("/sessions")]
pub(super) async fn list(context: Context, query: Query<ListQuery>) -> Answer<Sessions> {
    let Query(ListQuery {
        state,
        limit,
        cursor,
    }) = query;
    let op = ListSessions {
        state: state.map(str::to_owned),
        limit,
        after: cursor,
    };
    Ok(Json(context.call(op).await?.into()))
}

/// Take over an account that is logged in elsewhere, from a session string.
///
/// Telegram is asked for the account before anything is replaced. The string must not be used
/// anywhere else from then on: Telegram ends a key that is connected twice.
#[utoipa::path(
    tag = "sessions",
    operation_id = "session_import",
    request_body = ImportRequest,
    responses(
        (status = 200, description = "The account is here", body = Imported),
        (status = 400, description = "`session_string_invalid`"),
        (status = 409, description = "`session_in_use`, `account_mismatch`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_unreachable`"),
    )
)]
#[post("/sessions/import", wrap = "from_fn(last)")]
pub(super) async fn import(context: Context, body: Body<ImportRequest>) -> Answer<Imported> {
    let Body(request) = body;
    let op = ImportSession {
        session: request.session_id,
        string: request.session_string,
        kind: request.kind,
    };
    Ok(Json(context.call(op).await?.into()))
}

/// Look at one session.
///
/// Answers 200 for unknown sessions as well, with every flag false, and on an internal failure,
/// with the field `error`.
#[utoipa::path(
    tag = "sessions",
    operation_id = "session_status",
    params(SessionNameParam),
    responses((status = 200, description = "The session, known or not", body = Session))
)]
#[get("/session/{session_id}/status")]
pub(super) async fn status(context: Context, path: SessionPath) -> Json<Session> {
    let SessionPath(session) = path;
    let op = SessionStatus {
        session: session.clone(),
    };
    Json(match context.call(op).await {
        Ok(Some(view)) => view.into(),
        Ok(None) => Session::unknown(&session),
        Err(error) => Session::failed(&session, error.message()),
    })
}

/// Destroy a session: log it out and delete what is stored of it.
///
/// Captured messages stay unless `purge` is true. Succeeds as well for unknown sessions.
/// `logged_out` is false while Telegram has not taken the log-out; the hub goes on asking, and the
/// name is free all the same.
#[utoipa::path(
    tag = "sessions",
    operation_id = "session_destroy",
    params(SessionNameParam, DestroyQuery),
    responses(
        (status = 200, description = "The session is gone", body = LoggedOutAnswer),
        (status = 409, description = "`session_busy`"),
    )
)]
#[delete("/session/{session_id}")]
pub(super) async fn destroy(
    context: Context,
    path: SessionPath,
    query: Query<DestroyQuery>,
) -> Answer<LoggedOutAnswer> {
    let (SessionPath(session), Query(DestroyQuery { purge })) = (path, query);
    let name = session.clone();
    let logged_out = context.call(DestroySession { session, purge }).await?;
    Ok(Json(LoggedOutAnswer::destroyed(&name, logged_out)))
}

/// Bring a session back at once.
#[utoipa::path(
    tag = "sessions",
    operation_id = "session_reconnect",
    params(SessionNameParam),
    responses(
        (status = 200, description = "The session is online", body = Done),
        (status = 404, description = "`session_not_found`: unknown, or not logged in"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/session/{session_id}/reconnect")]
pub(super) async fn reconnect(context: Context, path: SessionPath) -> Answer<Done> {
    let session = path.0;
    Ok(Json(context.call(Reconnect { session }).await?.into()))
}

/// Bring back every stored account that is logged in.
///
/// Answers how many are online, with those that ran already.
#[utoipa::path(
    tag = "admin",
    operation_id = "sessions_restore",
    responses((status = 200, description = "How many accounts are online", body = Restored))
)]
#[post("/admin/restore-sessions")]
pub(super) async fn restore(context: Context) -> Answer<Restored> {
    Ok(Json(Restored::new(context.call(RestoreSessions).await?)))
}
