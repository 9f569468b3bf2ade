//! Whether the hub may speak to Telegram at all: only while it surely holds its database.
//!
//! It owns the instant until which that is sure, and the count of open connections. Who holds the
//! database and how that is made sure is the matter of whoever extends and ends the lease.

use crate::model::BootTime;
use crate::telegram::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How long connections may take to end in good order once the lease has ended.
const FAREWELL: Duration = Duration::from_millis(500);

/// How long the runtime has to drop the tasks of a connection that did not.
const DROPPED: Duration = Duration::from_millis(250);

/// The right to speak to Telegram. Clones share it.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// In microseconds of [`BootTime`].
    until: AtomicU64,
    held: watch::Sender<bool>,
    open: watch::Sender<usize>,
}

impl Default for Lease {
    /// A lease that nobody has granted yet.
    fn default() -> Self {
        Self(Arc::new(Inner {
            until: AtomicU64::new(0),
            held: watch::Sender::new(false),
            open: watch::Sender::new(0),
        }))
    }
}

impl Lease {
    /// Grants it until an instant, if that is later than what was granted before.
    pub fn extend(&self, until: BootTime) {
        self.0.until.fetch_max(until.as_micros(), Ordering::AcqRel);
        self.0
            .held
            .send_if_modified(|held| !std::mem::replace(held, true));
    }

    /// Ends it: every connection ends at once, and none can be made.
    pub fn end(&self) {
        self.0.until.store(0, Ordering::Release);
        self.0.held.send_replace(false);
    }

    /// Whether it has been granted and not been ended.
    pub fn is_held(&self) -> bool {
        *self.0.held.borrow()
    }

    /// Until when it is granted, in microseconds of [`BootTime`]; 0 when it is not.
    pub fn until(&self) -> u64 {
        self.0.until.load(Ordering::Acquire)
    }

    /// Waits while it is not held.
    pub async fn held(&self) {
        // The sender lives in `self`.
        self.0.held.subscribe().wait_for(|held| *held).await.ok();
    }

    /// Waits until it is lost.
    pub async fn lost(&self) {
        self.0.held.subscribe().wait_for(|held| !*held).await.ok();
    }

    /// Waits until every connection is closed.
    pub async fn all_closed(&self) {
        self.0
            .open
            .subscribe()
            .wait_for(|open| *open == 0)
            .await
            .ok();
        // The tasks of a connection that was dropped a moment ago end in the runtime's own time.
        sleep(DROPPED).await;
    }

    /// Refuses what would reach Telegram now, by the clock: what has slept past the end of the
    /// lease is refused before anybody has noticed that.
    ///
    /// # Errors
    /// [`Error::NotHeld`].
    pub(super) fn check(&self) -> Result<(), Error> {
        if BootTime::now().as_micros() < self.until() {
            Ok(())
        } else {
            Err(Error::NotHeld)
        }
    }

    /// Counts a connection that is about to be made.
    pub(super) fn open(&self) -> Result<Open, Error> {
        self.0.open.send_modify(|open| *open += 1);
        // Dropped by the check's failure too, and counted before it, so that nothing slips between.
        let open = Open(Arc::clone(&self.0));
        self.check()?;
        if self.is_held() {
            Ok(open)
        } else {
            Err(Error::NotHeld)
        }
    }

    /// Works over a connection of its own, which ends with the lease.
    pub(super) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let _open = self.open()?;
        tokio::select! {
            biased;
            () = self.lost() => Err(Error::NotHeld),
            done = work => done,
        }
    }

    /// Runs what keeps connections until it ends by itself or the lease does. `quit` asks it to
    /// end in good order; what is stuck is dropped.
    pub(super) async fn run(&self, work: impl Future<Output = ()>, quit: impl FnOnce()) {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            biased;
            () = self.lost() => {}
            () = &mut work => return,
        }
        quit();
        drop(timeout(FAREWELL, work).await);
    }
}

/// A connection that is open or being made. It counts until this is dropped.
#[derive(Debug)]
pub(super) struct Open(Arc<Inner>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0
            .open
            .send_modify(|open| *open = open.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn nothing_is_opened_before_or_after_a_lease_and_what_is_open_ends_with_it() {
        let lease = Lease::default();
        assert!(lease.check().is_err() && lease.open().is_err());
        lease.extend(BootTime::now().after(LONG));
        let working = lease.during(std::future::pending::<Result<(), Error>>());
        let ending = async {
            assert_eq!(*lease.0.open.borrow(), 1);
            lease.end();
        };
        let (worked, ()) = tokio::join!(working, ending);
        assert!(matches!(worked, Err(Error::NotHeld)));
        lease.all_closed().await;
        assert!(lease.check().is_err() && lease.open().is_err());
        lease.extend(BootTime::now().after(LONG));
        assert!(lease.check().is_ok());
    }

    #[test]
    fn a_lease_whose_time_has_passed_refuses_before_anybody_ends_it() {
        let lease = Lease::default();
        lease.extend(BootTime::now());
        assert!(lease.is_held());
        assert!(matches!(lease.check(), Err(Error::NotHeld)));
        assert!(lease.open().is_err());
        assert_eq!(*lease.0.open.borrow(), 0);
    }
}
