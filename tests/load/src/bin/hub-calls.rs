//! `hub-calls`: how often a hub and Telethon call Telegram in the same life.
//!
//! Owns the command line and the exit code: 0 when the hub calls as seldom as it must, 1 when it
//! does not, 2 when the run could not be carried through. All else is the library's.

use clap::Parser;
use hub_load::Failure;
use hub_load::calls::{self, Setting};
use hub_load::database::Database;
use hub_load::process;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Counts the calls that one account makes, quiet and busy, with few channels and with many, and
/// at a restart: by the hub, and by Telethon beside it.
#[derive(Debug, Parser)]
#[command(name = "hub-calls")]
struct Cli {
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: PathBuf,
    /// A Python that has Telethon.
    #[arg(long)]
    python: PathBuf,
    /// The program that runs Telethon's clients.
    #[arg(long)]
    client: PathBuf,
    /// How long calls are counted.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    process::raise_file_limit();
    let cli = Cli::parse();
    process::ends_as(count(&cli)).await
}

async fn count(cli: &Cli) -> Result<bool, Failure> {
    let folder = tempfile::Builder::new().prefix("hub-calls-").tempdir()?;
    let database = Database::sqlite(folder.path());
    let setting = Setting {
        binary: &cli.hub,
        python: &cli.python,
        client: &cli.client,
        database: &database,
        time: Duration::from_mins(cli.minutes),
    };
    let outcome = calls::run(&setting).await?;
    let mut out = std::io::stdout().lock();
    write!(out, "{}", outcome.tables())?;
    for complaint in outcome.complaints() {
        writeln!(out, "failed: {complaint}")?;
    }
    out.flush()?;
    Ok(outcome.complaints().is_empty())
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
