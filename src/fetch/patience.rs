//! How long a server may take.
//!
//! Owns the account of the time that one file has left. Only waiting for the file's server is
//! counted: while the receiver is busy, a download costs no time. It must not know what is
//! waited for.

use crate::fetch::FetchError;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// The time limits of one file and what is left of them.
#[derive(Debug)]
pub(super) struct Patience {
    total: Duration,
    left: Duration,
    stall: Duration,
}

impl Patience {
    /// `total` for everything, `stall` for each single step.
    pub(super) fn new(total: Duration, stall: Duration) -> Self {
        Self {
            total,
            left: total,
            stall,
        }
    }

    /// Waits for one step, and takes its time from what is left, even when it is given up.
    pub(super) async fn wait<F: Future>(&mut self, step: F) -> Result<F::Output, FetchError> {
        let (total, stall, patience) = (self.total, self.stall, self.left.min(self.stall));
        let spent = Spent {
            left: &mut self.left,
            since: Instant::now(),
        };
        let done = timeout(patience, step).await;
        drop(spent);
        done.or(Err(if patience < stall {
            FetchError::Timeout { limit: total }
        } else {
            FetchError::Stalled { limit: stall }
        }))
    }
}

struct Spent<'a> {
    left: &'a mut Duration,
    since: Instant,
}

impl Drop for Spent<'_> {
    fn drop(&mut self) {
        *self.left = self.left.saturating_sub(self.since.elapsed());
    }
}
