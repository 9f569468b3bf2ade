//! `hub-chaos`: the hub under faults, run after run, with a table of what it captured.
//!
//! Owns the command line and the exit code: 0 when every run passed, 1 when one did not, 2 when
//! one could not be carried through. All else is the library's.

use clap::{Parser, ValueEnum};
use hub_load::Failure;
use hub_load::chaos::{self, Outcome, Scale, Setting};
use hub_load::database::Database;
use hub_load::postgres::Server;
use hub_load::process;
use serde_json::Value;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Runs the hub under a seeded plan of faults and compares what it captured with what was sent.
#[derive(Debug, Parser)]
#[command(name = "hub-chaos")]
struct Cli {
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: PathBuf,
    /// One seed, or the first and last of several: `7` or `1..20`.
    #[arg(long, default_value = "1", value_parser = seeds)]
    seed: Seeds,
    /// Accounts, 4 to 10000.
    #[arg(long, default_value_t = 50)]
    accounts: usize,
    /// Messages in each run.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// Messages in a second.
    #[arg(long, default_value_t = 450)]
    rate: usize,
    /// Times that the hub is killed in each run.
    #[arg(long, default_value_t = 12)]
    kills: usize,
    /// Faults of links and pushes in each run.
    #[arg(long, default_value_t = 120)]
    links: usize,
    /// Faults of answers in each run.
    #[arg(long, default_value_t = 40)]
    answers: usize,
    /// Oddities of Telegram in each run.
    #[arg(long, default_value_t = 40)]
    oddities: usize,
    /// Messages of each run that hold an object of an unknown kind.
    #[arg(long, default_value_t = 60)]
    unreadable: usize,
    /// The hub's database.
    #[arg(long, value_enum, default_value_t = Choice::Sqlite)]
    database: Choice,
    /// A small run: 10 accounts, 1,000 messages, 3 kills, 22 faults, 6 unreadable messages.
    #[arg(long)]
    short: bool,
    /// Keep each run's folder, also when nothing was wrong.
    #[arg(long)]
    keep: bool,
    /// Where the runs go as JSON, one object each.
    #[arg(long, default_value = "target/chaos.json", overrides_with = "out")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    Sqlite,
    Postgres,
    Both,
}

#[derive(Clone, Copy, Debug)]
struct Seeds {
    first: u64,
    last: u64,
}

fn seeds(text: &str) -> Result<Seeds, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.parse().map_err(|_text| "write `7` or `1..20`");
    let (first, last) = (number(first)?, number(last)?);
    if first > last {
        return Err("the first seed is after the last".to_owned());
    }
    Ok(Seeds { first, last })
}

impl Cli {
    fn scale(&self) -> Scale {
        if self.short {
            return Scale {
                accounts: 10,
                messages: 1000,
                rate: 200,
                kills: 3,
                links: 12,
                answers: 4,
                oddities: 6,
                unreadable: 6,
                outages: 1,
            };
        }
        Scale {
            accounts: self.accounts.clamp(4, hub_load::fleet::LARGEST),
            messages: self.messages,
            rate: self.rate,
            kills: self.kills,
            links: self.links,
            answers: self.answers,
            oddities: self.oddities,
            unreadable: self.unreadable,
            outages: 2,
        }
    }

    fn replay(&self, outcome: &Outcome) -> String {
        let command = format!(
            "./run.sh chaos --seed {} --database {}",
            outcome.seed,
            chaos::engine(outcome.engine)
        );
        if self.short {
            return format!("{command} --short");
        }
        format!(
            "{command} --accounts {} --messages {} --rate {} --kills {} --links {} --answers {} \
             --oddities {} --unreadable {}",
            self.accounts,
            self.messages,
            self.rate,
            self.kills,
            self.links,
            self.answers,
            self.oddities,
            self.unreadable
        )
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    process::raise_file_limit();
    let cli = Cli::parse();
    process::ends_as(run_all(&cli)).await
}

async fn run_all(cli: &Cli) -> Result<bool, Failure> {
    let server = match cli.database {
        Choice::Sqlite => None,
        Choice::Postgres | Choice::Both => Some(Server::from_environment()?),
    };
    say(&chaos::header())?;
    let mut report = Report::default();
    for seed in cli.seed.first..=cli.seed.last {
        if cli.database != Choice::Postgres {
            report.add(cli, &run_one(cli, seed, None).await?)?;
        }
        if let Some(server) = &server {
            report.add(cli, &run_one(cli, seed, Some(server)).await?)?;
        }
    }
    say(&report.summary())?;
    Ok(report.failed.is_empty())
}

/// All runs so far.
#[derive(Default)]
struct Report {
    runs: Vec<Value>,
    failed: Vec<String>,
}

impl Report {
    /// Shows a run, and names it if it has failed.
    fn add(&mut self, cli: &Cli, outcome: &Outcome) -> Result<(), Failure> {
        let replay = cli.replay(outcome);
        say(&chaos::line(outcome))?;
        if !outcome.passed() {
            say(chaos::story(outcome, &replay).trim_end())?;
            let database = chaos::engine(outcome.engine);
            let run = format!("seed {} on {database}", outcome.seed);
            self.failed.push(run);
        }
        self.runs.push(chaos::json(outcome, &replay));
        // After each run: whoever ends the program early has those before it.
        Ok(std::fs::write(
            &cli.out,
            serde_json::to_string_pretty(&self.runs)?,
        )?)
    }

    fn summary(&self) -> String {
        let count = self.runs.len();
        if self.failed.is_empty() {
            return format!("passed: all {count}");
        }
        format!(
            "failed: {} of {count}: {}",
            self.failed.len(),
            self.failed.join(", ")
        )
    }
}

async fn run_one(cli: &Cli, seed: u64, server: Option<&Server>) -> Result<Outcome, Failure> {
    let mut folder = tempfile::Builder::new().prefix("hub-chaos-").tempdir()?;
    // Until it has passed: what a failed run leaves is wanted.
    folder.disable_cleanup(true);
    let database = match server {
        None => Database::sqlite(folder.path()),
        Some(server) => Database::postgres(folder.path(), server.create_database()?),
    };
    let setting = Setting {
        seed,
        scale: cli.scale(),
        binary: &cli.hub,
        database: &database,
        server: server.filter(|server| server.can_stop()),
        keep: cli.keep,
    };
    let outcome = chaos::run(&setting)
        .await
        .map_err(|error| format!("seed {seed}, files in {}: {error}", folder.path().display()))?;
    folder.disable_cleanup(cli.keep || !outcome.passed());
    if let Some(server) = server {
        server.drop_database(database.url())?;
    }
    Ok(outcome)
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::{Cli, seeds};
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
        assert!(seeds("20..1").is_err() && seeds("x").is_err());
        assert_eq!(
            seeds("7").map(|seeds| (seeds.first, seeds.last)),
            Ok((7, 7))
        );
        assert_eq!(
            seeds("1..20").map(|seeds| (seeds.first, seeds.last)),
            Ok((1, 20))
        );
    }
}
