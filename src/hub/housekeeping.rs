//! What the hub does by itself: bringing accounts back, forgetting old idempotency keys.

use crate::hub::Hub;
use crate::model::UtcTime;
use crate::store::{Store, sends};
use log::{info, warn};
use std::time::Duration;

/// How long an idempotency key is remembered.
const KEYS_LAST: Duration = Duration::from_hours(7 * 24);

/// Starts the stored accounts, however long the database is away.
pub(super) async fn restore(hub: &Hub) {
    while let Err(error) = hub.registry.restore(&hub.restore).await {
        warn!("the sessions cannot be listed and are tried again: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Forgets idempotency keys a week after their last use, once an hour.
pub(super) async fn prune(store: &Store) {
    loop {
        tokio::time::sleep(Duration::from_hours(1)).await;
        let oldest = UtcTime::now().before(KEYS_LAST);
        match store.write(move |conn| sends::prune(conn, oldest)).await {
            Ok(0) => {}
            Ok(pruned) => info!("forgot {pruned} old idempotency keys"),
            Err(error) => warn!("old idempotency keys cannot be forgotten: {error}"),
        }
    }
}
