//! Whether the database can be used at the moment, as far as its callers have found out.
//!
//! It owns since when the database is out of reach or takes no writes, so that one caller's wait
//! spares all others theirs. It must not know how this is found out, or who is refused.

use crate::metrics::DATABASE_AWAY;
use crate::store::Error;
use log::{error, info, warn};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// What is known of the database, shared by everything that uses it.
#[derive(Debug)]
pub(super) struct Outage(watch::Sender<Known>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Since when no connection can be made.
    unreachable: Option<Instant>,
    /// Since when writes fail.
    unwritable: Option<Instant>,
    /// How many writers are at it again and again; the writes of others say nothing then.
    held: usize,
    /// Whether the last attempt to make a connection failed.
    refused: bool,
}

/// What a call wants of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// To read.
    Reads,
    /// To write.
    Writes,
    /// To find out, or to try again whatever is known.
    Attempt,
}

impl Known {
    pub(super) const fn is_away(&self) -> bool {
        self.unreachable.is_some() || self.unwritable.is_some()
    }

    pub(super) const fn is_unreachable(&self) -> bool {
        self.unreachable.is_some()
    }

    /// Whether nobody but a probe will find out that writes succeed again.
    pub(super) const fn wants_a_write(&self) -> bool {
        self.unwritable.is_some() && self.held == 0
    }

    const fn refuses(&self, need: Need) -> Option<&'static str> {
        match need {
            Need::Attempt => None,
            _ if self.unreachable.is_some() => Some("it is out of reach"),
            Need::Writes if self.unwritable.is_some() => Some("it takes no writes"),
            Need::Reads | Need::Writes => None,
        }
    }
}

impl Outage {
    pub(super) fn none() -> Arc<Self> {
        metrics::gauge!(DATABASE_AWAY).set(0.0);
        Arc::new(Self(watch::Sender::default()))
    }

    pub(super) fn known(&self) -> Known {
        *self.0.borrow()
    }

    /// What is known as it changes, until the store is gone.
    pub(super) fn watch(&self) -> watch::Receiver<Known> {
        self.0.subscribe()
    }

    /// Waits until what is known is so.
    pub(super) async fn wait_for(&self, so: impl FnMut(&Known) -> bool) {
        // The sender is our own, so that the wait cannot fail.
        drop(self.0.subscribe().wait_for(so).await);
    }

    /// Waits until such a call has no chance. Over at once if it has none now.
    pub(super) async fn refused(&self, need: Need) -> Error {
        self.wait_for(|known| known.refuses(need).is_some()).await;
        let why = self.known().refuses(need);
        Error::unavailable(why.unwrap_or("it is out of reach"))
    }

    /// A connection was made.
    pub(super) fn connected(&self) {
        self.change(|known| {
            known.refused = false;
            known.unreachable = None;
        });
    }

    /// A connection could not be made. Others may still be open.
    pub(super) fn refused_to_connect(&self) {
        self.change(|known| known.refused = true);
    }

    /// Whether the last attempt to make a connection failed.
    pub(super) fn refuses_connections(&self) -> bool {
        self.known().refused
    }

    /// The database is out of reach.
    pub(super) fn unreachable(&self, why: &Error) {
        if self.change(|known| known.unreachable = known.unreachable.or(Some(Instant::now()))) {
            warn!("the database is out of reach, and the capture waits for it: {why}");
        }
    }

    /// The database's files are not there any more, or are others.
    pub(super) fn gone(&self, why: &Error) {
        if self.change(|known| known.unreachable = known.unreachable.or(Some(Instant::now()))) {
            error!(
                "the database is gone, and nothing is stored until its own files are back in place: {why}"
            );
        }
    }

    /// The database takes no writes.
    pub(super) fn unwritable(&self, why: &Error) {
        if self.change(|known| known.unwritable = known.unwritable.or(Some(Instant::now()))) {
            warn!("the database takes no writes, and the capture waits for it: {why}");
        }
    }

    /// A write has succeeded.
    pub(super) fn written(&self) {
        self.change(|known| {
            if known.held == 0 {
                known.unwritable = None;
            }
        });
    }

    /// Until the guard is dropped only its owner knows whether writes succeed. A small write may
    /// have room on a disk that is too full for a larger one.
    pub(super) fn hold(self: &Arc<Self>) -> WritesHeld {
        self.change(|known| known.held += 1);
        WritesHeld(Arc::clone(self))
    }

    /// Changes what is known, and says whether the database went away by that.
    fn change(&self, change: impl FnOnce(&mut Known)) -> bool {
        let (mut before, mut after) = (Known::default(), Known::default());
        self.0.send_if_modified(|known| {
            before = *known;
            change(known);
            after = *known;
            before != after
        });
        let away = |since: fn(&Known) -> Option<Instant>| (since(&before), since(&after));
        for (what, (before, after)) in [
            ("within reach", away(|known| known.unreachable)),
            ("taking writes", away(|known| known.unwritable)),
        ] {
            if let (Some(since), None) = (before, after) {
                let seconds = since.elapsed().as_secs();
                info!("the database is {what} again, after {seconds} s");
            }
        }
        if before.is_away() != after.is_away() {
            metrics::gauge!(DATABASE_AWAY).set(f64::from(u8::from(after.is_away())));
        }
        let gone = |(before, after): (Option<Instant>, Option<Instant>)| {
            before.is_none() && after.is_some()
        };
        gone(away(|known| known.unreachable)) || gone(away(|known| known.unwritable))
    }
}

/// A writer that tries again until its write succeeds.
#[derive(Debug)]
pub struct WritesHeld(Arc<Outage>);

impl Drop for WritesHeld {
    fn drop(&mut self) {
        self.0.change(|known| {
            known.held = known.held.saturating_sub(1);
            if known.held == 0 {
                known.unwritable = None;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(outage: &Outage, need: Need) -> bool {
        outage.known().refuses(need).is_some()
    }

    #[test]
    fn readers_are_refused_only_without_a_connection_and_attempts_never() {
        let outage = Outage::none();
        outage.unwritable(&Error::unavailable("full"));
        assert!(refused(&outage, Need::Writes) && !refused(&outage, Need::Reads));
        outage.written();
        assert!(!refused(&outage, Need::Writes));
        outage.refused_to_connect();
        assert!(!refused(&outage, Need::Reads) && outage.refuses_connections());
        outage.unreachable(&Error::unavailable("gone"));
        assert!(refused(&outage, Need::Reads) && !refused(&outage, Need::Attempt));
        outage.connected();
        assert!(!outage.known().is_away() && !outage.refuses_connections());
    }

    #[test]
    fn a_small_write_of_another_does_not_end_an_outage_that_a_writer_is_still_in() {
        let outage = Outage::none();
        outage.unwritable(&Error::unavailable("full"));
        let (first, second) = (outage.hold(), outage.hold());
        assert!(!outage.known().wants_a_write());
        outage.written();
        drop(first);
        assert!(refused(&outage, Need::Writes));
        drop(second);
        assert!(!refused(&outage, Need::Writes));
    }
}
