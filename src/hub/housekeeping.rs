//! What the hub does by itself: bringing accounts back, forgetting what is old.

use crate::hub::Hub;
use crate::model::UtcTime;
use crate::store::{Store, gaps, sends};
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

/// How long a closed gap is remembered.
const GAPS_LAST: Duration = Duration::from_hours(90 * 24);

/// Forgets idempotency keys a week after their last use and gaps 90 days after they were closed,
/// once an hour.
pub(super) async fn prune(store: &Store) {
    loop {
        tokio::time::sleep(Duration::from_hours(1)).await;
        let oldest = UtcTime::now().before(KEYS_LAST);
        match store.write(move |conn| sends::prune(conn, oldest)).await {
            Ok(0) => {}
            Ok(pruned) => info!("forgot {pruned} old idempotency keys"),
            Err(error) => warn!("old idempotency keys cannot be forgotten: {error}"),
        }
        let oldest = UtcTime::now().before(GAPS_LAST);
        match store.write(move |conn| gaps::prune(conn, oldest)).await {
            Ok(0) => {}
            Ok(pruned) => info!("forgot {pruned} gaps that were closed long ago"),
            Err(error) => warn!("closed gaps cannot be forgotten: {error}"),
        }
    }
}
