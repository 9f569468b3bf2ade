//! What the holder of the database's lock asks of the store: writes that are refused once the lock
//! is lost, and signs of life that wait for nothing.
//!
//! It must not know how the lock is got.

#[cfg(feature = "postgres-system")]
use crate::store::Engine;
use crate::store::hub_lock::Fence;
use crate::store::outage::Need;
use crate::store::{AnyConnection, Error, Store, tx};

impl Store {
    /// Checks in every later write that this holding of the database's lock stands, so that a hub
    /// which has lost it writes no row of any table. Counts once.
    pub fn fence(&self, instance: &str, number: i64) {
        let instance = instance.to_owned();
        self.0.fence.get_or_init(|| Fence { instance, number });
    }

    /// Waits until a write was refused because another hub has the lock.
    pub async fn fenced(&self) {
        self.0.fenced.cancelled().await;
    }

    /// Runs a body in a transaction that waits for no other call of the hub's: a sign of life must
    /// come in time, however busy or stuck the rest is.
    ///
    /// # Errors
    /// What the body runs into, or the connection.
    pub async fn beside<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: FnOnce(&mut AnyConnection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        #[cfg(feature = "postgres-system")]
        if self.0.engine == Engine::Postgres {
            return self.0.beside.run(body).await;
        }
        // SQLite has one writer, and its queue is fair.
        let writer = self.permit(&self.0.writers, Need::Attempt).await?;
        let connection = self.permit(&self.0.connections, Need::Attempt).await?;
        self.run(vec![connection, writer], |conn| tx::write_tx(conn, body))
            .await
    }
}
