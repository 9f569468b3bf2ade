//! Finds links that look alive and are not.
//!
//! The client library sends pings and never looks for the answers, and a half-open connection
//! stays quiet for a quarter of an hour; it waits without limit for a difference, and drops
//! updates when its queue is full. A call that needs the key's authorisation finds the dead link
//! and the revoked key, and what it answers tells whether updates still arrive.

use crate::session::account::Timing;
use crate::session::backoff::chance;
use crate::telegram::{self, Link, Reading};
use log::debug;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// Probes the link until it fails twice in a row or no updates come; the error says how.
pub(super) async fn watch(link: &Link, timing: Timing) -> telegram::Error {
    let mut lag = Lag::default();
    loop {
        // Thousands of accounts that came online together must not probe together.
        sleep(timing.probe_every.mul_f64(0.75 + chance() / 4.0)).await;
        let reading = match probe(link, timing).await {
            Ok(reading) => reading,
            Err(first) => {
                debug!("a probe failed and is repeated: {first}");
                if first.needs_login().is_some() {
                    return first;
                }
                match probe(link, timing).await {
                    Ok(reading) => reading,
                    Err(second) => return second,
                }
            }
        };
        if let Some(reading) = reading
            && lag.note(reading, Instant::now()) >= timing.deaf_after
        {
            return telegram::Error::Deaf;
        }
    }
}

/// What a probe has found; `None` when Telegram has answered without telling.
async fn probe(link: &Link, timing: Timing) -> Result<Option<Reading>, telegram::Error> {
    match timeout(timing.probe_timeout, link.probe()).await {
        Err(_elapsed) => Err(telegram::Error::Timeout),
        // Telegram has answered: the link is alive, whatever it said.
        Ok(Err(telegram::Error::FloodWait(_) | telegram::Error::Rpc(_))) => Ok(None),
        Ok(result) => result.map(Some),
    }
}

/// Since when an account is behind Telegram at the same place.
#[derive(Debug, Default)]
struct Lag(Option<(i32, Instant)>);

impl Lag {
    /// Takes note of a probe, and says for how long nothing has come that should have.
    fn note(&mut self, reading: Reading, now: Instant) -> Duration {
        // A batch that waits for the database is no fault of the link.
        if reading.theirs <= reading.ours || !reading.waits {
            self.0 = None;
            return Duration::ZERO;
        }
        match self.0 {
            Some((place, since)) if place == reading.ours => now.duration_since(since),
            _ => {
                self.0 = Some((reading.ours, now));
                Duration::ZERO
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_account_that_stays_behind_at_one_place_is_deaf() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let reading = |ours, theirs, waits| Reading {
            ours,
            theirs,
            waits,
        };
        let mut lag = Lag::default();
        for (second, reading, expected) in [
            (0, reading(5, 5, true), 0),
            (1, reading(5, 6, true), 0),
            (3, reading(5, 7, true), 2),
            (4, reading(6, 7, true), 0),
            (9, reading(6, 7, true), 5),
            (10, reading(6, 7, false), 0),
            (11, reading(6, 7, true), 0),
            (12, reading(7, 7, true), 0),
            (13, reading(8, 7, true), 0),
        ] {
            let found = lag.note(reading, at(second));
            assert_eq!(found, Duration::from_secs(expected), "{second}");
        }
    }
}
