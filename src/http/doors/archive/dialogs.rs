//! `/api/v3/search/dialogs` and `/api/v3/folders`.

use super::account::{Account, AccountHeader};
use super::patience::FLOOD_PATIENCE;
use super::refusal::Refusal;
use super::wire;
use super::wire::{DialogQuery, Dialogs, Folder};
use crate::http::context::Context;
use crate::http::input::Query;
use crate::ops::folders::ListFolders;
use actix_web::get;
use actix_web::web::Json;

/// Search the account's chats by their titles, or list them.
///
/// Without a text all chats are found. Those that are similar to one come in the order of their
/// similarity, and where that is the same ascending by `sort`, whatever `order` says.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_dialogs",
    params(AccountHeader, DialogQuery),
    responses(
        (status = 200, description = "One page of chats", body = Dialogs),
        (status = 400, description = "`invalid_request`: a date cannot be read, or two do not fit"),
        (status = 401, description = "`session_not_authorized`"),
        (status = 404, description = "`not_found`: no folder has this name or number"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[get("/api/v3/search/dialogs")]
pub(super) async fn search(
    context: Context,
    account: Account,
    query: Query<DialogQuery>,
) -> Result<Json<Dialogs>, Refusal> {
    let (Account(session), Query(query)) = (account, query);
    let page = wire::Place::of(&query);
    let op = query.operation(session)?;
    let found = context.with_flood_patience(FLOOD_PATIENCE).call(op).await?;
    Ok(Json(Dialogs::new(page, found)))
}

/// List the account's folders.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_folders",
    params(AccountHeader),
    responses(
        (status = 200, description = "The folders in their order", body = Vec<Folder>),
        (status = 401, description = "`session_not_authorized`"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[get("/api/v3/folders")]
pub(super) async fn folders(
    context: Context,
    account: Account,
) -> Result<Json<Vec<Folder>>, Refusal> {
    let Account(session) = account;
    let context = context.with_flood_patience(FLOOD_PATIENCE);
    let folders = context.call(ListFolders { session }).await?;
    Ok(Json(folders.into_iter().map(Folder::from).collect()))
}
