//! A load: messages at a steady rate, with edits and deletions among them, from inside the data
//! centre.
//!
//! Owns what a load may be and the count of what was done. When each message left, and what became
//! of it, stands in the ledger.

mod driver;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use self::driver::{Driver, scenes};
use super::Dc;
use crate::world::refusal::Refusal;

/// The largest burst.
const MAX_BURST: u32 = 10_000;

/// What to post.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Load {
    /// Who writes: in groups and channels those of them who may.
    pub accounts: Vec<String>,
    /// Where to: marked ids of groups and channels, usernames of channels, or accounts.
    pub chats: Vec<String>,
    /// Messages a second; 0 for as fast as it goes.
    pub rate: u32,
    /// Messages in all.
    pub count: u64,
    /// The same seed makes the same choices.
    pub seed: u64,
    /// Messages posted at once, 1 to 10,000; the rate stays the same.
    pub burst: u32,
    /// Edits for each message, 0 to 1.
    pub edits: f64,
    /// Deletions for each message, 0 to 1.
    pub deletions: f64,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            chats: Vec::new(),
            rate: 100,
            count: 1000,
            seed: 1,
            burst: 1,
            edits: 0.05,
            deletions: 0.02,
        }
    }
}

/// What a load has done so far. Its messages stand in the ledger from `first` on, perhaps among
/// others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LoadReport {
    /// False once it has ended.
    pub running: bool,
    /// Messages posted.
    pub sent: u64,
    /// Edits made.
    pub edited: u64,
    /// Messages deleted.
    pub deleted: u64,
    /// Posts, edits and deletions that were refused.
    pub refused: u64,
    /// The ledger's length when it began.
    pub first: usize,
    /// Milliseconds from its begin until now, or until its end.
    pub took_ms: u64,
}

/// A load under way. It goes on when this is dropped.
#[derive(Clone, Debug)]
pub struct RunningLoad {
    progress: Arc<Progress>,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Progress {
    ended: AtomicBool,
    sent: AtomicU64,
    edited: AtomicU64,
    deleted: AtomicU64,
    refused: AtomicU64,
    took_ms: AtomicU64,
    first: usize,
}

impl RunningLoad {
    /// What it has done so far.
    pub fn report(&self) -> LoadReport {
        let progress = &self.progress;
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        LoadReport {
            running: !progress.ended.load(Ordering::Acquire),
            sent: read(&progress.sent),
            edited: read(&progress.edited),
            deleted: read(&progress.deleted),
            refused: read(&progress.refused),
            first: progress.first,
            took_ms: read(&progress.took_ms),
        }
    }

    /// Ends it early.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

fn lock(log: &Mutex<Vec<RunningLoad>>) -> MutexGuard<'_, Vec<RunningLoad>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Dc {
    /// Posts a load and answers what was done. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Dc::start_load`].
    pub async fn load(&self, load: &Load) -> Result<LoadReport, Refusal> {
        let (running, driver) = self.prepare_load(load)?;
        driver.run().await;
        Ok(running.report())
    }

    /// Begins to post a load in the background. It goes on until it is done or stopped, or until
    /// [`Dc::stop`].
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`; 400 with the reason for a load without chats or
    /// authors, or with numbers out of range.
    pub fn start_load(&self, load: &Load) -> Result<RunningLoad, Refusal> {
        let (running, driver) = self.prepare_load(load)?;
        self.0.loads.spawn(driver.run());
        lock(&self.0.load_log).push(running.clone());
        Ok(running)
    }

    /// What every load that was begun in the background has done, in that order.
    pub fn loads(&self) -> Vec<LoadReport> {
        let log = lock(&self.0.load_log);
        log.iter().map(RunningLoad::report).collect()
    }

    /// Ends all loads early.
    pub fn stop_loads(&self) {
        lock(&self.0.load_log).iter().for_each(RunningLoad::stop);
    }

    fn prepare_load(&self, load: &Load) -> Result<(RunningLoad, Driver), Refusal> {
        let in_range = |part: f64| (0.0..=1.0).contains(&part);
        if !in_range(load.edits) || !in_range(load.deletions) {
            return Err(Refusal::bad("edits and deletions must be 0 to 1"));
        }
        if !(1..=MAX_BURST).contains(&load.burst) {
            return Err(Refusal::bad("burst must be 1 to 10000"));
        }
        let mut world = self.0.api.world();
        let scenes = scenes(&mut world, load)?;
        let progress = Arc::new(Progress {
            ended: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            edited: AtomicU64::new(0),
            deleted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            took_ms: AtomicU64::new(0),
            first: world.ledger_len(),
        });
        drop(world);
        let stop = self.0.stop.child_token();
        let driver = Driver::new(
            self.clone(),
            load.clone(),
            scenes,
            Arc::clone(&progress),
            stop.clone(),
        );
        Ok((RunningLoad { progress, stop }, driver))
    }
}
