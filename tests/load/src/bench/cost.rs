//! What the processor does for a measurement: seconds of the subject and of its surroundings.
//!
//! Owns the reading before and after. Times by the processor say where the limit is, and suffer
//! less than times by the clock from whatever else the machine does.

use super::series::{Figures, Subject};
use super::targets;
use crate::Failure;
use crate::process;

/// The processor's clock of a subject and of this process, at the start of a measurement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meter {
    pid: u32,
    started: [f64; 2],
}

impl Meter {
    /// Starts to count for the process `pid`.
    pub(super) fn start(pid: u32) -> Result<Self, Failure> {
        let started = clocks(pid)?;
        Ok(Self { pid, started })
    }

    /// What has been spent since the start; both processes must still be there.
    pub(super) fn stop(self) -> Result<Spent, Failure> {
        let ended = clocks(self.pid)?;
        Ok(Spent([0, 1].map(|of| ended[of] - self.started[of])))
    }
}

/// Seconds of the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent([f64; 2]);

impl Spent {
    /// Adds the microseconds for each of `count` messages.
    pub(super) fn note(self, name: &str, subject: Subject, count: u64, figures: &mut Figures) {
        let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        for (name, seconds) in targets::cost(name).iter().zip(self.0) {
            figures.add(name, "µs each", subject, seconds * 1e6 / f64::from(count));
        }
    }
}

/// The subject's process comes first.
fn clocks(pid: u32) -> Result<[f64; 2], Failure> {
    let clock = |pid| {
        let figures = process::figures(pid).ok_or("the process is gone")?;
        Ok::<_, Failure>(figures.cpu_seconds)
    };
    Ok([clock(pid)?, clock(std::process::id())?])
}
