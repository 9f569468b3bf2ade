//! The store itself: a pool of connections behind a queue that async code can wait in.
//!
//! It owns the pool and the threads that may block on it. Waiting callers queue in order, at most
//! `pool_size` run at a time, and on SQLite one of them writes; a caller that waits too long gets
//! [`Error::Unavailable`]. It must not know any table.

use crate::store::backend::Manager;
use crate::store::{AnyConnection, Engine, Error, StoreSettings, Vault, tx};
use diesel::r2d2::{NopErrorHandler, Pool, PooledConnection};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The database. Cloning is cheap, and clones share the pool.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    /// `None` after [`Store::close`].
    pool: RwLock<Option<Pool<Manager>>>,
    connections: Arc<Semaphore>,
    writers: Arc<Semaphore>,
    acquire_timeout: Duration,
    engine: Engine,
    pool_size: u32,
    vault: Vault,
}

impl Store {
    pub(super) fn pooled(settings: &StoreSettings, vault: Vault) -> Result<Self, Error> {
        let engine = settings.url.engine();
        let pool_size = settings.pool_size.max(1);
        let pool = Pool::builder()
            .max_size(pool_size)
            .min_idle(Some(0))
            .connection_timeout(settings.acquire_timeout)
            // What goes wrong reaches the caller; r2d2 would log it beside that.
            .error_handler(Box::new(NopErrorHandler))
            .build(Manager(settings.url.clone()))
            .map_err(Error::other)?;
        let writers = match engine {
            // A queue is fair and wakes at once; SQLite's own waiting is neither.
            Engine::Sqlite => 1,
            Engine::Postgres => pool_size,
        };
        Ok(Self(Arc::new(Inner {
            pool: RwLock::new(Some(pool)),
            connections: Arc::new(Semaphore::new(pool_size as usize)),
            writers: Arc::new(Semaphore::new(writers as usize)),
            acquire_timeout: settings.acquire_timeout,
            engine,
            pool_size,
            vault,
        })))
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    /// What seals and opens the secrets in the rows.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Runs a body that only reads, on a thread that may block.
    ///
    /// The body goes on to its end even when the returned future is dropped.
    pub async fn read<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let permit = self.permit(&self.0.connections).await?;
        self.run(vec![permit], body).await
    }

    /// Runs a body in one transaction that may write: all of it is committed, or nothing.
    pub async fn write<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        // The writer's turn comes first, so that waiting writers hold no connection.
        let writer = self.permit(&self.0.writers).await?;
        let connection = self.permit(&self.0.connections).await?;
        self.run(vec![connection, writer], move |conn| {
            tx::write_tx(conn, body)
        })
        .await
    }

    /// Waits for the calls under way and closes every connection. Later calls are refused.
    pub async fn close(self) {
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
        let closed = blocking(move || {
            #[cfg(feature = "sqlite")]
            if let Some(pool) = &pool {
                checkpoint(pool)?;
            }
            drop(pool);
            Ok(())
        });
        if let Err(error) = closed.await {
            log::warn!("the database did not close cleanly: {error}");
        }
    }

    async fn permit(&self, queue: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Error> {
        let turn = Arc::clone(queue).acquire_owned();
        match tokio::time::timeout(self.0.acquire_timeout, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Error::unavailable("the hub is stopping")),
            Err(_) => Err(Error::unavailable("no connection became free in time")),
        }
    }

    async fn run<T, F>(&self, permits: Vec<OwnedSemaphorePermit>, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let pool = self
            .0
            .pool
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| Error::unavailable("the hub is stopping"))?;
        blocking(move || {
            let result = checked_out(&pool).and_then(|mut pooled| body(&mut pooled.conn));
            drop(permits);
            result
        })
        .await
    }
}

fn checked_out(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Error> {
    pool.get().map_err(|error| Error::Unavailable {
        what: error.to_string().into(),
        source: Some(Box::new(error)),
    })
}

/// Folds the write-ahead log into the database, so that a copy of the one file is complete.
#[cfg(feature = "sqlite")]
fn checkpoint(pool: &Pool<Manager>) -> Result<(), Error> {
    use diesel::connection::SimpleConnection as _;
    let mut pooled = checked_out(pool)?;
    #[cfg_attr(
        not(feature = "postgres-system"),
        expect(irrefutable_let_patterns, reason = "there may be one engine only")
    )]
    if let AnyConnection::Sqlite(sqlite) = &mut pooled.conn {
        sqlite.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
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
