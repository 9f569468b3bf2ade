//! A login over its link: what an answer of Telegram's leads to, however the login was begun.

use crate::error::{Code, Error};
use crate::model::{Peer, SessionName};
use crate::session::login::Login;
use crate::telegram::{self, Link, SignIn};
use log::info;
use secrecy::SecretString;
use std::sync::Arc;

/// A login and the link it goes over.
pub(super) struct LoginAttempt {
    pub(super) link: Arc<Link>,
    pub(super) login: Login,
    /// Whether a step was sent whose answer nobody has seen: Telegram may have let the account in.
    pub(super) uncertain: bool,
}

/// What a step leads to.
pub(super) enum Verdict {
    /// Telegram has let the account in.
    In(Box<Peer>),
    /// Only the password is missing.
    Password(Option<String>),
    /// The login stays where it is.
    Refused(Error),
}

impl LoginAttempt {
    pub(super) const fn new(link: Arc<Link>, login: Login) -> Self {
        Self {
            link,
            login,
            uncertain: false,
        }
    }

    /// Takes Telegram's answer to a code, a scan or a password.
    pub(super) async fn judge(
        &mut self,
        name: &SessionName,
        answer: Result<SignIn, telegram::Error>,
    ) -> Verdict {
        match answer {
            Ok(SignIn::Done(user)) => Verdict::In(user),
            Ok(SignIn::PasswordNeeded { hint }) => Verdict::Password(hint),
            Ok(SignIn::SignUpRequired) => Verdict::Refused(Error::new(
                Code::SignUpRequired,
                "the phone number has no Telegram account; sign up with an official app first",
            )),
            // An earlier step has used the code up, and its answer was lost.
            Err(telegram::Error::Rpc(refused))
                if self.uncertain
                    && let Ok(user) = self.link.own_user().await =>
            {
                info!(session = name.as_str(); "an earlier step has logged in: {refused}");
                Verdict::In(Box::new(user))
            }
            Err(error) => {
                self.uncertain |= error.leaves_uncertain();
                Verdict::Refused(Error::from(error))
            }
        }
    }

    /// Submits the two-step password, if it is time for one.
    pub(super) async fn submit_password(
        &mut self,
        name: &SessionName,
        password: SecretString,
    ) -> Verdict {
        if let Err(error) = self.login.password() {
            return Verdict::Refused(error);
        }
        let answer = self.link.check_password(password).await;
        self.judge(name, answer).await
    }
}
