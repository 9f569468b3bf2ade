//! The report of runs: one line for each, and what is to be known of a failed one.
//!
//! Owns the columns. It judges nothing.

use super::run::Outcome;
use super::verdict::Finding;
use crate::figures::{milliseconds, quantile};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use telegram_hub::store::Engine;

/// How many findings of a failed run are shown.
const SHOWN: usize = 20;

/// What stands in a column.
type Cell = fn(&Outcome) -> Value;

/// The columns: name, width, and what stands there. The same for people and for programs.
const COLUMNS: [(&str, usize, Cell); 22] = [
    ("seed", 4, |run| run.seed.into()),
    ("database", 8, |run| engine(run.engine).into()),
    ("sent", 6, |run| run.verdict.sent.into()),
    ("expected", 8, |run| run.verdict.expected.into()),
    ("captured", 8, |run| run.verdict.captured.into()),
    ("unseen", 6, |run| run.verdict.unseen.into()),
    ("lost", 5, |run| run.verdict.count(&[Finding::Lost]).into()),
    ("doubled", 7, |run| {
        run.verdict.count(&[Finding::Doubled]).into()
    }),
    ("wrong", 5, |run| wrong(run).into()),
    ("gaps", 5, |run| run.gaps.opened.into()),
    ("closed", 6, |run| run.gaps.closed.into()),
    ("open", 4, |run| run.gaps.open().into()),
    ("kills", 5, |run| run.kills.into()),
    ("stops", 5, |run| run.outages.into()),
    ("links", 5, |run| run.links.into()),
    ("answers", 7, |run| run.answers.into()),
    ("odd", 4, |run| run.oddities.into()),
    ("longest s", 9, |run| seconds(run.verdict.delay(1.0))),
    ("p99 s", 6, |run| seconds(run.verdict.delay(0.99))),
    ("calm s", 6, |run| {
        seconds(quantile(&run.verdict.calm, 0.99))
    }),
    ("running s", 9, |run| {
        seconds(quantile(&run.verdict.running, 0.99))
    }),
    ("run s", 6, |run| tenths(run.took.as_secs_f64())),
];

fn wrong(run: &Outcome) -> usize {
    let verdict = &run.verdict;
    verdict.findings.len() - verdict.count(&[Finding::Lost, Finding::Doubled])
}

/// The names of the columns.
pub fn header() -> String {
    join(&COLUMNS.map(|(name, width, _)| format!("{name:>width$}")))
}

/// One run in the columns of [`header`].
pub fn line(outcome: &Outcome) -> String {
    let cell = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    join(&COLUMNS.map(|(_, width, value)| format!("{:>width$}", cell(value(outcome)))))
}

fn join(cells: &[String]) -> String {
    cells.join("  ")
}

/// One run for programs: the columns by their names, and what was wrong.
pub fn json(outcome: &Outcome, replay: &str) -> Value {
    let columns = COLUMNS
        .iter()
        .map(|(name, _, value)| (name.replace(' ', "_"), value(outcome)));
    let mut run: Map<String, Value> = columns.collect();
    let findings = outcome.verdict.findings.iter().take(SHOWN);
    let findings: Vec<String> = findings
        .map(|(kind, what)| format!("{kind:?}: {what}"))
        .collect();
    run.insert("passed".to_owned(), outcome.passed().into());
    run.insert("complaints".to_owned(), outcome.complaints.clone().into());
    run.insert("findings".to_owned(), findings.into());
    run.insert("replay".to_owned(), replay.into());
    Value::Object(run)
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

fn seconds(micros: i64) -> Value {
    (milliseconds(micros).round() / 1000.0).into()
}

fn tenths(seconds: f64) -> Value {
    ((seconds * 10.0).round() / 10.0).into()
}
