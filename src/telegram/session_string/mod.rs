//! Accounts as the strings in which Telethon and Pyrogram hand them around.
//!
//! It owns the forms of these strings, both ways. Such a string is as good as being logged in: no
//! error and no `Debug` shows any of it. It knows no store and asks no server whether a key still
//! holds.

mod bytes;
#[cfg(test)]
mod golden;
mod pyrogram;
mod telethon;
#[cfg(test)]
mod tests;

use crate::model::StringKind;
use secrecy::SecretString;
use std::fmt;
use std::net::SocketAddr;
use zeroize::Zeroizing;

/// Telegram's data centres have these numbers.
const DATA_CENTRES: std::ops::RangeInclusive<u8> = 1..=5;

/// Why a text is no session string.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionStringError {
    /// Telethon puts the version before everything else, and it is 1.
    #[error("the string does not begin with 1, the version of Telethon's strings")]
    Version,
    /// Something was lost or added.
    #[error("the string has {characters} characters, and no string of {kind} is that long")]
    Length {
        /// Whose string it should be.
        kind: StringKind,
        /// Without blanks around it and padding.
        characters: usize,
    },
    /// Neither Telethon's nor Pyrogram's strings are like this.
    #[error("the string is neither one of Telethon nor one of Pyrogram")]
    Unknown,
    /// A letter is not one of base64, or the last one cannot stand there.
    #[error("the string is damaged: it is not base64")]
    Base64,
    /// The data centre does not exist.
    #[error("the string names the data centre {dc_id}, and there are only 1 to 5")]
    DataCentre {
        /// What it names.
        dc_id: u8,
    },
    /// The port of the data centre is zero.
    #[error("the string names no port")]
    Port,
    /// All bytes of the key are zero: nobody has logged in.
    #[error("the string holds no key")]
    NoKey,
    /// A yes or no is neither.
    #[error("the string is damaged: {field} is neither yes nor no")]
    Flag {
        /// What it says.
        field: &'static str,
    },
    /// A number that Telegram does not give.
    #[error("the string is damaged: {field} is not possible")]
    Number {
        /// What it counts.
        field: &'static str,
    },
}

/// What a string cannot be made without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a string of {kind} needs {field}")]
pub struct MissingField {
    /// Whose string was wanted.
    pub kind: StringKind,
    /// What is not known.
    pub field: &'static str,
}

/// One account that is logged in, as a string tells of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionString {
    /// The account's home data centre, 1 to 5.
    pub dc_id: u8,
    /// Where that data centre is; only Telethon says.
    pub address: Option<SocketAddr>,
    /// The key that is logged in there.
    pub auth_key: Zeroizing<[u8; 256]>,
    /// The account's bare id; only Pyrogram says.
    pub user_id: Option<i64>,
    /// Whether the account is a bot; only Pyrogram says.
    pub is_bot: Option<bool>,
    /// The application that has logged in; only Pyrogram's newer strings say.
    pub api_id: Option<i32>,
    /// Whether the data centre is one of Telegram's test servers; only Pyrogram says.
    pub test_mode: Option<bool>,
}

impl SessionString {
    /// Reads a string of one library; blanks around it and the padding at its end do not matter.
    ///
    /// Telethon: version 1 with an IPv4 or IPv6 address. Pyrogram: the form of today and the two
    /// before it, which lack the application and have room for 32 or 64 bits of the account's id.
    pub fn parse(text: &str, kind: StringKind) -> Result<Self, SessionStringError> {
        match kind {
            StringKind::Telethon => telethon::parse(trimmed(text)),
            StringKind::Pyrogram => pyrogram::parse(trimmed(text)),
        }
    }

    /// Reads a string of either library. Their lengths tell whose it is.
    pub fn parse_any(text: &str) -> Result<(Self, StringKind), SessionStringError> {
        let characters = trimmed(text).len();
        let kind = if telethon::is_length(characters) {
            StringKind::Telethon
        } else if pyrogram::is_length(characters) {
            StringKind::Pyrogram
        } else {
            return Err(SessionStringError::Unknown);
        };
        Ok((Self::parse(text, kind)?, kind))
    }

    /// Writes the string that the library itself would write.
    pub fn format(&self, kind: StringKind) -> Result<SecretString, MissingField> {
        match kind {
            StringKind::Telethon => telethon::format(self),
            StringKind::Pyrogram => pyrogram::format(self),
        }
    }
}

impl fmt::Debug for SessionString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionString")
            .field("dc_id", &self.dc_id)
            .field("address", &self.address)
            .field("user_id", &self.user_id)
            .field("is_bot", &self.is_bot)
            .field("api_id", &self.api_id)
            .field("test_mode", &self.test_mode)
            .finish_non_exhaustive()
    }
}

fn trimmed(text: &str) -> &str {
    text.trim().trim_end_matches('=')
}
