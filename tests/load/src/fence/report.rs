//! The figures of many runs as a table and as JSON.

use super::{Fault, Outcome};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A line for each fault.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::from(
        "fault                  runs  overlaps  duplicated  stale rows  rows before  \
         takeover p50/p99/max s  least silence s  first hub's end\n",
    );
    for fault in Fault::ALL {
        let of: Vec<&Outcome> = outcomes.iter().filter(|one| one.fault == fault).collect();
        if of.is_empty() {
            continue;
        }
        let takeovers = of.iter().filter_map(|one| one.takeover);
        let mut takeovers: Vec<f64> = takeovers.map(|one| one.as_secs_f64()).collect();
        takeovers.sort_by(f64::total_cmp);
        let least = of
            .iter()
            .map(|one| one.silence)
            .fold(f64::INFINITY, f64::min);
        let mut ends: Vec<&str> = of.iter().map(|one| one.end.as_str()).collect();
        ends.sort_unstable();
        ends.dedup();
        // A string takes everything.
        let _: Result<(), _> = writeln!(
            text,
            "{:<22} {:>4}  {:>8}  {:>10}  {:>10}  {:>11}  {:>22}  {:>15.2}  {}",
            fault.name(),
            of.len(),
            of.iter().map(|one| one.overlaps).sum::<usize>(),
            of.iter().map(|one| one.duplicated).sum::<usize>(),
            of.iter().map(|one| one.stale).sum::<i64>(),
            of.iter().map(|one| one.rows).sum::<i64>(),
            if takeovers.is_empty() {
                "none".to_owned()
            } else {
                format!(
                    "{:.1} / {:.1} / {:.1}",
                    percentile(&takeovers, 50),
                    percentile(&takeovers, 99),
                    percentile(&takeovers, 100)
                )
            },
            least,
            ends.join(", "),
        );
    }
    text
}

/// A run as JSON.
pub fn json(outcome: &Outcome) -> Value {
    json!({
        "fault": outcome.fault.name(),
        "overlaps": outcome.overlaps,
        "duplicated": outcome.duplicated,
        "stale_rows": outcome.stale,
        "rows_before": outcome.rows,
        "takeover_seconds": outcome.takeover.map(|takeover| takeover.as_secs_f64()),
        "silence_seconds": outcome.silence,
        "first_hubs_end": outcome.end,
    })
}

/// The nearest rank.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let values = [1.0, 2.0, 3.0];
        for (percent, value) in [(50, 2.0), (99, 3.0), (100, 3.0), (0, 1.0)] {
            assert!((percentile(&values, percent) - value).abs() < f64::EPSILON);
        }
    }
}
