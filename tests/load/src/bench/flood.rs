//! The load: messages from people outside to the accounts that are measured.
//!
//! Owns the pace. A flood keeps a fixed number of messages under way and posts the next ones as
//! the first ones arrive, so that it finds the pace of whoever takes them in; a stream posts at a
//! pace of its own.

use super::stamp;
use super::subject::Taker;
use crate::Failure;
use crate::fleet::refused;
use local_dc::dc::Dc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// How many people write to each account.
const AUTHORS: usize = 10;

/// Posts after which other tasks get their turn.
const BURST: u64 = 64;

/// How long a flood may make no progress.
const STUCK: Duration = Duration::from_secs(30);

/// Who writes to whom.
pub(super) struct Load {
    dc: Dc,
    pairs: Vec<(String, String)>,
    posted: usize,
}

impl Load {
    /// People who write to the accounts with these numbers, in turn.
    pub(super) fn new(dc: &Dc, readers: &[String]) -> Self {
        let authors = (0..AUTHORS).map(crate::fleet::outsider);
        let pairs = authors.flat_map(|author| {
            let pair = move |reader: &String| (author.clone(), reader.clone());
            readers.iter().map(pair)
        });
        Self {
            dc: dc.clone(),
            pairs: pairs.collect(),
            posted: 0,
        }
    }

    /// How many messages it takes until everybody has written to everybody.
    pub(super) fn circle(&self) -> u64 {
        u64::try_from(self.pairs.len()).unwrap_or(u64::MAX)
    }

    fn post(&mut self) -> Result<(), Failure> {
        let (author, reader) = &self.pairs[self.posted % self.pairs.len()];
        self.posted += 1;
        let sent = self.dc.send(author, reader, &stamp::text());
        sent.map(drop).map_err(|refusal| refused(&refusal))
    }

    /// Posts `total` messages, never more than `window` ahead of those that `reader` has, and
    /// answers how long it took until it had all.
    pub(super) async fn flood(
        &mut self,
        total: u64,
        window: u64,
        reader: &Taker,
    ) -> Result<Duration, Failure> {
        let arrived = &reader.arrived;
        let base = arrived.load(Ordering::Relaxed);
        let started = Instant::now();
        let (mut posted, mut before, mut progress) = (0, 0, started);
        loop {
            let taken = arrived.load(Ordering::Relaxed).saturating_sub(base);
            if taken > before {
                (before, progress) = (taken, Instant::now());
            }
            if taken >= total && reader.has(self.posted).await? {
                return Ok(started.elapsed());
            }
            if progress.elapsed() > STUCK {
                return Err(format!("{taken} of {total} messages have arrived").into());
            }
            let room = (taken + window).saturating_sub(posted);
            let room = room.min(total - posted);
            for _ in 0..room.min(BURST) {
                self.post()?;
            }
            posted += room.min(BURST);
            if room == 0 {
                sleep(Duration::from_micros(500)).await;
            } else {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Posts at `rate` messages in a second for so long.
    pub(super) async fn stream(&mut self, rate: f64, time: Duration) -> Result<u64, Failure> {
        let started = Instant::now();
        let mut posted = 0;
        while started.elapsed() < time {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of messages, far below 2^52 and never negative"
            )]
            let due = (started.elapsed().as_secs_f64() * rate) as u64;
            while posted < due {
                self.post()?;
                posted += 1;
            }
            sleep_until(Instant::now() + Duration::from_millis(1)).await;
        }
        Ok(posted)
    }
}
