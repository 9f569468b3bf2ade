//! The wait after the faults, until the hub has caught up or had its time.
//!
//! Owns the conditions of rest: every account online, no gap open, and a log that has stopped
//! growing. It only watches.

use crate::Failure;
use crate::database::count_messages;
use crate::hub::HubClient;
use std::time::Duration;
use telegram_hub::store::Store;
use tokio::time::{Instant, sleep};

/// How long the log must not have grown.
const STILL: Duration = Duration::from_secs(2);

/// How often it is looked: who counts the log takes time from who fills it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How the hub stood when the wait was over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rest {
    /// Whether all conditions came true.
    pub(super) settled: bool,
    /// Accounts online.
    pub(super) online: usize,
    /// Gaps still open.
    pub(super) gaps_open: f64,
}

/// Waits until every one of `accounts` is online, no gap is open and the log has stopped
/// growing, at most until `deadline`.
pub(super) async fn wait(
    hub: &HubClient,
    store: &Store,
    accounts: usize,
    deadline: Instant,
) -> Result<Rest, Failure> {
    let mut rest = Rest::default();
    let (mut rows, mut grown) = (0, Instant::now());
    loop {
        let now = count_messages(store).await?;
        if now != rows {
            (rows, grown) = (now, Instant::now());
        }
        rest.online = hub.online().await.unwrap_or(0);
        rest.gaps_open = hub.metric("telegram_hub_gaps_open").await?;
        let quiet = rest.online == accounts && rest.gaps_open < 0.5;
        rest.settled = quiet && grown.elapsed() >= STILL;
        if rest.settled || Instant::now() >= deadline {
            return Ok(rest);
        }
        sleep(LOOK_EVERY).await;
    }
}
