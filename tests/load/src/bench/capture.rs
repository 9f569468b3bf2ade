//! How many messages a second are taken in, and how late, once the pace is known.
//!
//! Owns the order: everybody writes to everybody once, then the flood, then a stream at half of
//! the flood's pace and one at a pace that is the same for all.

use super::cost::Meter;
use super::flood::Load;
use super::latency;
use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Taker, Tools};
use super::targets::{CAPTURE_1, CAPTURE_100, STEADY, delays};
use crate::Failure;
use crate::figures::{milliseconds, quantile};

/// Messages under way at most, for each account; the client library keeps a thousand.
const WINDOW_OF_ONE: u64 = 600;
/// The same for all accounts together.
const WINDOW: u64 = 6000;

/// Measures one subject with one account and with a hundred.
pub(super) async fn measure(
    tools: &Tools,
    size: &Size,
    subject: Subject,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let mut taker = Bed::make(tools, subject, 1).await?;
    taker.pace(size, CAPTURE_1, subject, figures).await?;
    taker.clear().await?;

    let mut taker = Bed::make(tools, subject, 100).await?;
    let pace = taker.pace(size, CAPTURE_100, subject, figures).await?;
    for (name, pace) in [("half load", pace / 2.0), ("10,000/s", STEADY)] {
        let (load, database) = (&mut taker.load, &taker.ground.database);
        let subject_taker = &mut taker.taker;
        let seen = latency::measure(subject_taker, database, load, pace, size.stream).await?;
        let [p50, p99] = delays(name);
        figures.add(&p50, "ms", subject, milliseconds(quantile(&seen, 0.5)));
        figures.add(&p99, "ms", subject, milliseconds(quantile(&seen, 0.99)));
    }
    taker.clear().await
}

/// A subject under load.
struct Bed {
    ground: Ground,
    taker: Taker,
    load: Load,
    window: u64,
}

impl Bed {
    async fn make(tools: &Tools, subject: Subject, accounts: usize) -> Result<Self, Failure> {
        let ground = Ground::new(tools, subject)?;
        let taker = Taker::start(tools, &ground, subject, accounts).await?;
        Ok(Self {
            load: Load::new(&ground.dc, &taker.phones),
            ground,
            taker,
            window: (WINDOW_OF_ONE * u64::try_from(accounts)?).min(WINDOW),
        })
    }

    /// Messages taken in a second, and what each has cost.
    async fn pace(
        &mut self,
        size: &Size,
        name: &str,
        subject: Subject,
        figures: &mut Figures,
    ) -> Result<f64, Failure> {
        let (load, taker) = (&mut self.load, &self.taker);
        load.flood(load.circle(), self.window, taker).await?;
        let meter = Meter::start(taker.pid())?;
        let took = load.flood(size.messages, self.window, taker).await?;
        let pace = f64::from(u32::try_from(size.messages)?) / took.as_secs_f64();
        figures.add(name, "/s", subject, pace);
        meter.stop()?.note(name, subject, size.messages, figures);
        Ok(pace)
    }

    async fn clear(self) -> Result<(), Failure> {
        self.taker.stop().await?;
        self.ground.clear().await
    }
}
