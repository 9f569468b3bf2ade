//! The figures as a table and as JSON.

use super::Phase;
use crate::Failure;
use crate::figures::milliseconds;
use std::fmt::Write as _;

/// One line for each phase: p50 and p99 of each route in milliseconds, memory and log.
pub fn table(phases: &[Phase]) -> String {
    let mut text = String::from(
        "| database | attack | health ms p50/p99 | sessions | page | send | upload | failed | \
         MiB before → most | log KiB/s | done by the attacker |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for phase in phases {
        let _ = write!(text, "| {} | {} |", phase.engine, phase.attack);
        for seen in &phase.routes {
            let (p50, p99) = (milliseconds(seen.p50), milliseconds(seen.p99));
            let _ = write!(text, " {p50:.1}/{p99:.1} |");
        }
        let failures: usize = phase.routes.iter().map(|seen| seen.failures).sum();
        let answers: usize = phase.routes.iter().map(|seen| seen.answers).sum();
        let (before, most) = (phase.rss_before / 1024, phase.rss_most / 1024);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a log is far shorter than 2^52 bytes"
        )]
        let log = phase.log as f64 / 1024.0 / phase.seconds.max(0.001);
        let done = phase.done;
        let _ = writeln!(
            text,
            " {failures} of {answers} | {before} → {most} | {log:.1} | {done} |"
        );
    }
    text
}

/// Every figure.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json(phases: &[Phase]) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(phases)?)
}
