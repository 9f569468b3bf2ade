//! A login as a state machine without I/O.
//!
//! It holds what is known and says what to ask Telegram next; who asks, and how often, is
//! `login_phase`'s matter. A wrong code or password changes nothing, so that it can be repeated.

use crate::error::{Code, Error};
use crate::model::Peer;
use std::time::Duration;
use tokio::time::Instant;

/// What starting a login leads to.
#[derive(Clone, Debug)]
pub enum LoginStarted {
    /// Telegram has sent a code; this names it.
    CodeSent {
        /// To be handed back with the code.
        phone_code_hash: String,
    },
    /// There is nothing to do.
    AlreadyLoggedIn,
}

/// What a code or a password leads to.
#[derive(Clone, Debug)]
pub enum LoginProgress {
    /// Logged in, as this user.
    LoggedIn(Box<Peer>),
    /// The two-step password is asked for.
    PasswordRequired {
        /// What the user noted to remember it by.
        hint: Option<String>,
    },
}

/// A login in progress.
#[derive(Clone, Debug)]
pub(super) struct Login {
    phone: String,
    step: Step,
    expires: Instant,
}

#[derive(Clone, Debug)]
enum Step {
    Code,
    Password { hint: Option<String> },
}

/// What to do with a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CodeAction {
    /// `auth.signIn` for this number.
    SignIn {
        /// The number that the code was sent to.
        phone: String,
    },
    /// The code has done its part; only the password is missing.
    AskPassword {
        /// What the user noted to remember it by.
        hint: Option<String>,
    },
}

impl Login {
    /// Telegram has sent a code to `phone`.
    pub(super) fn new(phone: String, now: Instant, lifetime: Duration) -> Self {
        Self {
            phone,
            step: Step::Code,
            expires: now + lifetime,
        }
    }

    /// When the login lapses if nothing completes it.
    pub(super) const fn expires(&self) -> Instant {
        self.expires
    }

    /// A client has submitted a code.
    pub(super) fn code(&self) -> CodeAction {
        match &self.step {
            Step::Code => CodeAction::SignIn {
                phone: self.phone.clone(),
            },
            Step::Password { hint } => CodeAction::AskPassword { hint: hint.clone() },
        }
    }

    /// Telegram has taken the code and asks for the password.
    pub(super) fn password_needed(&mut self, hint: Option<String>) {
        self.step = Step::Password { hint };
    }

    /// A client has submitted a password; is it time for one?
    pub(super) fn password(&self) -> Result<(), Error> {
        match self.step {
            Step::Password { .. } => Ok(()),
            Step::Code => Err(Error::new(
                Code::LoginNotFound,
                "Telegram has not asked for a password yet; submit the code first",
            )),
        }
    }
}

/// The answer to a step of a login that is not there.
pub(super) fn no_login() -> Error {
    Error::new(
        Code::LoginNotFound,
        "no login is in progress for this session, or it has expired; start it with /login/start",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_asked_for_until_telegram_wants_the_password() {
        let mut login = Login::new("+1".to_owned(), Instant::now(), Duration::from_secs(1));
        for _ in 0..3 {
            assert_eq!(
                login.code(),
                CodeAction::SignIn {
                    phone: "+1".to_owned()
                }
            );
            assert!(login.password().is_err());
        }
        let hint = Some("pet".to_owned());
        login.password_needed(hint.clone());
        assert_eq!(login.code(), CodeAction::AskPassword { hint });
        assert!(login.password().is_ok() && login.password().is_ok());
    }
}
