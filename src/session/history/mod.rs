//! A chat's history: from the log as far as that has it, and from Telegram where it has not.
//!
//! Whatever Telegram answers goes into the log, with the numbers that it covers, before anybody is
//! shown it: what a client reads is always the log. `pages` asks and takes, `walk` goes through a
//! history for a client, and `backfill` by itself. See `docs/adr/0032-intervals-of-history.md`.

mod backfill;
mod pages;
mod walk;

pub(super) use backfill::Backfiller;
pub use walk::{HistoryRequest, stream_history};

use crate::error::{Code, Error};
use crate::{store, telegram};

/// Why a history ends before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// Telegram refuses it, or cannot be asked.
    #[error(transparent)]
    Telegram(#[from] telegram::Error),
    /// The database refuses it.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// There is no link.
    #[error(transparent)]
    NoLink(Error),
    /// Nobody waits for it any more.
    #[error("nobody waits for the history any more")]
    Gone,
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Telegram(error) => error.into(),
            Trouble::Store(error) => error.into(),
            Trouble::NoLink(error) => error,
            Trouble::Gone => Self::new(Code::RequestTimeout, "The client has gone"),
        }
    }
}
