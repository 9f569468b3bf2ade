//! A login as a state machine without I/O.
//!
//! It holds what is known and says what to ask Telegram next; who asks, and how often, is
//! the matter of `login_phase` and `qr`. A wrong code or password changes nothing, so that it can be
//! repeated.

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
    step: Step,
    expires: Instant,
}

/// What a login waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The code that Telegram has sent to this number.
    Code { phone: String },
    /// Somebody who scans a QR code.
    Scan,
    /// The two-step password.
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
            step: Step::Code { phone },
            expires: now + lifetime,
        }
    }

    /// A QR code is shown.
    pub(super) fn by_scan(now: Instant, lifetime: Duration) -> Self {
        Self {
            step: Step::Scan,
            expires: now + lifetime,
        }
    }

    /// What it waits for.
    pub(super) const fn step(&self) -> &Step {
        &self.step
    }

    /// When the login lapses if nothing completes it.
    pub(super) const fn expires(&self) -> Instant {
        self.expires
    }

    /// A client has submitted a code.
    pub(super) fn code(&self) -> Result<CodeAction, Error> {
        match &self.step {
            Step::Code { phone } => Ok(CodeAction::SignIn {
                phone: phone.clone(),
            }),
            Step::Password { hint } => Ok(CodeAction::AskPassword { hint: hint.clone() }),
            Step::Scan => Err(no_login()),
        }
    }

    /// Telegram has taken the code and asks for the password.
    pub(super) fn password_needed(&mut self, hint: Option<String>) {
        self.step = Step::Password { hint };
    }

    /// The same, with a time of its own for the password.
    pub(super) fn password_needed_until(&mut self, hint: Option<String>, expires: Instant) {
        self.password_needed(hint);
        self.expires = expires;
    }

    /// A client has submitted a password; is it time for one?
    pub(super) fn password(&self) -> Result<(), Error> {
        match self.step {
            Step::Password { .. } => Ok(()),
            Step::Code { .. } => Err(Error::new(
                Code::LoginNotFound,
                "Telegram has not asked for a password yet; submit the code first",
            )),
            Step::Scan => Err(Error::new(
                Code::LoginNotFound,
                "Telegram has not asked for a password yet; the QR code has to be scanned first",
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
                login.code().expect("a code is awaited"),
                CodeAction::SignIn {
                    phone: "+1".to_owned()
                }
            );
            assert!(login.password().is_err());
        }
        let hint = Some("pet".to_owned());
        login.password_needed(hint.clone());
        let asked = login.code().expect("it is used up");
        assert_eq!(asked, CodeAction::AskPassword { hint });
        assert!(login.password().is_ok() && login.password().is_ok());
    }

    #[test]
    fn a_scan_takes_no_code_and_its_password_has_a_time_of_its_own() {
        let now = Instant::now();
        let mut login = Login::by_scan(now, Duration::from_mins(5));
        assert!(login.code().is_err() && login.password().is_err());
        let until = now + Duration::from_mins(7);
        login.password_needed_until(None, until);
        assert!(login.password().is_ok());
        assert_eq!(login.expires(), until);
    }
}
