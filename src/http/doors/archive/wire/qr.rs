//! The JSON of logins by QR code.

use super::shared::POLICY;
use crate::error::Error;
use crate::http::doors::archive::refusal::Refusal;
use crate::http::input::{kind, request};
use crate::model::SessionName;
use crate::ops::qr_login::{QrLogin, QrState};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

request! {
    policy POLICY;
    /// Body of `POST /api/v3/auth/qr`.
    pub(crate) struct ArchiveQrRequest {
        /// The session's name; blanks at its ends are left out.
        username: String = kind::text().published_as(1, SessionName::MAX_CHARS).like(kind::SESSION_NAME).example("user123"),
        /// Whether the session may be logged in already. It stays so until the new login has
        /// succeeded.
        force: bool = kind::strict_flag().or(false),
    }
}

request! {
    policy POLICY;
    /// Body of `POST /api/v3/auth/qr/{token}/2fa`.
    pub(crate) struct ArchiveQrPasswordRequest {
        /// The account's two-step password.
        password: SecretString = kind::secret().format("password"),
    }
}

/// The login that a path names, for the document.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(crate) struct QrTokenParam {
    /// What `POST /api/v3/auth/qr` answered.
    #[param(
        pattern = "^[0-9a-f]{32}$",
        example = "5f1d0a9c3be24f7c8a6d52e0917b34ff"
    )]
    pub(crate) token: String,
}

impl ArchiveQrRequest {
    /// The session's name.
    ///
    /// # Errors
    /// 400 for a blank name, 422 for one that is none.
    pub(crate) fn session(&self) -> Result<SessionName, Refusal> {
        let name = self.username.trim();
        if name.is_empty() {
            return Err(Refusal::Wrong("username must not be blank".to_owned()));
        }
        SessionName::parse(name).map_err(|why| {
            let why = format!("Value error, {why}");
            Error::invalid_body("username", "value_error", why).into()
        })
    }

    /// What the operation has against the name, in the field that this door has it in.
    pub(crate) fn with_own_field(error: Error) -> Error {
        match error.fields.first() {
            Some(fault) => Error::invalid_body("username", fault.kind, fault.message.clone()),
            None => error,
        }
    }
}

/// Answer of `POST /api/v3/auth/qr`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveQrStarted)]
pub(crate) struct QrStarted {
    /// By which the login is asked for.
    token: String,
    /// What the QR code holds.
    #[schema(example = "tg://login?token=…")]
    qr_url: String,
    /// What to do, in words.
    message: &'static str,
}

impl QrStarted {
    /// A login that has begun.
    pub(crate) fn new(login: QrLogin) -> Self {
        Self {
            qr_url: url(&login.state).unwrap_or_default(),
            message: "Scan the QR code with Telegram: Settings, Devices, Link Desktop Device",
            token: login.token,
        }
    }
}

/// What a login has come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveQrStatus)]
pub(crate) struct QrStatus {
    /// `pending`, `password_required`, `success`, `expired` or `error`.
    #[schema(example = "pending")]
    status: &'static str,
    /// The session's name.
    username: String,
    /// What the QR code holds now, while it waits to be scanned.
    #[schema(required)]
    qr_url: Option<String>,
    /// Why it has failed.
    #[schema(required)]
    error: Option<String>,
    /// What to do, in words.
    message: &'static str,
}

impl QrStatus {
    /// A login as it is.
    pub(crate) fn new(login: QrLogin) -> Self {
        let (status, message) = match &login.state {
            QrState::Pending { .. } => ("pending", "Waiting for the QR code to be scanned"),
            QrState::PasswordRequired { .. } => (
                "password_required",
                "The account has a two-step password: submit it",
            ),
            QrState::Success(_) => ("success", "The account is logged in"),
            QrState::Expired => ("expired", "The login has expired: start over"),
            QrState::Error { .. } => ("error", "The login has failed: start over"),
            QrState::Cancelled => ("error", "The login was given up: start over"),
        };
        Self {
            status,
            qr_url: url(&login.state),
            error: match login.state {
                QrState::Error { reason, .. } => Some(reason),
                QrState::Cancelled => Some("The login was given up".to_owned()),
                _ => None,
            },
            username: login.session.into(),
            message,
        }
    }

    /// A login whose password Telegram is looking at.
    pub(crate) fn processing(login: QrLogin) -> Self {
        Self {
            message: "The password is being looked at: ask again",
            ..Self::new(login)
        }
    }
}

fn url(state: &QrState) -> Option<String> {
    match state {
        QrState::Pending { url, .. } => Some(url.expose_secret().to_owned()),
        _ => None,
    }
}

/// A success without further facts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArchiveQrDone)]
pub(crate) struct QrDone {
    /// What was done, in words.
    detail: &'static str,
}

impl QrDone {
    /// A login was given up.
    pub(crate) const fn cancelled(login: &QrLogin) -> Self {
        let detail = match login.state {
            QrState::Success(_) => "The login had succeeded already; the session stays",
            _ => "QR login cancelled",
        };
        Self { detail }
    }
}
