//! Logging accounts in by QR code.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::model::{SessionName, UtcTime};
use crate::ops::login::UserView;
use crate::ops::{Ctx, Operation, Subject};
use crate::session::{self, QrLook};
use secrecy::SecretString;
use std::time::Duration;

pub use crate::session::WrongPassword;

/// How long a look may wait for a change.
const LONGEST_LOOK: Duration = Duration::from_secs(45);

/// A login by QR code at one moment.
#[derive(Clone, Debug)]
pub struct QrLogin {
    /// By which it is asked for, 32 hexadecimal digits. Whoever knows it may carry the login on.
    pub token: String,
    /// The session that it is for.
    pub session: SessionName,
    /// Grows with every change.
    pub version: u64,
    /// What it has come to.
    pub state: QrState,
}

/// What a login has come to: `pending` leads to each of the others, `password_required` to all but
/// `pending`, and nothing follows on the others.
#[derive(Clone, Debug)]
pub enum QrState {
    /// The code waits to be scanned.
    Pending {
        /// What the code holds: `tg://login?token=…`. Another one about every 25 seconds.
        url: SecretString,
        /// Until when it counts.
        expires_at: UtcTime,
    },
    /// The code was scanned, and the account has a two-step password.
    PasswordRequired {
        /// The hint that the account's owner left.
        hint: Option<String>,
        /// Until when the password is waited for.
        expires_at: UtcTime,
    },
    /// The account is logged in.
    Success(UserView),
    /// Nobody has scanned the code within five minutes, or told the password within two.
    Expired,
    /// It has failed, and nothing of it is left.
    Error {
        /// How.
        code: Code,
        /// Why, in words.
        reason: String,
    },
    /// Whoever began it has given it up.
    Cancelled,
}

impl QrState {
    /// Whether nothing follows on it.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Pending { .. } | Self::PasswordRequired { .. })
    }
}

impl From<QrLook> for QrLogin {
    fn from(look: QrLook) -> Self {
        let state = match look.state {
            session::QrState::Pending { url, expires_at } => QrState::Pending { url, expires_at },
            session::QrState::PasswordRequired { hint, expires_at } => {
                QrState::PasswordRequired { hint, expires_at }
            }
            session::QrState::Success(user) => QrState::Success(UserView::from(user.as_ref())),
            session::QrState::Expired => QrState::Expired,
            session::QrState::Failed { code, reason } => QrState::Error { code, reason },
            session::QrState::Cancelled => QrState::Cancelled,
        };
        Self {
            token: look.token,
            session: look.session,
            version: look.version,
            state,
        }
    }
}

/// Begins a login by QR code, in the place of one that is under way for the session.
///
/// Nothing is stored of the session before it has succeeded: one that fails, lapses or is given up
/// leaves everything as it was.
/// Source: <https://core.telegram.org/api/qr-login>.
///
/// # Errors
/// `session_in_use` for a session that is logged in, without `force`; `invalid_request` for a new
/// name that hides something; `api_id_invalid`, `flood_wait`, `rate_limited`, `telegram_error`,
/// `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct StartQrLogin {
    /// The session to log in, new or known.
    pub session: SessionName,
    /// Whether it may be logged in already. It stays online until the new login has succeeded,
    /// which takes its place; what the account had before is logged out then.
    pub force: bool,
}

impl Operation for StartQrLogin {
    const NAME: &'static str = "qr_login.start";
    const SCOPE: Scope = Scope::Manage;
    type Output = QrLogin;

    fn subject(&self) -> Subject {
        Subject::new_session(&self.session)
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let logins = &ctx.hub.qr_logins;
        Ok(logins
            .start(&self.session, ctx.caller.tenant(), self.force)
            .await?
            .into())
    }
}

/// Looks at a login, at once or as soon as it has changed.
///
/// One that has ended can be looked at for five minutes more.
///
/// # Errors
/// `login_not_found`.
#[derive(Clone, Debug)]
pub struct LookAtQrLogin {
    /// The login.
    pub token: String,
    /// The version that the caller has seen: another one is waited for, or the end.
    pub seen: Option<u64>,
    /// For how long, at most 45 seconds.
    pub patience: Duration,
}

impl Operation for LookAtQrLogin {
    const NAME: &'static str = "qr_login.look";
    const SCOPE: Scope = Scope::Manage;
    type Output = QrLogin;

    fn subject(&self) -> Subject {
        // Whose it is the token says.
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let logins = &ctx.hub.qr_logins;
        let patience = self.patience.min(LONGEST_LOOK);
        let look = tokio::select! {
            look = logins.look(&self.token, self.seen, patience) => look?,
            // It changes nothing, so that nobody has to wait for it.
            () = ctx.gone.cancelled() => logins.look(&self.token, None, Duration::ZERO).await?,
        };
        permitted(ctx, look)
    }
}

/// Hands in the two-step password, and waits for what becomes of the login.
///
/// Source: <https://core.telegram.org/api/srp>.
///
/// # Errors
/// `login_not_found`, also when no password is asked for; `session_busy` while another one is
/// looked at; `password_invalid`, `account_mismatch`, `session_in_use`, `flood_wait`,
/// `telegram_error`, `telegram_unreachable`, `database_unavailable`.
#[derive(Clone, Debug)]
pub struct SubmitQrPassword {
    /// The login.
    pub token: String,
    /// The password.
    pub password: SecretString,
    /// What a wrong one does.
    pub wrong: WrongPassword,
}

impl Operation for SubmitQrPassword {
    const NAME: &'static str = "qr_login.submit_password";
    const SCOPE: Scope = Scope::Manage;
    type Output = UserView;

    fn subject(&self) -> Subject {
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let logins = &ctx.hub.qr_logins;
        permitted(ctx, logins.look(&self.token, None, Duration::ZERO).await?)?;
        let user = logins.submit_password(&self.token, self.password, self.wrong);
        Ok(UserView::from(user.await?.as_ref()))
    }
}

/// Gives a login up and forgets it, also one that has ended. Answers what it had come to, which is a
/// success when it came too late; of several who ask at once, one is answered.
///
/// # Errors
/// `login_not_found`.
#[derive(Clone, Debug)]
pub struct CancelQrLogin {
    /// The login.
    pub token: String,
}

impl Operation for CancelQrLogin {
    const NAME: &'static str = "qr_login.cancel";
    const SCOPE: Scope = Scope::Manage;
    type Output = QrLogin;

    fn subject(&self) -> Subject {
        Subject::nothing()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let logins = &ctx.hub.qr_logins;
        permitted(ctx, logins.look(&self.token, None, Duration::ZERO).await?)?;
        Ok(logins.cancel(&self.token).await?.into())
    }
}

/// A login of a session that the caller may not touch is not there for it.
fn permitted(ctx: &Ctx, look: QrLook) -> Result<QrLogin, Error> {
    if ctx.caller.reach().includes(&look.session, look.owner) {
        return Ok(look.into());
    }
    Err(Error::new(Code::LoginNotFound, "there is no such login"))
}
