//! `/session/{session_id}/gaps`.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{GapQueryParams, Gaps, SessionNameParam};
use crate::http::failure::Failure;
use crate::http::input::{Query, SessionPath};
use crate::ops::gaps::ListGaps;
use actix_web::get;
use actix_web::web::Json;

/// Read where messages may be missing from a session's log, or were, newest first.
///
/// Ordered by the time it was noticed and then by number, both descending. `next_cursor` is null
/// on the last page.
#[utoipa::path(
    tag = "messages",
    operation_id = "session_gaps",
    params(SessionNameParam, GapQueryParams),
    responses(
        (status = 200, description = "One page of gaps", body = Gaps),
        (status = 404, description = "`session_not_found`"),
    )
)]
#[get("/session/{session_id}/gaps")]
pub(super) async fn of_session(
    context: Context,
    path: SessionPath,
    query: Query<GapQueryParams>,
) -> Result<Json<Gaps>, Failure> {
    let (SessionPath(session), Query(query)) = (path, query);
    let op = ListGaps {
        session: session.clone(),
        open: query.state,
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(Gaps::new(&session, context.call(op).await?)))
}
