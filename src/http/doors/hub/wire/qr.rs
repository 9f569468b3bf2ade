//! The JSON of logins by QR code.

use super::login::User;
use super::shared::{Done, POLICY};
use crate::error::Code;
use crate::http::input::{kind, request};
use crate::model::{SessionName, UtcTime};
use crate::ops::qr_login::{QrLogin, QrState};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

request! {
    policy POLICY;
    /// Body of `POST /login/qr`.
    pub(crate) struct QrRequest {
        /// The session to log in, named by the client; it is created when somebody has scanned.
        session_id: SessionName = kind::session(),
        /// Whether the session may be logged in already. It stays online until the new login has
        /// succeeded.
        force: bool = kind::strict_flag().or(false),
    }
}

request! {
    policy POLICY;
    /// Body of `POST /login/qr/{token}/password`.
    pub(crate) struct QrPasswordRequest {
        /// The two-step password.
        password: SecretString = kind::secret().format("password"),
    }
}

request! {
    policy POLICY;
    /// Query of `GET /login/qr/{token}/image`.
    pub(crate) struct QrImageQuery {
        /// `svg`, `png`, or `txt` for a dark terminal.
        format: Picture = kind::words([
            ("svg", Picture::Svg),
            ("png", Picture::Png),
            ("txt", Picture::Text),
        ])
        .or_written(Picture::Svg, "svg"),
    }
}

/// How a code is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Picture {
    Svg,
    Png,
    Text,
}

/// The login that a path names, for the document.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(crate) struct QrTokenParam {
    /// What `POST /login/qr` answered.
    #[param(
        pattern = "^[0-9a-f]{32}$",
        example = "7c9e6679f4b34a0d8f6b1e2a5d3c4b90"
    )]
    pub(crate) token: String,
}

/// A login by QR code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QrLoginAnswer {
    /// `pending`, `password_required`, `success`, `expired`, `error` or `cancelled`.
    #[schema(example = "pending")]
    pub(crate) status: &'static str,
    /// What has happened, or is to be done, in words.
    message: String,
    /// By which the login is asked for. Whoever has it may carry the login on.
    token: String,
    /// The session that it is for.
    session_id: String,
    /// What the code holds, while it waits to be scanned. It changes about every 25 seconds.
    #[schema(required, example = "tg://login?token=AQI…")]
    qr_url: Option<String>,
    /// Until when the code counts, or the password is waited for.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    expires_at: Option<UtcTime>,
    /// The hint that the account's owner left for the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password_hint: Option<String>,
    /// The account, once it is logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<User>,
    /// The name of what has failed, one of those that errors carry in `X-Error-Code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error_code: Option<&'static str>,
}

/// What a state adds to an answer.
#[derive(Default)]
struct Facts {
    qr_url: Option<String>,
    expires_at: Option<UtcTime>,
    password_hint: Option<String>,
    user: Option<User>,
    error: Option<Code>,
}

impl From<QrLogin> for QrLoginAnswer {
    fn from(login: QrLogin) -> Self {
        let (status, message, facts) = told(login.state);
        Self {
            status,
            message,
            token: login.token,
            session_id: login.session.to_string(),
            qr_url: facts.qr_url,
            expires_at: facts.expires_at,
            password_hint: facts.password_hint,
            user: facts.user,
            error_code: facts.error.map(Code::wire),
        }
    }
}

fn told(state: QrState) -> (&'static str, String, Facts) {
    let nothing = Facts::default();
    match state {
        QrState::Pending { url, expires_at } => (
            "pending",
            "Scan the QR code in Telegram: Settings, Devices, Link Desktop Device".to_owned(),
            Facts {
                qr_url: Some(url.expose_secret().to_owned()),
                expires_at: Some(expires_at),
                ..nothing
            },
        ),
        QrState::PasswordRequired { hint, expires_at } => (
            "password_required",
            "Two-factor authentication is enabled. Please provide your password".to_owned(),
            Facts {
                expires_at: Some(expires_at),
                password_hint: hint,
                ..nothing
            },
        ),
        QrState::Success(user) => (
            "success",
            "Login successful".to_owned(),
            Facts {
                user: Some(user.into()),
                ..nothing
            },
        ),
        QrState::Expired => (
            "expired",
            "The login has expired; start it again".to_owned(),
            nothing,
        ),
        QrState::Error { code, reason } => (
            "error",
            reason,
            Facts {
                error: Some(code),
                ..nothing
            },
        ),
        QrState::Cancelled => ("cancelled", "The login was cancelled".to_owned(), nothing),
    }
}

/// Answer of `DELETE /login/qr/{token}`.
pub(crate) fn cancelled(login: &QrLogin) -> Done {
    Done::new(match login.state {
        QrState::Success(_) => "The login had succeeded already; the session stays",
        _ => "Login cancelled",
    })
}
