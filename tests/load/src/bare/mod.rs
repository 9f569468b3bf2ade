//! The bare client library as a program: what the hub can at best be measured against.
//!
//! A process of its own, as the hub is one: it holds the same accounts, reads the same updates
//! and sends the same messages, with grammers alone and nothing stored. Owns both ends of the
//! pipe between that process and the one that measures.

mod child;
mod phone;
mod reading;
mod sending;

pub use child::{Bare, Order};
pub use phone::{Phone, listen, online};
pub use reading::read;
pub use sending::{Sending, send};

use crate::Failure;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::net::SocketAddrV4;
use std::path::Path;

/// What is sent, here and through the hub.
pub const TEXT: &str = "The quick brown fox jumps over the lazy dog.";

/// What the process needs to be so many accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Accounts {
    /// The data centre.
    pub server: SocketAddrV4,
    /// The accounts.
    pub accounts: Vec<Account>,
}

/// One account.
#[derive(Clone, Serialize, Deserialize)]
pub struct Account {
    /// Its key in hex, logged in already.
    pub key: String,
    /// Where its updates stand.
    pub pts: i32,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("pts", &self.pts)
            .finish_non_exhaustive()
    }
}

impl Accounts {
    /// Reads what [`Accounts::write`] has written.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }

    /// Writes the accounts for the process.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        Ok(std::fs::write(path, serde_json::to_vec(self)?)?)
    }
}

/// What the process tells, one JSON object a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Every account has been answered.
    Online,
    /// So many messages have come in so far.
    Count(u64),
    /// The microseconds from push to arrival of every message since the last such line.
    Delays(Vec<i64>),
    /// How sending, or reading, went.
    Sent(Sending),
}

/// Writes a line to the one who measures.
pub fn tell(line: &Line) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}
