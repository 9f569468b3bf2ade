//! `/auth/*`: logging an account in to get its session string.

use super::wire::{Detail, SendCodeRequest, Verified, VerifyRequest};
use crate::http::context::Context;
use crate::http::failure::Failure;
use crate::http::input::Body;
use crate::http::last::last;
use crate::ops::guests::{Application, CompleteGuestLogin, StartGuestLogin};
use actix_web::middleware::from_fn;
use actix_web::post;
use actix_web::web::Json;

/// Send a login code to a phone number.
///
/// Nothing is kept but the login in progress, in memory and for some minutes. Asking again sends
/// another code, which counts from then on.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_send_code",
    request_body = SendCodeRequest,
    responses(
        (status = 200, description = "A code is on its way", body = Detail),
        (status = 400, description = "`phone_number_invalid`, `phone_number_banned`, `api_id_invalid`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/auth/send-code", wrap = "from_fn(last)")]
pub(super) async fn send_code(
    context: Context,
    body: Body<SendCodeRequest>,
) -> Result<Json<Detail>, Failure> {
    let Body(SendCodeRequest {
        api_id,
        api_hash,
        phone,
    }) = body;
    let app = Application { api_id, api_hash };
    context.call(StartGuestLogin { app, phone }).await?;
    Ok(Json(Detail::CODE_SENT))
}

/// Hand in the login code and get the session string.
///
/// Where the account has a two-step password it comes along as `password`, or with a second call
/// that may leave the code out. After a wrong code or password the login stays. The hub does not
/// keep the string.
#[utoipa::path(
    tag = "reader",
    operation_id = "reader_verify_code",
    request_body = VerifyRequest,
    responses(
        (status = 200, description = "Logged in", body = Verified),
        (status = 400, description = "`login_not_found`, `phone_code_invalid`, `phone_code_expired`, `password_required`, `password_invalid`, `sign_up_required`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/auth/verify-code", wrap = "from_fn(last)")]
pub(super) async fn verify_code(
    context: Context,
    body: Body<VerifyRequest>,
) -> Result<Json<Verified>, Failure> {
    let string = context.call(CompleteGuestLogin::from(body.0)).await?;
    Ok(Json(Verified::new(&string)))
}
