//! Logins by QR code: a code is shown until somebody scans it with an account that is logged in.
//!
//! Such a login has a connection and a key of its own, beside whatever runs under its name, and
//! nothing of it is stored as a session before Telegram has let it in: an account that is online
//! stays so until then, and a login that comes to nothing leaves nothing. It owns the logins that
//! are under way. It must not know how a code is drawn.

mod adopt;
mod logins;
mod scan;
mod state;
mod token;

pub use logins::QrLogins;
pub use state::{QrLook, QrState};

use std::time::Duration;

/// The times that govern a login by QR code.
#[derive(Clone, Copy, Debug)]
pub struct QrTiming {
    /// How long after it was made a token is made anew.
    pub renew_after: Duration,
    /// How long a code may wait to be scanned, all of its tokens together.
    pub scan: Duration,
    /// How long the password may take after that.
    pub password: Duration,
    /// How long it can be asked what became of a login.
    pub kept: Duration,
}

impl Default for QrTiming {
    /// Telegram's tokens count for 30 seconds.
    fn default() -> Self {
        Self {
            renew_after: Duration::from_secs(25),
            scan: Duration::from_mins(5),
            password: Duration::from_mins(2),
            kept: Duration::from_mins(5),
        }
    }
}

/// What a wrong password does to a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPassword {
    /// Nothing; another one can be tried.
    CanBeRepeated,
    /// It ends the login.
    EndsLogin,
}
