//! Since when an account's log is complete, and how far that was looked into.

use crate::model::UtcTime;

/// What is known of one account's listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// When the log begins, by Telegram's clock; `None` when it has not told the time.
    pub begins_at: Option<UtcTime>,
    /// When all dialogs were listed, by the hub's clock; `None` when not since the login.
    pub listed_at: Option<UtcTime>,
}
