//! Logins that end in a session string, for callers who keep it themselves.

use crate::auth::Scope;
use crate::error::{Code, Error};
pub use crate::guests::{Application, GuestPass};
use crate::ops::{Ctx, Operation, Subject};
use secrecy::SecretString;

/// Asks Telegram to send a login code to a phone number.
///
/// Asking again for the same number and application goes on with the new code.
/// Source: <https://core.telegram.org/method/auth.sendCode>.
///
/// # Errors
/// `phone_number_invalid`, `phone_number_banned`, `api_id_invalid`, `flood_wait`, `rate_limited`,
/// `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct StartGuestLogin {
    /// With which application.
    pub app: Application,
    /// The phone number: `+` and digits. Without a digit it is refused, and Telegram is not asked.
    pub phone: String,
}

impl Operation for StartGuestLogin {
    const NAME: &'static str = "guests.start_login";
    const SCOPE: Scope = Scope::Manage;
    type Output = ();

    fn subject(&self) -> Subject {
        Subject::own_account()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        if !self.phone.contains(|c: char| c.is_ascii_digit()) {
            let why = "a phone number has digits";
            return Err(Error::new(Code::PhoneNumberInvalid, why));
        }
        ctx.hub.guests.admit_login(ctx.stranger())?;
        let logins = &ctx.hub.guests.logins;
        logins.send_code(&self.app, &self.phone).await
    }
}

/// Hands in the login code, the two-step password, or both, and answers the session string.
///
/// Sources: <https://core.telegram.org/method/auth.signIn>, <https://core.telegram.org/api/srp>.
///
/// # Errors
/// `login_not_found`; with the login as it was: `invalid_request` without a code,
/// `password_required`, `phone_code_invalid`, `phone_code_expired`, `password_invalid`,
/// `sign_up_required`, `flood_wait`, `telegram_error`, `telegram_unreachable`.
#[derive(Clone, Debug)]
pub struct CompleteGuestLogin {
    /// With which application.
    pub app: Application,
    /// The phone number that the code was sent to.
    pub phone: String,
    /// The code; it may be missing once Telegram has taken it.
    pub code: Option<SecretString>,
    /// The two-step password.
    pub password: Option<SecretString>,
}

impl Operation for CompleteGuestLogin {
    const NAME: &'static str = "guests.complete_login";
    const SCOPE: Scope = Scope::Manage;
    type Output = SecretString;

    fn subject(&self) -> Subject {
        Subject::own_account()
    }

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let logins = &ctx.hub.guests.logins;
        logins
            .complete(&self.app, &self.phone, self.code, self.password)
            .await
    }
}
