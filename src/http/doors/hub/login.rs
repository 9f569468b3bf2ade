//! `/login/*` and `/logout`.

use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    CodeRequest, LoggedOutAnswer, LoginProgressAnswer, LoginStartedAnswer, PasswordRequest,
    SessionRequest, StartRequest,
};
use crate::http::failure::Failure;
use crate::http::input::Body;
use crate::http::last::last;
use crate::ops::login::{LogOut, LoginProgress, StartLogin, SubmitCode, SubmitPassword};
use actix_web::middleware::from_fn;
use actix_web::post;
use actix_web::web::Json;

type Answer<T> = Result<Json<T>, Failure>;

/// Send a login code to a phone number.
///
/// Starting again replaces the login in progress. When the session is logged in already, the
/// status is `already_logged_in` and nothing is sent.
#[utoipa::path(
    tag = "login",
    operation_id = "login_start",
    request_body = StartRequest,
    responses(
        (status = 200, description = "A code is on its way, or the session is logged in already", body = LoginStartedAnswer),
        (status = 400, description = "`phone_number_invalid`, `phone_number_banned`, `api_id_invalid`"),
        (status = 409, description = "`session_busy`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/login/start")]
pub(super) async fn start(
    context: Context,
    body: Body<StartRequest>,
) -> Answer<LoginStartedAnswer> {
    let Body(StartRequest {
        session_id: session,
        phone_number: phone,
    }) = body;
    let started = context.call(StartLogin { session, phone }).await?;
    Ok(Json(started.into()))
}

/// Hand in the login code.
///
/// `status` tells how it went on: `success`, or `2fa_required` when the account has a two-step
/// password; then call `/login/password`. After a wrong code the login stays and the code can be
/// sent again.
#[utoipa::path(
    tag = "login",
    operation_id = "login_code",
    request_body = CodeRequest,
    responses(
        (status = 200, description = "Logged in, or the two-step password is needed", body = LoginProgressAnswer),
        (status = 400, description = "`phone_code_invalid`, `phone_code_expired`, `sign_up_required`"),
        (status = 404, description = "`login_not_found`"),
        (status = 409, description = "`session_busy`, `account_mismatch`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/login/code", wrap = "from_fn(last)")]
pub(super) async fn code(context: Context, body: Body<CodeRequest>) -> Answer<LoginProgressAnswer> {
    let Body(request) = body;
    let progress = context
        .call(SubmitCode {
            session: request.session_id,
            code: request.phone_code,
            phone_code_hash: request.phone_code_hash,
        })
        .await?;
    Ok(Json(progress.into()))
}

/// Hand in the two-step password.
///
/// After a wrong password the login stays and the password can be sent again.
#[utoipa::path(
    tag = "login",
    operation_id = "login_password",
    request_body = PasswordRequest,
    responses(
        (status = 200, description = "Logged in", body = LoginProgressAnswer),
        (status = 400, description = "`password_invalid`"),
        (status = 404, description = "`login_not_found`"),
        (status = 409, description = "`session_busy`, `account_mismatch`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/login/password", wrap = "from_fn(last)")]
pub(super) async fn password(
    context: Context,
    body: Body<PasswordRequest>,
) -> Answer<LoginProgressAnswer> {
    let Body(PasswordRequest {
        session_id: session,
        password,
    }) = body;
    let user = context.call(SubmitPassword { session, password }).await?;
    Ok(Json(LoginProgress::LoggedIn(user).into()))
}

/// Log a session out at Telegram.
///
/// Its captured messages stay. Succeeds as well for a session that is unknown or logged out.
/// `logged_out` is false while Telegram has not taken the log-out; the hub goes on asking.
#[utoipa::path(
    tag = "login",
    operation_id = "logout",
    request_body = SessionRequest,
    responses(
        (status = 200, description = "The session is logged out", body = LoggedOutAnswer),
        (status = 409, description = "`session_busy`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/logout")]
pub(super) async fn logout(
    context: Context,
    body: Body<SessionRequest>,
) -> Answer<LoggedOutAnswer> {
    let session = body.0.session_id;
    let logged_out = context.call(LogOut { session }).await?;
    Ok(Json(LoggedOutAnswer::logged_out(logged_out)))
}
