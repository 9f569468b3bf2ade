//! `hub-fence`: two hubs on one PostgreSQL, fault after fault, and whether they ever were two.
//!
//! Owns the command line and the exit code: 0 when no key was used twice and no stale row was
//! written, 1 when one was, 2 when a run could not be carried through. All else is the library's.

use clap::Parser;
use hub_load::fence::{self, Fault, Outcome, Setting};
use hub_load::postgres::Server;
use hub_load::{Failure, process};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Lets a second hub take over from a first one, again and again, and counts what went wrong.
#[derive(Debug, Parser)]
#[command(name = "hub-fence")]
struct Cli {
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: PathBuf,
    /// Runs of each fault.
    #[arg(long, default_value_t = 2)]
    runs: usize,
    /// Runs side by side; they mostly wait.
    #[arg(long, default_value_t = 12)]
    parallel: usize,
    /// Only this fault, by the beginning of its name; may be given again.
    #[arg(long)]
    fault: Vec<String>,
    /// The library of libfaketime.
    #[arg(
        long,
        default_value = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
    )]
    faketime: PathBuf,
    /// Where the runs go as JSON, one object each.
    #[arg(long, default_value = "target/fence.json", overrides_with = "out")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error")).init();
    process::raise_file_limit();
    let cli = Cli::parse();
    process::ends_as(run_all(&cli)).await
}

async fn run_all(cli: &Cli) -> Result<bool, Failure> {
    let setting = Setting {
        binary: std::fs::canonicalize(&cli.hub)?,
        server: Server::from_environment()?,
        faketime: cli.faketime.clone(),
    };
    let wanted = |fault: &Fault| {
        let mut names = cli.fault.iter();
        cli.fault.is_empty() || names.any(|name| fault.name().starts_with(name.as_str()))
    };
    let turns = Arc::new(Semaphore::new(cli.parallel.max(1)));
    let mut running = JoinSet::new();
    for _ in 0..cli.runs {
        for fault in Fault::ALL.into_iter().filter(wanted) {
            let (setting, turns) = (setting.clone(), Arc::clone(&turns));
            running.spawn(async move {
                let _turn = turns.acquire_owned().await?;
                let outcome = fence::run(&setting, fault).await;
                outcome.map_err(|error| -> Failure { format!("{}: {error}", fault.name()).into() })
            });
        }
    }
    let (mut outcomes, mut failures) = (Vec::new(), Vec::new());
    while let Some(ended) = running.join_next().await {
        match ended? {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => failures.push(error.to_string()),
        }
        let runs: Vec<_> = outcomes.iter().map(fence::json).collect();
        std::fs::write(&cli.out, serde_json::to_string_pretty(&runs)?)?;
    }
    say(fence::table(&outcomes).trim_end())?;
    let broken = outcomes.iter().filter(|one| !one.passed()).count();
    say(&format!("{} runs, {broken} of them broken", outcomes.len()))?;
    failures.sort();
    for failure in &failures {
        say(&format!("not carried through: {failure}"))?;
    }
    if !failures.is_empty() {
        return Err(format!("{} of them", failures.len()).into());
    }
    Ok(outcomes.iter().all(Outcome::passed))
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
