//! The report of runs: one line for each, and what is to be known of a failed one.
//!
//! Owns the columns. It judges nothing.

use super::run::Outcome;
use super::verdict::Finding;
use std::fmt::Write as _;
use telegram_hub::store::Engine;

/// How many findings of a failed run are shown.
const SHOWN: usize = 20;

/// The names of the columns.
pub fn header() -> String {
    format!(
        "{:>5} {:<8} {:>6} {:>8} {:>8} {:>5} {:>6} {:>7} {:>6} {:>7} {:>7} {:>5} {:>5} {:>6} {:>9} {:>8} {:>6}",
        "seed",
        "database",
        "sent",
        "expected",
        "captured",
        "lost",
        "unseen",
        "doubled",
        "wrong",
        "gaps",
        "closed",
        "open",
        "kills",
        "faults",
        "longest s",
        "p99 s",
        "run s"
    )
}

/// One run in the columns of [`header`].
pub fn line(outcome: &Outcome) -> String {
    let verdict = &outcome.verdict;
    let wrong = verdict.findings.len() - verdict.count(&[Finding::Lost, Finding::Doubled]);
    format!(
        "{:>5} {:<8} {:>6} {:>8} {:>8} {:>5} {:>6} {:>7} {:>6} {:>7} {:>7} {:>5} {:>5} {:>6} {:>9} {:>8} {:>6.1}",
        outcome.seed,
        engine(outcome.engine),
        verdict.sent,
        verdict.expected,
        verdict.captured,
        verdict.count(&[Finding::Lost]),
        verdict.unseen,
        verdict.count(&[Finding::Doubled]),
        wrong,
        outcome.gaps.opened,
        outcome.gaps.closed,
        outcome.gaps.open(),
        outcome.kills,
        outcome.faults,
        seconds(verdict.delay(1.0)),
        seconds(verdict.delay(0.99)),
        outcome.took.as_secs_f64()
    )
}

/// What went wrong in a run, and how to see it again; empty for a run that passed.
pub fn story(outcome: &Outcome, replay: &str) -> String {
    let mut story = String::new();
    if outcome.passed() {
        return story;
    }
    // Writing to a String cannot fail.
    let mut tell = |text: String| writeln!(story, "  {text}").unwrap_or_default();
    for reason in &outcome.complaints {
        tell(reason.clone());
    }
    for (kind, what) in outcome.verdict.findings.iter().take(SHOWN) {
        tell(format!("{kind:?}: {what}"));
    }
    let more = outcome.verdict.findings.len().saturating_sub(SHOWN);
    if more > 0 {
        tell(format!("and {more} more"));
    }
    tell(format!("the run's files are in {}", outcome.dir.display()));
    tell(format!("run it again: {replay}"));
    story
}

/// The database's name as the command line spells it.
pub fn engine(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

fn seconds(micros: i64) -> String {
    crate::figures::seconds(micros)
}
