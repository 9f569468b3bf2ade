//! When each row of the log could first be read by others.
//!
//! Owns a connection of its own that looks again and again, also while the hub is down. What the
//! hub writes about times is not believed: a row counts from its commit.

use super::journal::now;
use crate::Failure;
use crate::database::{Database, Growth, Reader};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

/// How often to look; a delay is told by so much too long at most. A look costs the machine what
/// the hub and its database lack then.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Microseconds since 1970 by the number of a row.
type Instants = HashMap<i64, i64>;

/// The look-out on a database; it ends when dropped.
#[derive(Debug)]
pub(super) struct Appearances {
    seen: Arc<Mutex<Instants>>,
    over: Arc<AtomicBool>,
}

impl Drop for Appearances {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

impl Appearances {
    /// Starts to look, from the first row on.
    pub(super) fn watch(database: &Database) -> Result<Self, Failure> {
        let reader = database.reader()?;
        let (seen, over) = (Arc::default(), Arc::default());
        let watch = Self {
            seen: Arc::clone(&seen),
            over: Arc::clone(&over),
        };
        let database = database.clone();
        std::thread::Builder::new()
            .name("appearances".to_owned())
            .spawn(move || look(&database, reader, &seen, &over))?;
        Ok(watch)
    }

    /// What has been seen so far.
    pub(super) fn so_far(&self) -> Instants {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

fn look(database: &Database, reader: Reader, seen: &Mutex<Instants>, over: &AtomicBool) {
    let (mut growth, mut reader) = (Growth::after(0, 1), Some(reader));
    while !over.load(Ordering::Relaxed) {
        // The database may be away: that is one of the faults.
        let Some(mut open) = reader.take().or_else(|| database.reader().ok()) else {
            sleep(LOOK_EVERY);
            continue;
        };
        let Ok(rows) = growth.look(|sql, last| open.texts(sql, last)) else {
            continue;
        };
        let instant = now();
        {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            for row in rows {
                seen.entry(row.id).or_insert(instant);
            }
        }
        reader = Some(open);
        sleep(LOOK_EVERY);
    }
}
