//! `/api/v3/search/messages`, in one chat and in all.

use super::account::{Account, AccountHeader};
use super::patience::FLOOD_PATIENCE;
use super::refusal::Refusal;
use super::wire::{ChatSearchQuery, DialogIdParam, FoundMessages, MessageSearchQuery};
use crate::http::context::Context;
use crate::http::input::Query;
use crate::ops::search::FindMessages;
use actix_web::get;
use actix_web::web::{Json, Path};

/// Search messages of all chats, newest first.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_search",
    params(AccountHeader, MessageSearchQuery),
    responses(
        (status = 200, description = "The messages", body = FoundMessages),
        (status = 400, description = "`invalid_request`: a date cannot be read, or two do not fit"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[get("/api/v3/search/messages")]
pub(super) async fn everywhere(
    context: Context,
    account: Account,
    query: Query<MessageSearchQuery>,
) -> Result<Json<FoundMessages>, Refusal> {
    let (Account(session), Query(query)) = (account, query);
    answer(context, query.operation(session)?).await
}

/// Search messages of one chat, newest first.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_search_dialog",
    params(AccountHeader, DialogIdParam, ChatSearchQuery),
    responses(
        (status = 200, description = "The messages", body = FoundMessages),
        (status = 400, description = "`invalid_request`: a date cannot be read, or two do not fit; `chat_ambiguous`"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`chat_not_found`: the chat, or who has sent the messages"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[get("/api/v3/search/messages/{dialog_id}")]
pub(super) async fn in_dialog(
    context: Context,
    account: Account,
    dialog: Path<String>,
    query: Query<ChatSearchQuery>,
) -> Result<Json<FoundMessages>, Refusal> {
    let (Account(session), Query(query)) = (account, query);
    let chat = DialogIdParam::parse(dialog.into_inner())?;
    answer(context, query.operation(session, chat)?).await
}

async fn answer(context: Context, op: FindMessages) -> Result<Json<FoundMessages>, Refusal> {
    let (query, limit) = (op.text.clone(), op.limit);
    let found = context.with_flood_patience(FLOOD_PATIENCE).call(op).await?;
    Ok(Json(FoundMessages::new(query, limit, found)))
}
