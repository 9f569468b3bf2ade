//! The JSON of logins.

use super::shared::{POLICY, SUCCESS};
use crate::http::input::{kind, request};
use crate::model::SessionName;
use crate::ops::login::{LoginProgress, LoginStarted, UserView};
use secrecy::SecretString;
use serde::Serialize;
use utoipa::ToSchema;

request! {
    policy POLICY;
    /// Body of `POST /login/start`.
    pub(crate) struct StartRequest {
        /// The session to log in, named by the client; it is created when it does not exist.
        session_id: SessionName = kind::session(),
        /// The phone number with its country code. Everything but digits is dropped.
        phone_number: String = kind::text()
            .map(|text| normalised(&text).unwrap_or_default())
            .example("+1 (234) 567-890"),
    }
}

/// `+` and the digits of a phone number; `None` without a digit.
fn normalised(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("+{digits}"))
}

request! {
    policy POLICY;
    /// Body of `POST /login/code`.
    pub(crate) struct CodeRequest {
        /// The session with a login in progress.
        session_id: SessionName = kind::session(),
        /// The code that the user received.
        phone_code: SecretString = kind::secret().example("12345"),
        /// What `/login/start` answered.
        phone_code_hash: String = kind::text(),
    }
}

request! {
    policy POLICY;
    /// Body of `POST /login/password`.
    pub(crate) struct PasswordRequest {
        /// The session whose login waits for the password.
        session_id: SessionName = kind::session(),
        /// The two-step password.
        password: SecretString = kind::secret().format("password"),
    }
}

request! {
    policy POLICY;
    /// Body of `POST /logout`.
    pub(crate) struct SessionRequest {
        /// The session.
        session_id: SessionName = kind::session(),
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
