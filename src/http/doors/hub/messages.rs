//! `/message/*`, and the captured messages of one session and of all.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    MessageQueryParams, Messages, ReplyRequest, SendRequest, Sent, SessionNameParam,
};
use crate::http::failure::Failure;
use crate::http::input::{Body, IdempotencyKey, Query, SessionPath};
use crate::ops::messages::{ListMessages, SendMessage};
use actix_web::web::Json;
use actix_web::{HttpResponse, get, post};

/// Send a text message.
///
/// With a key (the header `Idempotency-Key`, or `client_id` in the body) the same request is sent
/// once only, however often it is repeated; a repetition answers the same `message_id` with the
/// header `Idempotency-Replayed: true`.
#[utoipa::path(
    tag = "messages",
    operation_id = "message_send",
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's key for this request: 1 to 255 visible ASCII characters", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = SendRequest,
    responses(
        (status = 200, description = "Telegram has the message", body = Sent),
        (status = 400, description = "`message_invalid`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 403, description = "`write_forbidden`, `invalid_key`"),
        (status = 404, description = "`chat_not_found`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/message/send")]
pub(super) async fn send(
    context: Context,
    key: IdempotencyKey,
    body: Body<SendRequest>,
) -> Result<HttpResponse, Failure> {
    let Body(request) = body;
    let key = key.or_client_id(request.client_id.clone())?;
    deliver(&context, request.into_operation(key), Sent::message).await
}

/// Reply to a message.
///
/// Keys work as they do for `/message/send`.
#[utoipa::path(
    tag = "messages",
    operation_id = "message_reply",
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's key for this request: 1 to 255 visible ASCII characters", min_length = 1, max_length = 255, pattern = "^[!-~]+$")),
    request_body = ReplyRequest,
    responses(
        (status = 200, description = "Telegram has the message", body = Sent),
        (status = 400, description = "`message_invalid`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 403, description = "`write_forbidden`, `invalid_key`"),
        (status = 404, description = "`chat_not_found`, `message_not_found`"),
        (status = 422, description = "`invalid_request`, `idempotency_key_reused`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/message/reply")]
pub(super) async fn reply(
    context: Context,
    key: IdempotencyKey,
    body: Body<ReplyRequest>,
) -> Result<HttpResponse, Failure> {
    let Body(request) = body;
    let key = key.or_client_id(request.client_id.clone())?;
    deliver(&context, request.into_operation(key), Sent::reply).await
}

async fn deliver(
    context: &Context,
    op: SendMessage,
    answer: fn(&crate::ops::messages::SentMessage) -> Sent,
) -> Result<HttpResponse, Failure> {
    let sent = context.call(op).await?;
    let mut response = HttpResponse::Ok();
    if sent.replayed {
        response.insert_header(("Idempotency-Replayed", "true"));
    }
    Ok(response.json(answer(&sent)))
}

/// Read the captured messages of a session, newest first.
///
/// Ordered by sending time and then by row, both descending. `next_cursor` is null on the last
/// page.
#[utoipa::path(
    tag = "messages",
    operation_id = "session_messages",
    params(SessionNameParam, MessageQueryParams),
    responses(
        (status = 200, description = "One page of messages", body = Messages),
        (status = 400, description = "`search_timeout`"),
        (status = 404, description = "`session_not_found`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
#[get("/session/{session_id}/messages")]
pub(super) async fn of_session(
    context: Context,
    path: SessionPath,
    query: Query<MessageQueryParams>,
) -> Result<Json<Messages>, Failure> {
    let (SessionPath(session), Query(query)) = (path, query);
    let op = ListMessages {
        session: Some(session.clone()),
        filter: query.into(),
    };
    let page = context.call(op).await?;
    Ok(Json(Messages::new(Some(&session), page)))
}

/// Read the captured messages of all sessions, newest first.
///
/// Ordered by sending time and then by row, both descending. `next_cursor` is null on the last
/// page.
#[utoipa::path(
    tag = "admin",
    operation_id = "all_messages",
    params(MessageQueryParams),
    responses(
        (status = 200, description = "One page of messages", body = Messages),
        (status = 400, description = "`search_timeout`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
#[get("/admin/messages")]
pub(super) async fn of_all(
    context: Context,
    query: Query<MessageQueryParams>,
) -> Result<Json<Messages>, Failure> {
    let op = ListMessages {
        session: None,
        filter: query.0.into(),
    };
    let page = context.call(op).await?;
    Ok(Json(Messages::new(None, page)))
}
