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
    #[arg(long, default_value_t = 400)]
    rate: usize,
    /// Times that the hub is killed in each run.
    #[arg(long, default_value_t = 12)]
    kills: usize,
    /// Faults of links and answers in each run.
    #[arg(long, default_value_t = 120)]
    faults: usize,
    /// The hub's database.
    #[arg(long, value_enum, default_value_t = Choice::Sqlite)]
    database: Choice,
    /// A small run: 10 accounts, 1,000 messages, 3 kills, 15 faults.
    #[arg(long)]
    short: bool,
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
                rate: 100,
                kills: 3,
                faults: 15,
                outages: 1,
            };
        }
        Scale {
            accounts: self.accounts.clamp(4, hub_load::fleet::LARGEST),
            messages: self.messages,
            rate: self.rate,
            kills: self.kills,
            faults: self.faults,
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
            "{command} --accounts {} --messages {} --rate {} --kills {} --faults {}",
            self.accounts, self.messages, self.rate, self.kills, self.faults
        )
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    process::raise_file_limit();
    let cli = Cli::parse();
    match process::until_told(run_all(&cli)).await {
        Ok(Some(Ok(true))) => ExitCode::SUCCESS,
        Ok(Some(Ok(false))) => ExitCode::FAILURE,
        Ok(None) => ExitCode::from(130),
        Ok(Some(Err(error))) => complain(&*error),
        Err(error) => complain(&error),
    }
}

fn complain(error: &dyn std::error::Error) -> ExitCode {
    log::error!("the run could not be carried through: {error}");
    ExitCode::from(2)
}
async fn run_all(cli: &Cli) -> Result<bool, Failure> {
    let server = match cli.database {
        Choice::Sqlite => None,
        Choice::Postgres | Choice::Both => Some(Server::from_environment()?),
    };
    say(&chaos::header())?;
    let mut failed = Vec::new();
    for seed in cli.seed.first..=cli.seed.last {
        if cli.database != Choice::Postgres {
            failed.extend(judge(cli, &run_one(cli, seed, None).await?)?);
        }
        if let Some(server) = &server {
            failed.extend(judge(cli, &run_one(cli, seed, Some(server)).await?)?);
        }
    }
    if !failed.is_empty() {
        say(&format!("failed: {}", failed.join(", ")))?;
    }
    Ok(failed.is_empty())
}

/// Shows a run, and names it if it has failed.
fn judge(cli: &Cli, outcome: &Outcome) -> Result<Option<String>, Failure> {
    say(&chaos::line(outcome))?;
    if outcome.passed() {
        return Ok(None);
    }
    say(chaos::story(outcome, &cli.replay(outcome)).trim_end())?;
    let database = chaos::engine(outcome.engine);
    Ok(Some(format!("seed {} on {database}", outcome.seed)))
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
    };
    let outcome = chaos::run(&setting)
        .await
        .map_err(|error| format!("seed {seed}, files in {}: {error}", folder.path().display()))?;
    folder.disable_cleanup(!outcome.passed());
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
