//! One connection beside the pool, for what must not wait behind anything else.
//!
//! It owns that connection and the threads that may hang on it. A database that takes a question
//! and never answers costs a thread; the next question goes over a new connection.

use crate::store::backend::{Manager, Pooled};
use crate::store::outage::Outage;
use crate::store::{AnyConnection, Error, tx};
use diesel::r2d2::ManageConnection as _;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// The connection, while nobody uses it.
pub(super) struct Beside {
    manager: Manager,
    outage: Arc<Outage>,
    kept: Arc<Mutex<Option<Pooled>>>,
}

impl Beside {
    pub(super) fn new(manager: Manager, outage: Arc<Outage>) -> Self {
        Self {
            manager,
            outage,
            kept: Arc::default(),
        }
    }

    /// Runs a body in one transaction.
    pub(super) async fn run<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (manager, outage, kept) = (
            self.manager.clone(),
            Arc::clone(&self.outage),
            Arc::clone(&self.kept),
        );
        let (reply, answer) = oneshot::channel();
        // Not one of the runtime's threads, for whose end a stop would wait.
        let work = move || {
            let former = lock(&kept).take();
            let result = connected(&manager, &outage, former).and_then(|mut pooled| {
                let result = tx::write_tx(&mut pooled.conn, body);
                if result.is_ok() {
                    *lock(&kept) = Some(pooled);
                }
                result
            });
            // Nobody may be waiting any more.
            drop(reply.send(result));
        };
        std::thread::Builder::new()
            .name("sign-of-life".to_owned())
            .spawn(work)
            .map_err(Error::other)?;
        answer
            .await
            .unwrap_or_else(|stopped| Err(Error::other(stopped)))
    }

    /// Closes the connection, unless it is in use.
    pub(super) fn close(&self) {
        drop(lock(&self.kept).take());
    }
}

/// The connection that was kept, if it still answers, or a new one.
fn connected(manager: &Manager, outage: &Outage, kept: Option<Pooled>) -> Result<Pooled, Error> {
    if let Some(mut pooled) = kept
        && manager.is_valid(&mut pooled).is_ok()
    {
        return Ok(pooled);
    }
    let made = manager.connect();
    match &made {
        // The server is there; only its room for connections is used up.
        Err(error) if error.is_crowded() => {}
        Err(error) => outage.unreachable(error),
        Ok(_) => {}
    }
    made
}

fn lock(kept: &Mutex<Option<Pooled>>) -> std::sync::MutexGuard<'_, Option<Pooled>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
