//! How long a message takes from its push to where it counts, at a steady pace.
//!
//! Owns the looking: the hub's rows are read from outside as soon as they can be seen, so that
//! the figure holds the commit and up to one look more. The bare library times its own arrivals.

use super::flood::Load;
use super::stamp;
use super::subject::Taker;
use crate::Failure;
use crate::database::{Database, Growth, Reader, last_row};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// One of so many rows is looked at.
const SAMPLED: i64 = 8;

/// The microseconds of every message that is seen to arrive, ascending.
pub(super) async fn measure(
    taker: &mut Taker,
    database: &Database,
    load: &mut Load,
    pace: f64,
    time: Duration,
) -> Result<Vec<i64>, Failure> {
    let store = taker.store().cloned();
    let mut delays = if let Some(store) = store {
        let (last, reader) = (last_row(&store).await?, database.reader()?);
        let looking = spawn_blocking(move || look(reader, last, time));
        load.stream(pace, time).await?;
        looking.await??
    } else {
        let bare = taker.bare().ok_or("a subject without a process")?;
        bare.delays().await?;
        let before = bare.count.load(Ordering::Relaxed);
        let posted = load.stream(pace, time).await?;
        let bare = taker.bare().ok_or("a subject without a process")?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while bare.count.load(Ordering::Relaxed) < before + posted && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await;
        }
        bare.delays().await?
    };
    delays.sort_unstable();
    Ok(delays)
}

fn look(mut reader: Reader, last: i64, time: Duration) -> Result<Vec<i64>, Failure> {
    let started = Instant::now();
    let mut growth = Growth::after(last, SAMPLED);
    let mut delays = Vec::new();
    // A little longer than the stream, for its last messages.
    while started.elapsed() < time + Duration::from_secs(1) {
        let rows = growth.look(|sql, last| reader.texts(sql, last))?;
        let now = stamp::now();
        for row in &rows {
            delays.extend(stamp::read(&row.text).map(|sent| now - sent));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(delays)
}
