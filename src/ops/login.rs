//! Logging accounts in and out.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{LoggedOut, SessionName, StoredState, UserId, UtcTime};
use crate::ops::{Ctx, Operation, Subject, accounts, permission};
use crate::session::{self, SessionHandle, log_out_state};
use crate::store::sessions::{self, NewSession};
use secrecy::SecretString;

/// A Telegram user as far as clients need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserView {
    /// The user's id.
    pub id: UserId,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The username, without `@`.
    pub username: Option<String>,
    /// The phone number, digits with or without `+`.
    pub phone: Option<String>,
}

/// Asks Telegram to send a login code to a phone number.
///
/// Starting again for the same session replaces the login in progress.
/// Source: <https://core.telegram.org/method/auth.sendCode>.
///
/// # Errors
/// `invalid_request` for a new name that hides something; `phone_number_invalid`,
/// `phone_number_banned`, `api_id_invalid`, `flood_wait`, `rate_limited`, `session_busy`,
/// `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct StartLogin {
    /// The session to log in; it is created when it does not exist, and leaves nothing then when
    /// Telegram refuses.
    pub session: SessionName,
    /// The phone number: `+` and digits. Without a digit it is refused, and Telegram is not asked.
    pub phone: String,
}

/// What became of [`StartLogin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginStarted {
    /// A code is on its way.
    CodeSent {
        /// What the client must send back with the code.
        phone_code_hash: String,
    },
    /// The session is logged in already; nothing was sent.
    AlreadyLoggedIn,
}

impl Operation for StartLogin {
    const NAME: &'static str = "login.start";
    const SCOPE: Scope = Scope::Manage;
    type Output = LoginStarted;

    fn subject(&self) -> Subject {
        Subject::new_session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        if !self.phone.contains(|c: char| c.is_ascii_digit()) {
            return Err(Error::new(
                Code::PhoneNumberInvalid,
                "a phone number has digits",
            ));
        }
        let hub = &ctx.hub;
        let context = hub.registry.context();
        let new = NewSession {
            name: self.session.clone(),
            owner: ctx.caller.tenant(),
            api_id: context.api_id,
            api_hash: context.api_hash.clone(),
            now: UtcTime::now(),
        };
        if accounts::row(hub, &self.session).await?.is_none() {
            self.session.check_new().map_err(Error::unfit_name)?;
        }
        let vault = hub.store.vault().clone();
        let row = hub
            .store
            .write(move |conn| sessions::create_or_get(conn, &vault, &new))
            .await?;
        permission::check_owner(&ctx.caller, &row)?;
        let handle = accounts::running(hub, &row);
        let started = handle.start_login(self.phone).await?;
        Ok(match started {
            session::LoginStarted::CodeSent { phone_code_hash } => {
                LoginStarted::CodeSent { phone_code_hash }
            }
            session::LoginStarted::AlreadyLoggedIn => LoginStarted::AlreadyLoggedIn,
        })
    }
}

/// Hands in the login code.
///
/// Source: <https://core.telegram.org/method/auth.signIn>.
///
/// # Errors
/// `login_not_found`, `phone_code_invalid` (the login stays and the code can be sent again),
/// `phone_code_expired`, `sign_up_required`, `flood_wait`, `telegram_error`,
/// `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SubmitCode {
    /// The session with a login in progress.
    pub session: SessionName,
    /// The code the user received.
    pub code: SecretString,
    /// The hash that [`LoginStarted::CodeSent`] gave out.
    pub phone_code_hash: String,
}

/// What became of [`SubmitCode`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginProgress {
    /// The account is logged in.
    LoggedIn(UserView),
    /// The account has a two-step password; the login waits for it.
    PasswordRequired {
        /// The hint that the account's owner left.
        hint: Option<String>,
    },
}

impl Operation for SubmitCode {
    const NAME: &'static str = "login.submit_code";
    const SCOPE: Scope = Scope::Manage;
    type Output = LoginProgress;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let handle = in_login(ctx, &self.session)?;
        Ok(
            match handle.submit_code(self.code, self.phone_code_hash).await? {
                session::LoginProgress::LoggedIn(user) => {
                    LoginProgress::LoggedIn(UserView::from(user.as_ref()))
                }
                session::LoginProgress::PasswordRequired { hint } => {
                    LoginProgress::PasswordRequired { hint }
                }
            },
        )
    }
}

/// Hands in the two-step password.
///
/// Source: <https://core.telegram.org/api/srp>.
///
/// # Errors
/// `login_not_found`, `password_invalid` (the login stays and the password can be sent again),
/// `flood_wait`, `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SubmitPassword {
    /// The session whose login waits for the password.
    pub session: SessionName,
    /// The password.
    pub password: SecretString,
}

impl Operation for SubmitPassword {
    const NAME: &'static str = "login.submit_password";
    const SCOPE: Scope = Scope::Manage;
    type Output = UserView;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let handle = in_login(ctx, &self.session)?;
        match handle.submit_password(self.password).await? {
            session::LoginProgress::LoggedIn(user) => Ok(UserView::from(user.as_ref())),
            session::LoginProgress::PasswordRequired { .. } => Err(Error::new(
                Code::PasswordInvalid,
                "Telegram asks for the password again",
            )),
        }
    }
}

/// Logs a session out at Telegram. Its row and its captured messages stay. A log-out that Telegram
/// does not take at once is done later.
///
/// Succeeds as well for a session that is unknown or logged out.
/// Source: <https://core.telegram.org/method/auth.logOut>.
///
/// # Errors
/// `session_busy`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct LogOut {
    /// The session.
    pub session: SessionName,
}

impl Operation for LogOut {
    const NAME: &'static str = "login.log_out";
    const SCOPE: Scope = Scope::Manage;
    type Output = LoggedOut;

    fn subject(&self) -> Subject {
        Subject::session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        match accounts::row(&ctx.hub, &self.session).await? {
            Some(row) if row.state != StoredState::LoggedOut => {
                accounts::running(&ctx.hub, &row).log_out().await
            }
            _ => log_out_state(ctx.hub.registry.context(), self.session).await,
        }
    }
}

/// Only a session that runs can have a login in progress.
fn in_login(ctx: &Ctx, name: &SessionName) -> Result<SessionHandle, Error> {
    ctx.hub.registry.get(name).ok_or_else(|| {
        Error::new(
            Code::LoginNotFound,
            "no login is in progress for this session; start it with /login/start",
        )
    })
}
