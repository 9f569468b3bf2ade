//! How many messages a second are taken in, and how late, once the pace is known.
//!
//! Owns the order: everybody writes to everybody once, then the flood, then a stream at half of
//! the flood's pace.

use super::cost::Meter;
use super::flood::Load;
use super::latency;
use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Taker, Tools};
use super::targets::{CAPTURE_1, CAPTURE_100, DELAY_P50, DELAY_P99};
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
    let (load, half) = (&mut taker.load, pace / 2.0);
    let delays = latency::measure(
        &mut taker.taker,
        &taker.ground.database,
        load,
        half,
        size.stream,
    )
    .await?;
    let millis = |share| milliseconds(quantile(&delays, share));
    figures.add(DELAY_P50, "ms", subject, millis(0.5));
    figures.add(DELAY_P99, "ms", subject, millis(0.99));
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
