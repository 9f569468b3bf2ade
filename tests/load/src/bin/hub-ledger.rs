//! `hub-ledger`: whom messages reach, run after run, by the data centre's ledger.
//!
//! Owns the command line and the exit code: 0 when every run passed, 1 when one did not, 2 when
//! one could not be carried through. All else is the library's.

use clap::Parser;
use hub_load::Failure;
use hub_load::database::Database;
use hub_load::ledger::{self, Setting};
use hub_load::process;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Faults that are shown of one run.
const SHOWN: usize = 20;

/// Sends by every form of address while usernames move, groups are upgraded and ids are unknown,
/// and compares whom it reached with who was meant.
#[derive(Debug, Parser)]
#[command(name = "hub-ledger")]
struct Cli {
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: PathBuf,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs, each with the next seed.
    #[arg(long, default_value_t = 1)]
    runs: u64,
    /// Messages in each run.
    #[arg(long, default_value_t = 1000)]
    messages: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    process::raise_file_limit();
    let cli = Cli::parse();
    process::ends_as(run_all(&cli)).await
}

async fn run_all(cli: &Cli) -> Result<bool, Failure> {
    let mut passed = true;
    for seed in cli.seed..cli.seed.saturating_add(cli.runs) {
        let folder = tempfile::Builder::new().prefix("hub-ledger-").tempdir()?;
        let database = Database::sqlite(folder.path());
        let setting = Setting {
            seed,
            messages: cli.messages,
            binary: &cli.hub,
            database: &database,
        };
        let outcome = ledger::run(&setting).await?;
        say(&outcome.lines())?;
        for fault in outcome.verdict.all().take(SHOWN) {
            say(&format!("    {fault}"))?;
        }
        passed &= outcome.passed();
    }
    say(if passed { "passed" } else { "failed" })?;
    Ok(passed)
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
