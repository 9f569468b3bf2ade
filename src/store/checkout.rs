//! Getting a connection out of the pool, or finding out that none is to be had.
//!
//! It owns the waiting for one and what is noted when the database is away. Who may ask at all is
//! the store's matter.

use crate::store::Error;
use crate::store::backend::Manager;
use crate::store::outage::Outage;
use crate::store::presence::Presence;
use diesel::r2d2::{Pool, PooledConnection};
use std::time::{Duration, Instant};

/// How often a caller that waits for a connection looks whether there is hope.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Fails, and takes note of it, when the database's files are not those that were opened.
pub(super) fn present(presence: &Presence, outage: &Outage) -> Result<(), Error> {
    presence.check().inspect_err(|error| outage.gone(error))
}

/// A connection of the pool. The permit says that one is free, or may be made.
pub(super) fn checked_out(
    pool: &Pool<Manager>,
    presence: &Presence,
    outage: &Outage,
    patience: Duration,
) -> Result<PooledConnection<Manager>, Error> {
    present(presence, outage)?;
    let deadline = Instant::now() + patience;
    loop {
        let failed = match pool.get_timeout(LOOK_EVERY.min(patience)) {
            Ok(connection) => return Ok(connection),
            Err(failed) => failed,
        };
        let late = Instant::now() >= deadline;
        // While others have connections the database is not away, only crowded.
        let cut_off = pool.state().connections == 0 && (late || outage.refuses_connections());
        if !late && !cut_off {
            continue;
        }
        let error = Error::Unavailable {
            what: failed.to_string().into(),
            source: Some(Box::new(failed)),
        };
        if cut_off {
            outage.unreachable(&error);
        }
        return Err(error);
    }
}
