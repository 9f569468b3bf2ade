//! Finding out that a database which was away is back.
//!
//! It owns one task for each store, which rests while the database can be used. It must not know
//! why the database was away.

use crate::store::outage::{Known, Need};
use crate::store::pool::{Inner, blocking};
use crate::store::{Store, hub_lock};
use std::sync::Weak;
use std::time::Duration;
use tokio::sync::watch;

/// How often a database that is away is asked.
const EVERY: Duration = Duration::from_millis(300);

/// Runs until the store is closed or gone.
pub(super) async fn run(store: Weak<Inner>, mut known: watch::Receiver<Known>) {
    while known.wait_for(Known::is_away).await.is_ok() {
        #[cfg(feature = "sqlite")]
        if let Some(store) = Store::alive(&store) {
            let rescued = blocking(move || {
                store.rescue_log();
                Ok(())
            });
            drop(rescued.await);
        }
        tokio::time::sleep(EVERY).await;
        let Some(store) = Store::alive(&store) else {
            return;
        };
        // What comes of it is noted where connections are made and where writes succeed.
        let now = *known.borrow();
        if now.is_unreachable() {
            drop(blocking(store.connecting()).await);
        } else if now.wants_a_write() {
            drop(store.write_when(Need::Attempt, hub_lock::touch).await);
        }
    }
}
