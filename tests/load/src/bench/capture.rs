//! How many messages a second are taken in, and how late, once the pace is known.
//!
//! Owns the order: everybody writes to everybody once, then the flood, then a stream at half of
//! the flood's pace.

use super::flood::Load;
use super::latency;
use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Taker, Tools};
use super::targets::{CAPTURE_1, CAPTURE_100, DELAY_P50, DELAY_P99};
use crate::Failure;
use crate::figures::quantile;

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
    let pace = pace(tools, size, subject, 1, figures).await?;
    figures.add(CAPTURE_1, "/s", subject, pace);
    let pace = self::pace(tools, size, subject, 100, figures).await?;
    figures.add(CAPTURE_100, "/s", subject, pace);
    Ok(())
}

async fn pace(
    tools: &Tools,
    size: &Size,
    subject: Subject,
    accounts: usize,
    figures: &mut Figures,
) -> Result<f64, Failure> {
    let ground = Ground::new(tools, subject)?;
    let mut taker = Taker::start(tools, &ground, subject, accounts).await?;
    let mut load = Load::new(&ground.dc, &taker.phones);
    let window = (WINDOW_OF_ONE * u64::try_from(accounts)?).min(WINDOW);
    load.flood(load.circle(), window, &taker.arrived).await?;
    let took = load.flood(size.messages, window, &taker.arrived).await?;
    let messages = f64::from(u32::try_from(size.messages)?);
    let pace = messages / took.as_secs_f64();
    if accounts > 1 {
        let delays = latency::measure(&mut taker, &mut load, pace / 2.0, size.stream).await?;
        let millis =
            |share| f64::from(i32::try_from(quantile(&delays, share)).unwrap_or(i32::MAX)) / 1000.0;
        figures.add(DELAY_P50, "ms", subject, millis(0.5));
        figures.add(DELAY_P99, "ms", subject, millis(0.99));
    }
    taker.stop().await?;
    ground.clear().await?;
    Ok(pace)
}
