//! How a log-out ends.

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
