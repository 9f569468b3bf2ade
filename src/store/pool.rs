//! The store itself: a pool of connections behind a queue that async code can wait in.
//!
//! It owns the pool and the threads that may block on it. Waiting callers queue in order, at most
//! `pool_size` run at a time, and on SQLite one of them writes; a caller that waits too long gets
//! [`Error::Unavailable`]. It must not know any table.

mod fence;
mod tasks;

use crate::store::backend::Manager;
use crate::store::checkout::{checked_out, present};
#[cfg(feature = "sqlite")]
use crate::store::checkpoint;
use crate::store::hub_lock::{self, Fence};
use crate::store::open::Opened;
use crate::store::outage::{Need, Outage, WritesHeld};
use crate::store::presence::Presence;
#[cfg(feature = "sqlite")]
use crate::store::scrub::Scrubs;
use crate::store::{AnyConnection, Engine, Error, StoreSettings, Vault, probe, tx};
use diesel::r2d2::{ManageConnection as _, NopErrorHandler, Pool};
#[cfg(feature = "sqlite")]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak};
use std::time::Duration;
use tasks::Tasks;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// The database. Cloning is cheap, and clones share the pool.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

pub(super) struct Inner {
    /// `None` after [`Store::close`].
    pool: RwLock<Option<Pool<Manager>>>,
    connections: Arc<Semaphore>,
    writers: Arc<Semaphore>,
    acquire_timeout: Duration,
    manager: Manager,
    /// Open as long as the pool, see [`Opened`].
    anchor: Mutex<Option<AnyConnection>>,
    /// Whether a log that was removed has been folded, which helps once.
    #[cfg(feature = "sqlite")]
    rescued: AtomicBool,
    outage: Arc<Outage>,
    writes: AtomicUsize,
    #[cfg(feature = "sqlite")]
    scrubs: Scrubs,
    engine: Engine,
    pool_size: u32,
    vault: Vault,
    fence: OnceLock<Fence>,
    fenced: CancellationToken,
    tasks: Tasks,
    #[cfg(feature = "postgres-system")]
    pub(super) beside: super::beside::Beside,
}

/// How long the pool may rest between two attempts to make a connection, twice.
const CONNECT_PAUSE: Duration = Duration::from_secs(1);

impl Store {
    pub(super) fn pooled(
        settings: &StoreSettings,
        vault: Vault,
        opened: Opened,
    ) -> Result<Self, Error> {
        let engine = settings.url.engine();
        let pool_size = settings.pool_size.max(1);
        let outage = Outage::none();
        let url = settings.url.clone();
        let manager = Manager::new(url, Arc::clone(&outage), opened.presence);
        let pool = Pool::builder()
            .max_size(pool_size)
            .min_idle(Some(0))
            .connection_timeout(CONNECT_PAUSE)
            // What goes wrong reaches the caller; r2d2 would log it beside that.
            .error_handler(Box::new(NopErrorHandler))
            .build(manager.clone())
            .map_err(Error::other)?;
        let writers = match engine {
            // A queue is fair and wakes at once; SQLite's own waiting is neither.
            Engine::Sqlite => 1,
            Engine::Postgres => pool_size,
        };
        let known = outage.watch();
        #[cfg(feature = "postgres-system")]
        let beside = super::beside::Beside::new(manager.clone(), Arc::clone(&outage));
        let inner = Arc::new(Inner {
            pool: RwLock::new(Some(pool)),
            connections: Arc::new(Semaphore::new(pool_size as usize)),
            writers: Arc::new(Semaphore::new(writers as usize)),
            acquire_timeout: settings.acquire_timeout,
            manager,
            anchor: Mutex::new(opened.anchor),
            #[cfg(feature = "sqlite")]
            rescued: AtomicBool::new(false),
            outage,
            writes: AtomicUsize::new(0),
            #[cfg(feature = "sqlite")]
            scrubs: Scrubs::default(),
            engine,
            pool_size,
            vault,
            fence: OnceLock::new(),
            fenced: CancellationToken::new(),
            tasks: Tasks::default(),
            #[cfg(feature = "postgres-system")]
            beside,
        });
        inner.tasks.spawn(probe::run(Arc::downgrade(&inner), known));
        #[cfg(feature = "sqlite")]
        if engine == Engine::Sqlite {
            inner.tasks.spawn(checkpoint::run(Arc::downgrade(&inner)));
        }
        Ok(Self(inner))
    }

    /// The store, unless it is closed or gone.
    pub(super) fn alive(inner: &Weak<Inner>) -> Option<Self> {
        let store = Self(inner.upgrade()?);
        store.pool().is_some().then_some(store)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// The largest number of connections.
    pub fn pool_size(&self) -> usize {
        self.0.pool_size as usize
    }

    /// What seals and opens the secrets in the rows.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Whether the database is out of reach or takes no writes, as far as is known.
    pub fn is_away(&self) -> bool {
        self.0.outage.known().is_away()
    }

    /// Waits while the database is out of reach or takes no writes.
    pub async fn back(&self) {
        self.0.outage.wait_for(|known| !known.is_away()).await;
    }

    /// Waits while the database is out of reach.
    pub async fn reachable(&self) {
        self.0
            .outage
            .wait_for(|known| !known.is_unreachable())
            .await;
    }

    /// For a writer that tries again until its write succeeds: while writes fail, only what comes
    /// of its own tells that they succeed again, and the guard's end.
    pub fn hold_writes(&self) -> WritesHeld {
        self.0.outage.hold()
    }

    /// Runs a body that only reads, on a thread that may block.
    ///
    /// The body goes on to its end even when the returned future is dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`], at once while the database is known to be out of reach.
    pub async fn read<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self.permit(&self.0.connections, Need::Reads).await?;
        self.run(vec![permit], body).await
    }

    /// Runs a body in one transaction that may write: all of it is committed, or nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`], at once while the database is known to be out of reach or to take
    /// no writes.
    pub async fn write<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.write_when(Need::Writes, body).await
    }

    /// The same for those who try again: it is tried whatever is known of the database.
    pub async fn attempt<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.write_when(Need::Attempt, body).await
    }

    pub(super) async fn write_when<T, F>(&self, need: Need, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        // The writer's turn comes first, so that waiting writers hold no connection.
        let writer = self.permit(&self.0.writers, need).await?;
        let connection = self.permit(&self.0.connections, need).await?;
        self.0.writes.fetch_add(1, Ordering::Relaxed);
        let (inner, presence) = (Arc::clone(&self.0), self.presence());
        self.run(vec![connection, writer], move |conn| {
            let outage = &inner.outage;
            // What was committed into a file that is gone by now is not stored.
            let result = tx::write_tx(conn, |conn| {
                if let Some(fence) = inner.fence.get() {
                    hub_lock::check(conn, fence)?;
                }
                body(conn)
            })
            .and_then(|value| present(&presence, outage).map(|()| value));
            match &result {
                Ok(_) => outage.written(),
                Err(Error::Fenced) => inner.fenced.cancel(),
                Err(error) if error.refuses_writes() => outage.unwritable(error),
                Err(_) => {}
            }
            result
        })
        .await
    }

    /// Runs a body on SQLite while no transaction of the hub's writes.
    #[cfg(feature = "sqlite")]
    pub(super) async fn between_writes<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let writer = self.permit(&self.0.writers, Need::Writes).await?;
        let connection = self.permit(&self.0.connections, Need::Writes).await?;
        self.run(vec![connection, writer], body).await
    }

    /// How many writes have begun.
    #[cfg(feature = "sqlite")]
    pub(super) fn writes(&self) -> usize {
        self.0.writes.load(Ordering::Relaxed)
    }

    /// Waits for the calls under way and the store's own tasks, and closes every connection. Later
    /// calls are refused.
    pub async fn close(self) {
        self.0.tasks.end().await;
        // Only `close` closes the semaphores, so a failure means that it was called before.
        let Ok(all) = self.0.connections.acquire_many(self.0.pool_size).await else {
            return;
        };
        self.0.connections.close();
        self.0.writers.close();
        drop(all);
        let pool = self
            .0
            .pool
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let inner = self.0;
        #[cfg(feature = "postgres-system")]
        inner.beside.close();
        let closed = blocking(move || {
            #[cfg(feature = "sqlite")]
            let folded = match (inner.engine, &pool) {
                (Engine::Sqlite, Some(pool)) => {
                    let presence = inner.manager.presence();
                    checked_out(pool, presence, &inner.outage, CONNECT_PAUSE)
                        .and_then(|mut pooled| checkpoint::truncate(&mut pooled.conn))
                }
                _ => Ok(()),
            };
            #[cfg(not(feature = "sqlite"))]
            let folded = Ok(());
            drop((pool, inner.anchor().take()));
            folded
        });
        if let Err(error) = closed.await {
            log::warn!("the database did not close cleanly: {error}");
        }
    }

    async fn permit(
        &self,
        queue: &Arc<Semaphore>,
        need: Need,
    ) -> Result<OwnedSemaphorePermit, Error> {
        let turn = tokio::time::timeout(self.0.acquire_timeout, Arc::clone(queue).acquire_owned());
        let turn = tokio::select! {
            biased;
            refusal = self.0.outage.refused(need) => return Err(refusal),
            turn = turn => turn,
        };
        match turn {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::stopping()),
            Err(_) => Err(Error::unavailable("no connection became free in time")),
        }
    }

    fn pool(&self) -> Option<Pool<Manager>> {
        let pool = self.0.pool.read().unwrap_or_else(PoisonError::into_inner);
        pool.clone()
    }

    #[cfg(feature = "sqlite")]
    pub(super) fn scrubs(&self) -> &Scrubs {
        &self.0.scrubs
    }

    fn presence(&self) -> Presence {
        self.0.manager.presence().clone()
    }

    /// Folds a log that was removed under the hub into the database's file, while the
    /// connections that know it are open: the next start will not find it.
    #[cfg(feature = "sqlite")]
    pub(super) fn rescue_log(&self) {
        if !self.0.manager.presence().has_lost_log() || self.0.rescued.swap(true, Ordering::Relaxed)
        {
            return;
        }
        if let Some(anchor) = self.0.anchor().as_mut() {
            match checkpoint::truncate(anchor) {
                Ok(()) => log::info!("the database's log was folded into its file in time"),
                Err(error) => log::error!("the database's removed log is lost: {error}"),
            }
        }
    }

    /// Makes a connection outside the pool, to find out whether one can be made.
    pub(super) fn connecting(&self) -> impl FnOnce() -> Result<(), Error> + Send + use<> {
        let manager = self.0.manager.clone();
        move || manager.connect().map(drop)
    }

    async fn run<T, F>(&self, permits: Vec<OwnedSemaphorePermit>, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let pool = self.pool();
        let pool = pool.ok_or_else(Error::stopping)?;
        let (outage, presence) = (Arc::clone(&self.0.outage), self.presence());
        let patience = self.0.acquire_timeout;
        blocking(move || {
            let result = checked_out(&pool, &presence, &outage, patience)
                .and_then(|mut pooled| body(&mut pooled.conn));
            drop(permits);
            result
        })
        .await
    }
}

impl Inner {
    fn anchor(&self) -> std::sync::MutexGuard<'_, Option<AnyConnection>> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a closure where blocking is allowed; a panic in it becomes an error.
pub(super) async fn blocking<T, F>(job: F) -> Result<T, Error>
where
    F: FnOnce() -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    match tokio::task::spawn_blocking(job).await {
        Ok(result) => result,
        Err(stopped) => Err(Error::other(stopped)),
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.0.engine)
            .finish_non_exhaustive()
    }
}
