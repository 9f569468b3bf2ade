//! `/api/v3/auth/qr`: logging an account in by a QR code. Open to whoever has the hub's key, because
//! there is no account yet.

use super::refusal::Refusal;
use super::wire::{
    ArchiveQrPasswordRequest, ArchiveQrRequest, QrDone, QrStarted, QrStatus, QrTokenParam,
};
use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::input::Body;
use crate::http::last::last;
use crate::ops::qr_login::{
    CancelQrLogin, LookAtQrLogin, QrLogin, QrState, StartQrLogin, SubmitQrPassword, WrongPassword,
};
use actix_web::middleware::from_fn;
use actix_web::web::{Json, Path};
use actix_web::{delete, get, post};
use std::time::Duration;

/// How long a password waits for what becomes of it, before the answer is that it is looked at.
const PASSWORD_PATIENCE: Duration = Duration::from_secs(3);

/// Start a login: show `qr_url` as a QR code, and let somebody scan it who is logged in.
///
/// With `force` a session may be logged in already; it stays as it is until the new login succeeds.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_qr_start",
    request_body = ArchiveQrRequest,
    responses(
        (status = 200, description = "The code waits to be scanned", body = QrStarted),
        (status = 400, description = "`invalid_request`: the name is blank; `api_id_invalid`"),
        (status = 409, description = "`session_in_use`: the session is logged in, and `force` is not set"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/api/v3/auth/qr")]
pub(super) async fn start(
    context: Context,
    body: Body<ArchiveQrRequest>,
) -> Result<Json<QrStarted>, Refusal> {
    let Body(request) = body;
    let op = StartQrLogin {
        session: request.session()?,
        force: request.force,
    };
    let begun = context.call(op).await;
    let login =
        begun.map_err(|error| Refusal::Connecting(ArchiveQrRequest::with_own_field(error)))?;
    Ok(Json(QrStarted::new(login)))
}

/// Look at a login. A status after which nothing follows (`success`, `expired`, `error`) is told
/// once, and 404 from then on.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_qr_status",
    params(QrTokenParam),
    responses(
        (status = 200, description = "What the login has come to", body = QrStatus),
        (status = 404, description = "`login_not_found`"),
    )
)]
#[get("/api/v3/auth/qr/{token}")]
pub(super) async fn status(
    context: Context,
    token: Path<String>,
) -> Result<Json<QrStatus>, Refusal> {
    let login = look(&context, token.as_str()).await?;
    Ok(Json(QrStatus::new(told(&context, login).await?)))
}

/// Hand in the two-step password. A wrong one ends the login with the status `error`.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_qr_password",
    params(QrTokenParam),
    request_body = ArchiveQrPasswordRequest,
    responses(
        (status = 200, description = "What the login has come to; `password_required` while the password is looked at", body = QrStatus),
        (status = 404, description = "`login_not_found`"),
        (status = 409, description = "`login_not_found`: no password is asked for; `session_busy`: another one is looked at"),
        (status = 429, description = "`flood_wait`"),
    )
)]
#[post("/api/v3/auth/qr/{token}/2fa", wrap = "from_fn(last)")]
pub(super) async fn password(
    context: Context,
    token: Path<String>,
    body: Body<ArchiveQrPasswordRequest>,
) -> Result<Json<QrStatus>, Refusal> {
    let token = token.into_inner();
    let before = look(&context, &token).await?;
    if !matches!(before.state, QrState::PasswordRequired { .. }) {
        return Err(Refusal::NotAsked);
    }
    let submit = context.call(SubmitQrPassword {
        token: before.token,
        password: body.0.password,
        wrong: WrongPassword::EndsLogin,
    });
    let submitted = tokio::time::timeout(PASSWORD_PATIENCE, submit).await;
    let after = look(&context, &token).await?;
    if after.state.is_final() {
        return Ok(Json(QrStatus::new(told(&context, after).await?)));
    }
    match submitted {
        // It came while the login was ending, of which nobody is told yet.
        Ok(Err(error)) if error.code == Code::LoginNotFound => Err(Refusal::NotAsked),
        // Nothing has come of it: another one can be handed in.
        Ok(Err(error)) => Err(error.into()),
        // Whoever waits no longer leaves the password with Telegram.
        Ok(Ok(_)) | Err(_) => Ok(Json(QrStatus::processing(after))),
    }
}

/// Give a login up.
#[utoipa::path(
    tag = "archive",
    operation_id = "archive_qr_cancel",
    params(QrTokenParam),
    responses(
        (status = 200, description = "The login is given up, and nothing of it is left", body = QrDone),
        (status = 404, description = "`login_not_found`"),
    )
)]
#[delete("/api/v3/auth/qr/{token}")]
pub(super) async fn cancel(context: Context, token: Path<String>) -> Result<Json<QrDone>, Refusal> {
    let token = token.into_inner();
    let login = context.call(CancelQrLogin { token }).await?;
    Ok(Json(QrDone::cancelled(&login)))
}

async fn look(context: &Context, token: &str) -> Result<QrLogin, Error> {
    let op = LookAtQrLogin {
        token: token.to_owned(),
        seen: None,
        patience: Duration::ZERO,
    };
    context.call(op).await
}

/// A login as it is told; one that has ended is forgotten by that, and told to nobody else.
async fn told(context: &Context, login: QrLogin) -> Result<QrLogin, Error> {
    if !login.state.is_final() {
        return Ok(login);
    }
    context.call(CancelQrLogin { token: login.token }).await
}
