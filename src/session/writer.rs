//! The one way of received batches into the database, for all accounts.
//!
//! It owns the queues in which batches wait and the tasks that commit them, as many in one
//! transaction as have come meanwhile. A database that is away is waited for; a batch that cannot
//! be stored fails alone. It must not know where batches come from.

use crate::metrics as names;
use crate::model::CapturedBatch;
use crate::store::capture::{self, Committed};
use crate::store::{Engine, Error, Store};
use log::warn;
use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many batches may wait for one task; callers wait beyond that.
const QUEUE: usize = 256;

/// A transaction that has this many rows takes no further batch.
const MAX_ROWS: usize = 2_000;

/// A transaction that has this many bytes takes no further batch.
const MAX_BYTES: usize = 4 << 20;

/// Transactions at a time on PostgreSQL, at most; SQLite has one writer.
const LANES: usize = 4;

/// How often a group is tried as a whole while the database is there for others.
const GROUP_ATTEMPTS: u32 = 3;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Commits the batches of all accounts. An account's batches are committed in the order in which
/// they were handed in.
#[derive(Debug)]
pub struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Job {
    batch: Arc<CapturedBatch>,
    reply: oneshot::Sender<Result<Committed, Error>>,
}

impl Writer {
    /// Starts the tasks.
    pub fn start(store: &Store) -> Self {
        let lanes = match store.engine() {
            Engine::Sqlite => 1,
            // Some connections are left to those who read. More transactions than cores only make
            // each of them smaller, and what it costs beside its rows is paid the more often.
            Engine::Postgres => LANES.min(cores()).min(store.pool_size() / 2).max(1),
        };
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let lanes = (0..lanes).map(|_| {
            let (sender, jobs) = mpsc::channel(QUEUE);
            let lane = Lane {
                store: store.clone(),
                stop: stop.clone(),
            };
            tasks.spawn(lane.run(jobs));
            sender
        });
        Self {
            lanes: lanes.collect(),
            tasks,
            stop,
        }
    }

    /// Commits a batch, however long the database is away. When too much waits already it waits
    /// for its turn.
    ///
    /// A batch that was handed in is committed also when nobody waits for it any more.
    ///
    /// # Errors
    /// What is wrong with this batch; [`Error::Unavailable`] only when the hub stops, and then
    /// Telegram sends again what was not stored.
    pub async fn commit(&self, batch: Arc<CapturedBatch>) -> Result<Committed, Error> {
        // Always the same one, so that an account's batches stay in order.
        let lane = batch.session_id.0.unsigned_abs() % self.lanes.len().max(1) as u64;
        let lane = usize::try_from(lane).ok().and_then(|n| self.lanes.get(n));
        let (reply, answer) = oneshot::channel();
        let lane = lane.ok_or_else(Error::stopping)?;
        if lane.send(Job { batch, reply }).await.is_err() {
            return Err(Error::stopping());
        }
        answer.await.unwrap_or_else(|_| Err(Error::stopping()))
    }

    /// Commits what was handed in and ends. What the database does not take then is left to
    /// Telegram, which sends it again.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// One task, which has one transaction at a time.
struct Lane {
    store: Store,
    stop: CancellationToken,
}

impl Lane {
    async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        loop {
            let job = tokio::select! {
                job = jobs.recv() => job,
                () = self.stop.cancelled(), if !jobs.is_closed() => {
                    jobs.close();
                    continue;
                }
            };
            let Some(first) = job else { return };
            let group = gather(first, &mut jobs);
            self.store_group(group).await;
        }
    }

    async fn store_group(&self, group: Vec<Job>) {
        let batches = group.iter().map(|job| Arc::clone(&job.batch)).collect();
        match self.commit(batches).await {
            Ok(done) => {
                for (job, committed) in group.into_iter().zip(done) {
                    answer(job, Ok(committed));
                }
            }
            Err(error) if group.len() > 1 => {
                warn!("{} batches are stored one by one: {error}", group.len());
                self.store_one_by_one(group).await;
            }
            Err(error) => {
                if let Some(job) = group.into_iter().next() {
                    answer(job, Err(error));
                }
            }
        }
    }

    /// So that only those fail that cannot be stored.
    async fn store_one_by_one(&self, group: Vec<Job>) {
        let mut failed = HashSet::new();
        for job in group {
            let account = job.batch.session_id;
            // A later position of the account would skip what has failed.
            let result = if failed.contains(&account) && job.batch.position.is_some() {
                Err(Error::Other(
                    "an earlier batch of the account is not stored".into(),
                ))
            } else {
                let batches: Arc<[_]> = [Arc::clone(&job.batch)].into();
                let done = self.commit(batches).await;
                done.map(|done| done.into_iter().next().unwrap_or_default())
            };
            if result.is_err() {
                failed.insert(account);
            }
            answer(job, result);
        }
    }

    /// Commits batches in one transaction, and tries again while the database is away.
    async fn commit(&self, batches: Arc<[Arc<CapturedBatch>]>) -> Result<Vec<Committed>, Error> {
        let mut attempts = 0;
        let mut pause = Duration::from_millis(50);
        let mut held = None;
        loop {
            let last = self.stop.is_cancelled();
            let error = match self.attempt(Arc::clone(&batches)).await {
                Err(error) if error.is_unavailable() && !last => error,
                result => return result,
            };
            metrics::counter!(names::CAPTURE_RETRIES).increment(1);
            if self.store.is_away() {
                // A batch may be too large for a disk on which a sign of life still has room.
                held.get_or_insert_with(|| self.store.hold_writes());
            } else {
                attempts += 1;
                if attempts >= GROUP_ATTEMPTS && batches.len() > 1 {
                    return Err(error);
                }
                warn!("a capture transaction is tried again: {error}");
            }
            let wait = async {
                tokio::time::sleep(pause).await;
                self.store.reachable().await;
            };
            tokio::select! {
                () = wait => {}
                () = self.stop.cancelled() => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn attempt(&self, batches: Arc<[Arc<CapturedBatch>]>) -> Result<Vec<Committed>, Error> {
        let (started, count) = (Instant::now(), batches.len());
        let done = self
            .store
            .attempt(move |conn| {
                let batches: Vec<&CapturedBatch> = batches.iter().map(AsRef::as_ref).collect();
                capture::commit_group(conn, &batches)
            })
            .await?;
        metrics::histogram!(names::CAPTURE_SECONDS).record(started.elapsed());
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        metrics::histogram!(names::CAPTURE_BATCHES).record(count);
        Ok(done)
    }
}

/// The first batch and those that have come with it, as far as one transaction is to hold them.
///
/// Nothing is waited for: while one transaction runs the next one's batches come together.
fn gather(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let (mut rows, mut bytes) = weight(&first.batch);
    let mut group = vec![first];
    while rows < MAX_ROWS && bytes < MAX_BYTES {
        let Ok(job) = jobs.try_recv() else { break };
        let (more_rows, more_bytes) = weight(&job.batch);
        rows += more_rows;
        bytes += more_bytes;
        group.push(job);
    }
    group
}

/// The rows that a batch writes, and roughly their bytes.
fn weight(batch: &CapturedBatch) -> (usize, usize) {
    let deletions = batch.deletions.iter().map(|one| one.message_ids.len());
    let rows = 1 + batch.messages.len() + batch.peers.len() + deletions.sum::<usize>();
    let messages = batch.messages.iter();
    let content = messages.map(|message| message.raw.len() + 2 * message.content.text.len());
    (rows, 200 * rows + content.sum::<usize>())
}

/// Nobody may be waiting for the answer any more.
fn answer(job: Job, result: Result<Committed, Error>) {
    if let Err(Err(error)) = job.reply.send(result) {
        warn!("a batch of a session that has ended is not stored: {error}");
    }
}
