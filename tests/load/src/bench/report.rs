//! The table and the JSON of all figures.
//!
//! Owns the columns and the verdict beside each figure. It measures nothing.

use super::machine::Machine;
use super::series::{Figure, Figures, Series, Subject, Target};
use crate::Failure;
use serde_json::json;
use std::fmt::Write as _;

/// The figures as a table for people.
pub fn table(figures: &Figures) -> String {
    let machine = Machine::here();
    let mut table = format!(
        "{}, {} cores shared with the data centre and the clients, {} MiB, Linux {}, {}\n\
         median over the rounds, smallest and largest in parentheses\n\n",
        machine.processor, machine.cores, machine.memory_mib, machine.kernel, machine.date
    );
    line(
        &mut table,
        [
            "figure",
            "bare grammers",
            "hub, SQLite",
            "of bare",
            "hub, PostgreSQL",
            "of bare",
            "limit",
        ],
    );
    for figure in &figures.0 {
        let cell = |subject| figure.of(subject).map_or_else(String::new, spread);
        let share = |subject| share(figure, subject).map_or_else(String::new, percent);
        let name = match figure.unit {
            "" => figure.name.clone(),
            unit => format!("{} ({unit})", figure.name),
        };
        line(
            &mut table,
            [
                &name,
                &cell(Subject::Bare),
                &cell(Subject::Sqlite),
                &share(Subject::Sqlite),
                &cell(Subject::Postgres),
                &share(Subject::Postgres),
                &limits(figure),
            ],
        );
    }
    table
}

fn line(table: &mut String, cells: [&str; 7]) {
    let [name, bare, sqlite, of_sqlite, postgres, of_postgres, limit] = cells;
    let written = writeln!(
        table,
        "{name:<42} {bare:>28} {sqlite:>28} {of_sqlite:>8} {postgres:>28} {of_postgres:>8}  {limit}"
    );
    // Writing to a String cannot fail.
    written.unwrap_or_default();
}

fn spread(series: &Series) -> String {
    let [median, min, max] = [series.median(), series.min(), series.max()].map(number);
    format!("{median} ({min} to {max})")
}

/// Three digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A subject's median as a part of the bare library's.
fn share(figure: &Figure, subject: Subject) -> Option<f64> {
    let bare = figure.of(Subject::Bare)?.median();
    Some(figure.of(subject)?.median() / bare)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn limits(figure: &Figure) -> String {
    let mut limits: Vec<String> = figure
        .targets
        .iter()
        .filter_map(|(subject, target)| {
            let met = target.met_by(figure.of(*subject)?.median());
            let limit = match target {
                Target::AtLeast(least) => format!("at least {}", number(*least)),
                Target::AtMost(most) => format!("at most {}", number(*most)),
            };
            Some(format!("{} {limit}: {}", name(*subject), verdict(met)))
        })
        .collect();
    if let Some(least) = figure.share_of_bare {
        limits.extend(
            [Subject::Sqlite, Subject::Postgres]
                .into_iter()
                .filter_map(|subject| {
                    let met = share(figure, subject)? >= least;
                    let least = percent(least);
                    Some(format!(
                        "{} {least} of bare: {}",
                        name(subject),
                        verdict(met)
                    ))
                }),
        );
    }
    limits.join("; ")
}

fn name(subject: Subject) -> &'static str {
    match subject {
        Subject::Bare => "bare",
        Subject::Sqlite => "SQLite",
        Subject::Postgres => "PostgreSQL",
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// The figures for programs, with the machine and every value.
pub fn json(figures: &Figures) -> Result<String, Failure> {
    let figures: Vec<_> = figures
        .0
        .iter()
        .map(|figure| {
            let series = figure.series.iter().map(|(subject, series)| {
                json!({
                    "subject": subject,
                    "median": series.median(),
                    "min": series.min(),
                    "max": series.max(),
                    "values": series.values,
                })
            });
            json!({
                "name": figure.name,
                "unit": figure.unit,
                "series": series.collect::<Vec<_>>(),
                "targets": figure.targets,
                "share_of_bare": figure.share_of_bare,
            })
        })
        .collect();
    let whole = json!({ "machine": Machine::here(), "figures": figures });
    Ok(serde_json::to_string_pretty(&whole)?)
}
