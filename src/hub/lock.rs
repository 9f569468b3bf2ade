//! The database's lock: one hub at a time, because one key must never be connected twice.
//!
//! It owns the rule on both sides of a takeover. The holder speaks to Telegram only while its last
//! confirmed sign of life is young, by a clock of its own that goes on while the machine sleeps; in
//! the end the kernel sees to that. The taker waits longer than that, watching the holder's row by
//! a clock of its own. No clock is ever compared with another one.

use crate::hub::dead_man::DeadMan;
use crate::hub::instance;
use crate::model::{BootTime, UtcTime};
use crate::store::hub_lock::{self, Acquire, Instance, LockHolder, Sighting};
use crate::store::{self, Store};
use crate::telegram::Lease;
use log::{error, info, warn};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How often the holder gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(3);

/// How soon a sign of life that could not be stored is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How old the last confirmed sign of life may be, counted from before it was sent, before every
/// link to Telegram is dropped.
const SPEAKS_FOR: Duration = Duration::from_secs(9);

/// The age at which the kernel ends the process, unless every link is known to be closed.
const LIVES_FOR: Duration = Duration::from_secs(12);

/// How long a hub that cannot see the holder's process watches its row before it takes over.
const SILENT_FOR: Duration = Duration::from_secs(15);

/// By so much everything of the holder has ended before a taker begins.
const MARGIN: Duration = Duration::from_secs(2);

const _: () = assert!(SPEAKS_FOR.as_secs() > 2 * HEARTBEAT.as_secs());
const _: () = assert!(SPEAKS_FOR.as_secs() + MARGIN.as_secs() < LIVES_FOR.as_secs());
const _: () = assert!(LIVES_FOR.as_secs() + MARGIN.as_secs() < SILENT_FOR.as_secs());
// At least two signs of life are waited for.
const _: () = assert!(SILENT_FOR.as_secs() > 2 * HEARTBEAT.as_secs() + MARGIN.as_secs());

/// How long the dropped links may take to close before the kernel is left to do it.
const CLOSING: Duration = Duration::from_millis(1500);

/// So many signs of life may hang in a database that takes them and never answers.
const HANGING: u32 = 8;

/// Why the lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another hub lives and holds it.
    #[error(
        "another hub holds this database (process {pid}, since {since}); one Telegram key must \
         not be connected twice, so stop that one first or give this one another DATABASE_URL"
    )]
    Held {
        /// Its process.
        pid: i64,
        /// Since when.
        since: UtcTime,
    },
    /// The database failed.
    #[error("the database's lock cannot be read: {0}")]
    Store(#[from] store::Error),
    /// The kernel does not end this process in time.
    #[error("the kernel takes no deadline for this process: {0}")]
    DeadMan(#[from] std::io::Error),
}

/// The held lock.
pub(super) struct DatabaseLock {
    own: Instance,
    fence: i64,
    lease: Lease,
    dead_man: Option<DeadMan>,
    lost: CancellationToken,
}

/// What came of one sign of life: when it was about to be sent, and whether it counts.
type Beat = (BootTime, Result<bool, store::Error>);

impl DatabaseLock {
    /// Takes the lock, if need be after its holder has been silent long enough, and grants the
    /// lease. From then on the lock must be kept.
    pub(super) async fn acquire(
        store: &Store,
        lease: &Lease,
        dead_man: Option<DeadMan>,
    ) -> Result<Self, LockError> {
        let own = instance::own();
        let mut watched: Option<(LockHolder, BootTime)> = None;
        loop {
            let silent = watched
                .as_ref()
                .filter(|(_, since)| since.elapsed() >= SILENT_FOR)
                .map(|(holder, _)| holder.clone());
            let (asking, sent_at) = (own.clone(), BootTime::now());
            let acquired = store
                .write(move |conn| {
                    let look = |holder: &LockHolder| instance::look(holder, &asking);
                    hub_lock::try_acquire(conn, &asking, silent.as_ref(), look)
                })
                .await?;
            let (by, seen) = match acquired {
                Acquire::Held { fence, from } => {
                    tell_taken(from.as_ref(), watched.is_some());
                    store.fence(&own.instance, fence);
                    let lock = Self {
                        own,
                        fence,
                        lease: lease.clone(),
                        dead_man,
                        lost: CancellationToken::new(),
                    };
                    lock.confirmed(sent_at)?;
                    return Ok(lock);
                }
                Acquire::Refused { by, seen } => (by, seen),
            };
            match &watched {
                _ if seen == Sighting::Lives => return Err(held(&by)),
                Some((before, _)) if *before != by => return Err(held(&by)),
                Some(_) => {}
                None => {
                    info!(
                        "the database is held by a hub that cannot be seen; waiting for a sign of life"
                    );
                    // After the answer, and so after whatever had been stored by then.
                    watched = Some((by, BootTime::now()));
                }
            }
            sleep(RETRY).await;
        }
    }

    /// Gives signs of life until told to stop, or until the lock is lost. The lease follows them.
    pub(super) async fn keep(&self, store: &Store, stop: &CancellationToken) {
        let mut beats: JoinSet<Beat> = JoinSet::new();
        let first = if self.lease.is_held() {
            HEARTBEAT
        } else {
            Duration::ZERO
        };
        let mut next = Instant::now() + first;
        loop {
            let is_held = self.lease.is_held();
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = store.fenced() => return self.lose().await,
                () = self.lapse(), if is_held => {
                    warn!(
                        "the database has not confirmed for {} s that this hub holds it: every \
                         link to Telegram is dropped until it does", SPEAKS_FOR.as_secs()
                    );
                    self.fall_silent().await;
                }
                Some(beat) = beats.join_next() => match beat {
                    Ok((sent_at, Ok(true))) => self.resume(sent_at),
                    Ok((_, Ok(false))) => return self.lose().await,
                    Ok((_, Err(error))) => {
                        warn!("no sign of life could be stored: {error}");
                        next = next.min(Instant::now() + RETRY);
                    }
                    Err(failed) => error!("a sign of life failed: {failed}"),
                },
                () = tokio::time::sleep_until(next) => {
                    beats.spawn(self.beat(store));
                    let hanging = u32::try_from(beats.len()).unwrap_or(HANGING).min(HANGING);
                    // Each one that hangs costs a thread, so that they become rare.
                    next = Instant::now() + HEARTBEAT * 2_u32.pow(hanging - 1);
                }
            }
        }
    }

    /// Also while the database is known to be away, and beside all that waits for it.
    fn beat(&self, store: &Store) -> impl Future<Output = Beat> + Send + use<> {
        let (own, fence, store) = (self.own.clone(), self.fence, store.clone());
        async move {
            // What is confirmed later is counted from here: it may have been stored at once.
            let sent_at = BootTime::now();
            let stored = store.beside(move |conn| hub_lock::heartbeat(conn, &own, fence));
            (sent_at, stored.await)
        }
    }

    /// Waits until the lease has run out, by the clock that it was granted by.
    async fn lapse(&self) {
        loop {
            let left = self
                .lease
                .until()
                .saturating_sub(BootTime::now().as_micros());
            if left == 0 {
                return;
            }
            // The runtime's clock stands still while the machine sleeps, so that no wait is long.
            sleep(Duration::from_micros(left).min(Duration::from_millis(250))).await;
        }
    }

    fn resume(&self, sent_at: BootTime) {
        let was_held = self.lease.is_held();
        match self.confirmed(sent_at) {
            Ok(()) if !was_held && self.lease.is_held() => {
                info!("the database confirms again that this hub holds it");
            }
            Ok(()) => {}
            Err(error) => error!("the lease is not extended: {error}"),
        }
    }

    /// The kernel knows the end before anything relies on the lease. A confirmation that was long
    /// on its way counts for nothing.
    fn confirmed(&self, sent_at: BootTime) -> std::io::Result<()> {
        if sent_at.elapsed() >= SPEAKS_FOR {
            return Ok(());
        }
        if let Some(dead_man) = &self.dead_man {
            dead_man.arm(sent_at.after(LIVES_FOR))?;
        }
        self.lease.extend(sent_at.after(SPEAKS_FOR));
        Ok(())
    }

    /// Drops every link, and the deadline once they are closed.
    async fn fall_silent(&self) {
        self.lease.end();
        if timeout(CLOSING, self.lease.all_closed()).await.is_err() {
            error!("links to Telegram do not close; the kernel is about to end this process");
            return;
        }
        self.disarm();
    }

    async fn lose(&self) {
        error!("another hub has taken the database; this one stops");
        self.lost.cancel();
        self.fall_silent().await;
    }

    fn disarm(&self) {
        let disarmed = self.dead_man.as_ref().map_or(Ok(()), DeadMan::disarm);
        if let Err(error) = disarmed {
            error!("the kernel's deadline for this process stands: {error}");
        }
    }

    /// Waits until the lock is lost.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Gives the lock back. Every link must be closed, and nobody may keep the lock any more.
    pub(super) async fn release(&self, store: &Store) {
        self.lease.end();
        self.disarm();
        if self.lost.is_cancelled() {
            return;
        }
        let (own, fence) = (self.own.clone(), self.fence);
        if let Err(error) = store
            .write(move |conn| hub_lock::release(conn, &own, fence))
            .await
        {
            // The next hub finds our process gone.
            warn!("the database's lock could not be given back: {error}");
        }
    }
}

fn held(by: &LockHolder) -> LockError {
    LockError::Held {
        pid: by.instance.pid,
        since: by.acquired_at,
    }
}

fn tell_taken(from: Option<&LockHolder>, was_watched: bool) {
    match from {
        None => {}
        Some(_) if was_watched => {
            warn!("took the database over from a hub that has been silent");
        }
        Some(by) => warn!(
            "the last hub on this host (process {}) has ended without giving the database back: \
             it was killed, or the kernel ended it at its deadline",
            by.instance.pid
        ),
    }
}
