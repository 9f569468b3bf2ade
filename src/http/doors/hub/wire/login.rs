//! The JSON of logins.

use super::shared::SUCCESS;
use crate::http::input::{Fields, FromFields};
use crate::model::SessionName;
use crate::ops::login::{LoginProgress, LoginStarted, UserView};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

/// Body of `POST /login/start`.
#[derive(Debug, ToSchema)]
pub(crate) struct StartRequest {
    /// The session to log in, named by the client; it is created when it does not exist.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// The phone number with its country code. Everything but digits is dropped.
    #[schema(example = "+1 (234) 567-890")]
    pub(crate) phone_number: String,
}

impl FromFields for StartRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id");
        let phone_number = fields
            .text("phone_number")
            .map(|text| normalised(&text).unwrap_or_default());
        Some(Self {
            session_id: session_id?,
            phone_number: phone_number?,
        })
    }
}

/// `+` and the digits of a phone number; `None` without a digit.
fn normalised(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("+{digits}"))
}

/// Body of `POST /login/code`.
#[derive(Debug, ToSchema)]
pub(crate) struct CodeRequest {
    /// The session with a login in progress.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// The code that the user received.
    #[schema(value_type = String, example = "12345")]
    pub(crate) phone_code: SecretString,
    /// What `/login/start` answered.
    pub(crate) phone_code_hash: String,
}

impl FromFields for CodeRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id");
        let phone_code = fields.secret("phone_code");
        let phone_code_hash = fields.text("phone_code_hash");
        Some(Self {
            session_id: session_id?,
            phone_code: phone_code?,
            phone_code_hash: phone_code_hash?,
        })
    }
}

/// Body of `POST /login/password`.
#[derive(Debug, ToSchema)]
pub(crate) struct PasswordRequest {
    /// The session whose login waits for the password.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
    /// The two-step password.
    #[schema(value_type = String, format = Password)]
    pub(crate) password: SecretString,
}

impl FromFields for PasswordRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id");
        let password = fields.secret("password");
        Some(Self {
            session_id: session_id?,
            password: password?,
        })
    }
}

/// Body of `POST /logout`.
#[derive(Debug, ToSchema)]
pub(crate) struct SessionRequest {
    /// The session.
    #[schema(value_type = String, min_length = 1, max_length = 128, pattern = r"^[^/\u0000-\u001f\u007f-\u009f]+$", example = "user123")]
    pub(crate) session_id: SessionName,
}

impl FromFields for SessionRequest {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let session_id = fields.session("session_id")?;
        Some(Self { session_id })
    }
}

/// A Telegram user.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// The user's id.
    #[schema(example = 123_456_789)]
    pub(crate) id: i64,
    /// The first name.
    #[schema(required)]
    pub(crate) first_name: Option<String>,
    /// The last name.
    #[schema(required)]
    pub(crate) last_name: Option<String>,
    /// The username, without `@`.
    #[schema(required)]
    pub(crate) username: Option<String>,
    /// The phone number, with `+`.
    #[schema(required)]
    pub(crate) phone: Option<String>,
}

impl From<UserView> for User {
    fn from(view: UserView) -> Self {
        Self {
            id: view.id.0,
            first_name: view.first_name,
            last_name: view.last_name,
            username: view.username,
            phone: view.phone.as_deref().and_then(normalised),
        }
    }
}

/// Answer of `POST /login/start`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginStartedAnswer {
    /// `success` or `already_logged_in`.
    #[schema(example = "success")]
    status: &'static str,
    /// What happened, in words.
    message: &'static str,
    /// What `/login/code` must send back; missing when the session is logged in already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone_code_hash: Option<String>,
}

impl From<LoginStarted> for LoginStartedAnswer {
    fn from(started: LoginStarted) -> Self {
        match started {
            LoginStarted::CodeSent { phone_code_hash } => Self {
                status: SUCCESS,
                message: "Verification code sent to your phone",
                phone_code_hash: Some(phone_code_hash),
            },
            LoginStarted::AlreadyLoggedIn => Self {
                status: "already_logged_in",
                message: "This session is already logged in",
                phone_code_hash: None,
            },
        }
    }
}

/// Answer of `POST /login/code` and `POST /login/password`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LoginProgressAnswer {
    /// `success` or `2fa_required`.
    #[schema(example = "success")]
    status: &'static str,
    /// What happened, in words.
    message: &'static str,
    /// The account, once it is logged in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<User>,
    /// The hint that the account's owner left for the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password_hint: Option<String>,
}

impl From<LoginProgress> for LoginProgressAnswer {
    fn from(progress: LoginProgress) -> Self {
        match progress {
            LoginProgress::LoggedIn(user) => Self {
                status: SUCCESS,
                message: "Login successful",
                user: Some(user.into()),
                password_hint: None,
            },
            LoginProgress::PasswordRequired { hint } => Self {
                status: "2fa_required",
                message: "Two-factor authentication is enabled. Please provide your password",
                user: None,
                password_hint: hint,
            },
        }
    }
}
