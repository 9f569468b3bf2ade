//! `/session/{session_id}/backfill`.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    Backfill, BackfillIdParam, BackfillRequest, Backfills, SessionNameParam,
};
use crate::http::failure::Failure;
use crate::http::input::{Body, SessionPath};
use crate::ops::backfills::{BeginBackfill, CancelBackfill, ListBackfills};
use actix_web::web::{Json, Path};
use actix_web::{HttpResponse, delete, get, post};

/// Download a chat's history into the log, back to a time.
///
/// It goes on by itself while the session is online, over restarts too, the newest messages first,
/// and ends with the first message that is older than `since`. Asked for again with the same time
/// it answers the one that is under way.
#[utoipa::path(
    tag = "messages",
    operation_id = "session_backfill",
    params(SessionNameParam),
    request_body = BackfillRequest,
    responses(
        (status = 202, description = "It is under way", body = Backfill),
        (status = 400, description = "`chat_ambiguous`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 409, description = "`backfill_running`: one of this chat is under way for another time"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/session/{session_id}/backfill")]
pub(super) async fn begin(
    context: Context,
    path: SessionPath,
    body: Body<BackfillRequest>,
) -> Result<HttpResponse, Failure> {
    let (SessionPath(session), Body(request)) = (path, body);
    let op = BeginBackfill {
        session,
        chat: request.chat,
        since: request.since,
    };
    let begun = context.call(op).await?;
    Ok(HttpResponse::Accepted().json(Backfill::from(begun)))
}

/// Look at the backfills of a session, those under way first and then the newest.
#[utoipa::path(
    tag = "messages",
    operation_id = "session_backfills",
    params(SessionNameParam),
    responses(
        (status = 200, description = "The backfills", body = Backfills),
        (status = 404, description = "`session_not_found`"),
    )
)]
#[get("/session/{session_id}/backfill")]
pub(super) async fn list(context: Context, path: SessionPath) -> Result<Json<Backfills>, Failure> {
    let SessionPath(session) = path;
    let listed = context.call(ListBackfills {
        session: session.clone(),
    });
    Ok(Json(Backfills::new(&session, listed.await?)))
}

/// End a backfill. What it has stored stays.
#[utoipa::path(
    tag = "messages",
    operation_id = "session_backfill_cancel",
    params(SessionNameParam, BackfillIdParam),
    responses(
        (status = 200, description = "It has ended", body = Backfill),
        (status = 404, description = "`session_not_found`, `backfill_not_found`"),
    )
)]
#[delete("/session/{session_id}/backfill/{backfill_id}")]
pub(super) async fn cancel(
    context: Context,
    path: SessionPath,
    number: Path<(String, String)>,
) -> Result<Json<Backfill>, Failure> {
    let SessionPath(session) = path;
    let id = BackfillIdParam::parse(&number.into_inner().1)?;
    Ok(Json(
        context.call(CancelBackfill { session, id }).await?.into(),
    ))
}
