//! Connections that are closed under a link, and whether another one is worth making.
//!
//! The client library makes a new connection with the next call, as often as it must and without
//! a pause. It owns the memory of the last time; it must not know how to connect.

use crate::telegram::error::Error;
use grammers_client::session::updates::UpdatesLike;
use std::time::Duration;
use tokio::time::Instant;

/// A connection that is closed this soon after the last one was has not been of use.
const SOON: Duration = Duration::from_mins(1);

/// What is remembered of a link's connections.
#[derive(Debug, Default)]
pub(super) struct Closings {
    /// One was closed, and nothing has been done about it yet.
    open: bool,
    last: Option<Instant>,
}

impl Closings {
    /// Takes note of what the link has brought; `true` when it was the end of a connection.
    pub(super) fn note(&mut self, pushed: &UpdatesLike) -> bool {
        let closed = matches!(pushed, UpdatesLike::ConnectionClosed);
        self.open |= closed;
        closed
    }

    /// Whether a connection is to be made anew.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when that has helped for a moment only: the link is to be given up,
    /// so that its owner waits longer from time to time.
    pub(super) fn take(&mut self, now: Instant) -> Result<bool, Error> {
        if !std::mem::take(&mut self.open) {
            return Ok(false);
        }
        match self.last.replace(now) {
            Some(last) if now.duration_since(last) < SOON => {
                Err(Error::Unreachable("the connection was closed again".into()))
            }
            _ => Ok(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_connection_in_a_while_is_made_anew_and_the_next_one_is_not() {
        let (start, mut closings) = (Instant::now(), Closings::default());
        let mut closed = |after: Duration| {
            closings.note(&UpdatesLike::ConnectionClosed);
            closings.take(start + after)
        };
        assert!(matches!(closed(Duration::ZERO), Ok(true)));
        assert!(matches!(closed(SOON), Ok(true)));
        assert!(closed(SOON * 3 / 2).is_err());
        closings.note(&UpdatesLike::MalformedUpdates);
        assert!(matches!(closings.take(start + SOON * 4), Ok(false)));
    }
}
