//! Which clients' session strings there are.

use std::fmt;

/// Whose string it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StringKind {
    /// `StringSession` of Telethon 1: the data centre, its address, the key.
    Telethon,
    /// `session_string` of Pyrogram and its successors: the data centre, the key, the account.
    Pyrogram,
}

impl fmt::Display for StringKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Telethon => "Telethon",
            Self::Pyrogram => "Pyrogram",
        })
    }
}
