//! Rounds: every measurement on every subject, again and again in turn.
//!
//! Owns the order and the sizes. Subjects take turns within a round, so that what else the
//! machine does meanwhile strikes them alike.

use super::series::Figures;
use super::subject::Tools;
use super::{capture, history, restore, sends};
use crate::Failure;
use std::time::Duration;

/// How much is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Size {
    /// How often.
    pub rounds: usize,
    /// Messages of a flood.
    pub messages: u64,
    /// How long the stream at half load lasts.
    pub stream: Duration,
    /// How long clients send.
    pub sending: Duration,
    /// Messages of a history.
    pub history: u32,
    /// The numbers of stored accounts.
    pub stored: Vec<usize>,
}

impl Size {
    /// For figures that are published.
    pub fn full(rounds: usize) -> Self {
        Self {
            rounds,
            messages: 100_000,
            stream: Duration::from_secs(8),
            sending: Duration::from_secs(5),
            history: 100_000,
            stored: vec![1, 10, 100, 1000, 10_000],
        }
    }

    /// For a first look, in about a minute.
    pub fn quick() -> Self {
        Self {
            rounds: 1,
            messages: 10_000,
            stream: Duration::from_secs(2),
            sending: Duration::from_secs(1),
            history: 10_000,
            stored: vec![1000],
        }
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Messages taken in, and how late.
    Capture,
    /// Messages sent.
    Sends,
    /// Messages of a history.
    History,
    /// Stored accounts.
    Stored,
}

/// Measures everything.
pub async fn run(tools: &Tools, size: &Size, parts: &[Part]) -> Result<Figures, Failure> {
    let mut figures = Figures::default();
    for round in 1..=size.rounds {
        for part in parts {
            for subject in tools.subjects() {
                log::info!("round {round}: {part:?} on {subject:?}");
                match part {
                    Part::Capture => capture::measure(tools, size, subject, &mut figures).await?,
                    Part::Sends => sends::measure(tools, size, subject, &mut figures).await?,
                    Part::History => history::measure(tools, size, subject, &mut figures).await?,
                    Part::Stored => restore::measure(tools, size, subject, &mut figures).await?,
                }
            }
        }
    }
    Ok(figures)
}
