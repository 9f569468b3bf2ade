//! Finds links that look alive and are not.
//!
//! The client library sends pings and never looks for the answers, and a half-open connection
//! stays quiet for a quarter of an hour. A call that needs the key's authorisation finds that
//! out, and finds a revoked key as well.

use crate::session::account::Timing;
use crate::session::backoff::chance;
use crate::telegram::{self, Link};
use log::debug;
use tokio::time::{sleep, timeout};

/// Probes the link until it fails twice in a row; the error says how.
pub(super) async fn watch(link: &Link, timing: Timing) -> telegram::Error {
    loop {
        // Thousands of accounts that came online together must not probe together.
        sleep(timing.probe_every.mul_f64(0.75 + chance() / 4.0)).await;
        if let Err(first) = probe(link, timing).await {
            debug!("a probe failed and is repeated: {first}");
            if first.needs_login().is_some() {
                return first;
            }
            if let Err(second) = probe(link, timing).await {
                return second;
            }
        }
    }
}

async fn probe(link: &Link, timing: Timing) -> Result<(), telegram::Error> {
    match timeout(timing.probe_timeout, link.probe()).await {
        Err(_elapsed) => Err(telegram::Error::Timeout),
        // Telegram has answered: the link is alive, whatever it said.
        Ok(Err(telegram::Error::FloodWait(_) | telegram::Error::Rpc(_))) => Ok(()),
        Ok(result) => result,
    }
}
