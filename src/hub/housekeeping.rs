//! What the hub does by itself: bringing accounts back, forgetting what is old.

use crate::hub::Hub;
use crate::model::{Reach, UtcTime};
use crate::store::{Error, Store, flood_waits, gaps, sends};
use log::{info, warn};
use std::time::Duration;

/// How long an idempotency key is remembered.
const KEYS_LAST: Duration = Duration::from_hours(7 * 24);

/// Starts the stored accounts, then the logins that were under way, however long the database is away.
pub(super) async fn restore(hub: &Hub) {
    while let Err(error) = hub.registry.restore(Reach::default(), &hub.restore).await {
        warn!("the sessions cannot be listed and are tried again: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    while let Err(error) = hub.registry.revisit_doubted().await {
        warn!("the sessions with doubted keys cannot be listed and are tried again: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    while let Err(error) = hub.registry.finish_logins().await {
        warn!("the unfinished logins cannot be listed and are tried again: {error}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// How long a closed gap is remembered.
const GAPS_LAST: Duration = Duration::from_hours(90 * 24);

/// Forgets idempotency keys a week after their last use, gaps 90 days after they were closed and
/// flood waits that are over, once an hour.
pub(super) async fn prune(store: &Store) {
    loop {
        tokio::time::sleep(Duration::from_hours(1)).await;
        let now = UtcTime::now();
        let oldest = now.before(KEYS_LAST);
        let keys = store.write(move |conn| sends::prune(conn, oldest)).await;
        tell("old idempotency keys", keys);
        let waits = store.write(move |conn| flood_waits::prune(conn, now)).await;
        tell("flood waits that are over", waits);
        let oldest = now.before(GAPS_LAST);
        let closed = store.write(move |conn| gaps::prune(conn, oldest)).await;
        tell("gaps that were closed long ago", closed);
    }
}

fn tell(what: &str, pruned: Result<usize, Error>) {
    match pruned {
        Ok(0) => {}
        Ok(pruned) => info!("forgot {pruned} {what}"),
        Err(error) => warn!("{what} cannot be forgotten: {error}"),
    }
}
