//! `/login/qr`: logging in by QR code.

use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::doors::hub::wire::{
    Done, LoginProgressAnswer, Picture, QrImageQuery, QrLoginAnswer, QrPasswordRequest, QrRequest,
    QrTokenParam, cancelled,
};
use crate::http::events::{self, Event, StreamedEvent, prefers_events};
use crate::http::failure::Failure;
use crate::http::input::{Body, Query};
use crate::http::last::last;
use crate::ops::login::LoginProgress;
use crate::ops::qr_login::{
    CancelQrLogin, LookAtQrLogin, QrLogin, QrState, StartQrLogin, SubmitQrPassword, WrongPassword,
};
use crate::qr_code;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::middleware::from_fn;
use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use secrecy::ExposeSecret as _;
use std::time::Duration;

type Answer<T> = Result<Json<T>, Failure>;

/// Begin a login by QR code.
///
/// `qr_url` is what the code holds, and changes about every 25 seconds; `GET /login/qr/{token}`
/// tells the present one, and `GET /login/qr/{token}/image` draws it. The code may be scanned for
/// five minutes. Beginning again for the same session replaces the login in progress. A login that
/// fails, expires or is cancelled leaves everything as it was.
#[utoipa::path(
    tag = "login",
    operation_id = "login_qr_start",
    request_body = QrRequest,
    responses(
        (status = 200, description = "A code waits to be scanned", body = QrLoginAnswer),
        (status = 400, description = "`api_id_invalid`"),
        (status = 409, description = "`session_in_use`: the session is logged in; pass `force`"),
        (status = 429, description = "`flood_wait`, `rate_limited`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/login/qr")]
pub(super) async fn start(context: Context, body: Body<QrRequest>) -> Answer<QrLoginAnswer> {
    let Body(QrRequest {
        session_id: session,
        force,
    }) = body;
    Ok(Json(
        context.call(StartQrLogin { session, force }).await?.into(),
    ))
}

/// Look at a login by QR code.
///
/// With `Accept: text/event-stream` it answers an event for the present state and each change, named
/// by `status`, and ends after the last one; a comment every 15 seconds shows that it lives. What
/// became of a login can be asked for five minutes.
#[utoipa::path(
    tag = "login",
    operation_id = "login_qr_look",
    params(QrTokenParam),
    responses(
        (status = 200, description = "The login", content(
            (QrLoginAnswer = "application/json"),
            (StreamedEvent = "text/event-stream"),
        )),
        (status = 404, description = "`login_not_found`"),
    )
)]
#[get("/login/qr/{token}")]
pub(super) async fn look(
    context: Context,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let login = at_once(&context, token.as_str()).await?;
    if !prefers_events(request.headers()) {
        let answer = QrLoginAnswer::from(login);
        return Ok(HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(answer));
    }
    let is_last = |login: &QrLogin| login.state.is_final();
    Ok(events::stream(context, login, next, is_last, event))
}

/// The login as it is now.
async fn at_once(context: &Context, token: &str) -> Result<QrLogin, Error> {
    let op = LookAtQrLogin {
        token: token.to_owned(),
        seen: None,
        patience: Duration::ZERO,
    };
    context.call(op).await
}

/// The login's next state; `None` when it has not changed for a while.
async fn next(
    context: Context,
    seen: QrLogin,
    patience: Duration,
) -> Result<Option<QrLogin>, Error> {
    let op = LookAtQrLogin {
        token: seen.token,
        seen: Some(seen.version),
        patience,
    };
    let found = context.call(op).await?;
    Ok((found.version > seen.version).then_some(found))
}

fn event(login: QrLogin) -> Event {
    let id = login.version;
    let answer = QrLoginAnswer::from(login);
    Event::new(answer.status, id, &answer)
}

/// Hand in the two-step password of a login by QR code.
///
/// After a wrong password the login stays and the password can be sent again.
#[utoipa::path(
    tag = "login",
    operation_id = "login_qr_password",
    params(QrTokenParam),
    request_body = QrPasswordRequest,
    responses(
        (status = 200, description = "Logged in", body = LoginProgressAnswer),
        (status = 400, description = "`password_invalid`"),
        (status = 404, description = "`login_not_found`: there is no such login, or no password is asked for"),
        (status = 409, description = "`session_busy`, `account_mismatch`, `session_in_use`"),
        (status = 429, description = "`flood_wait`"),
        (status = 502, description = "`telegram_error`, `telegram_unreachable`"),
    )
)]
#[post("/login/qr/{token}/password", wrap = "from_fn(last)")]
pub(super) async fn password(
    context: Context,
    token: Path<String>,
    body: Body<QrPasswordRequest>,
) -> Answer<LoginProgressAnswer> {
    let op = SubmitQrPassword {
        token: token.into_inner(),
        password: body.0.password,
        wrong: WrongPassword::CanBeRepeated,
    };
    let user = context.call(op).await?;
    Ok(Json(LoginProgress::LoggedIn(user).into()))
}

/// Give a login by QR code up.
#[utoipa::path(
    tag = "login",
    operation_id = "login_qr_cancel",
    params(QrTokenParam),
    responses(
        (status = 200, description = "The login is gone, and nothing of it is left", body = Done),
        (status = 404, description = "`login_not_found`"),
    )
)]
#[delete("/login/qr/{token}")]
pub(super) async fn cancel(context: Context, token: Path<String>) -> Answer<Done> {
    let token = token.into_inner();
    let login = context.call(CancelQrLogin { token }).await?;
    Ok(Json(cancelled(&login)))
}

/// The picture of the QR code, as long as it waits to be scanned.
///
/// Ask again when the code has changed; it must not be cached.
#[utoipa::path(
    tag = "login",
    operation_id = "login_qr_image",
    params(QrTokenParam, QrImageQuery),
    responses(
        (status = 200, description = "The code", content(
            (String = "image/svg+xml"),
            (Vec<u8> = "image/png"),
            (String = "text/plain"),
        )),
        (status = 404, description = "`login_not_found`: there is no such login, or it does not wait to be scanned any more"),
    )
)]
#[get("/login/qr/{token}/image")]
pub(super) async fn image(
    context: Context,
    token: Path<String>,
    query: Query<QrImageQuery>,
) -> Result<HttpResponse, Failure> {
    let login = at_once(&context, token.as_str()).await?;
    let QrState::Pending { url, .. } = login.state else {
        let why = "the login does not wait for its QR code to be scanned any more";
        return Err(Error::new(Code::LoginNotFound, why).into());
    };
    let (mime, picture) = drawn(query.0.format, url.expose_secret())?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, mime))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(picture))
}

fn drawn(format: Picture, url: &str) -> Result<(&'static str, Vec<u8>), Error> {
    let drawn = match format {
        Picture::Svg => qr_code::svg(url).map(|svg| ("image/svg+xml", svg.into_bytes())),
        Picture::Png => qr_code::png(url).map(|png| ("image/png", png)),
        Picture::Text => {
            qr_code::text(url).map(|text| ("text/plain; charset=utf-8", (text + "\n").into_bytes()))
        }
    };
    drawn.map_err(|error| Error::new(Code::Internal, "Internal error").because(error))
}
