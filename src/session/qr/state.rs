//! What is shown of a login by QR code.

use crate::error::{Code, Error};
use crate::model::{Peer, SessionName, TenantId, UtcTime};
use secrecy::SecretString;
use std::sync::Arc;

/// What a login has come to.
#[derive(Clone, Debug)]
pub enum QrState {
    /// Nobody has scanned the code yet.
    Pending {
        /// What the code holds: `tg://login?token=…`. It changes from time to time.
        url: SecretString,
        /// Until when; there is another one before.
        expires_at: UtcTime,
    },
    /// The code was scanned, and the account has a two-step password.
    PasswordRequired {
        /// What the user noted to remember it by.
        hint: Option<String>,
        /// Until when it is waited for.
        expires_at: UtcTime,
    },
    /// The account is logged in.
    Success(Arc<Peer>),
    /// Nobody has scanned the code, or nobody has told the password, in time.
    Expired,
    /// It has failed.
    Failed {
        /// How.
        code: Code,
        /// Why, in words for the client.
        reason: String,
    },
    /// It was given up by whoever began it.
    Cancelled,
}

impl QrState {
    /// A login that has failed so. What is wrong within the hub is no client's matter.
    pub(super) fn failed(error: &Error) -> Self {
        let reason = match error.code {
            Code::Internal => "internal error",
            Code::DatabaseUnavailable => "the database cannot be reached at the moment",
            Code::TelegramUnreachable => "Telegram cannot be reached or did not answer in time",
            _ => error.message(),
        };
        Self::Failed {
            code: error.code,
            reason: reason.to_owned(),
        }
    }

    /// Whether nothing comes after it.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Pending { .. } | Self::PasswordRequired { .. })
    }
}

/// One moment of a login.
#[derive(Clone, Debug)]
pub struct QrLook {
    /// By which it is asked for; whoever knows it may carry the login on.
    pub token: String,
    /// The session that it is for.
    pub session: SessionName,
    /// Who has begun it: a tenant, or the operator.
    pub owner: Option<TenantId>,
    /// Grows with every change.
    pub version: u64,
    /// What it has come to.
    pub state: QrState,
}
