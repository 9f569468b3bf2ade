//! A log-out that is still to be done, and how one ends.

use crate::model::{SessionId, UtcTime};

/// Whether Telegram has ended an authorisation that the hub has given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedOut {
    /// It has, or there was none.
    Done,
    /// Not yet; the hub goes on asking.
    Pending,
    /// The stored key cannot be read, so that the hub cannot ask.
    Unreadable,
}

/// A log-out that is still to be done with a key that the hub has given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLogOut {
    /// Its number.
    pub id: i64,
    /// The number of the name that the key's session had.
    pub session_id: SessionId,
    /// The data centre that holds the account.
    pub dc_id: i32,
    /// The application's id at Telegram.
    pub api_id: i32,
    /// How often Telegram was asked in vain.
    pub attempts: i32,
    /// When it is asked next.
    pub due_at: UtcTime,
}
