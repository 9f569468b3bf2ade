//! `/api/v3/settings`.

use super::account::{Account, AccountHeader};
use super::refusal::Refusal;
use super::wire::{ArchiveSettingsRequest, ScopeQuery, Settings};
use crate::http::context::Context;
use crate::http::input::{Body, Query};
use crate::ops::archive_settings::{ChangeArchiveSettings, GetArchiveSettings};
use actix_web::web::Json;
use actix_web::{get, patch};

/// Read the settings of the account, or of all accounts.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_settings",
    params(AccountHeader, ScopeQuery),
    responses(
        (status = 200, description = "The settings", body = Settings),
        (status = 401, description = "`session_not_authorized`"),
    )
)]
#[get("/api/v3/settings")]
pub(super) async fn read(
    context: Context,
    account: Account,
    query: Query<ScopeQuery>,
) -> Result<Json<Settings>, Refusal> {
    let Account(session) = account;
    let of = query.0.scope;
    let settings = context.call(GetArchiveSettings { session, of }).await?;
    Ok(Json(settings.into()))
}

/// Change the settings of the account, or of all accounts that have not changed them themselves.
///
/// Only what is given changes. It holds from now on, and answers the settings as they are then.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_settings_change",
    params(AccountHeader, ScopeQuery),
    request_body = ArchiveSettingsRequest,
    responses(
        (status = 200, description = "The settings", body = Settings),
        (status = 401, description = "`session_not_authorized`"),
    )
)]
#[patch("/api/v3/settings")]
pub(super) async fn change(
    context: Context,
    body: Body<ArchiveSettingsRequest>,
    account: Account,
    query: Query<ScopeQuery>,
) -> Result<Json<Settings>, Refusal> {
    let Account(session) = account;
    let (Query(query), Body(request)) = (query, body);
    let op = ChangeArchiveSettings {
        session,
        of: query.scope,
        changes: request.changes()?,
    };
    Ok(Json(context.call(op).await?.into()))
}
