//! `hub-attack`: what one bad client costs the others.
//!
//! Owns the command line and the file with the figures. All else is the library's.

use clap::Parser;
use hub_load::Failure;
use hub_load::attack::{self, Attack, Plan};
use hub_load::postgres::Server;
use hub_load::process;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use telegram_hub::store::Engine;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Attacks a hub of its own on loopback and measures what a good client notices.
#[derive(Debug, Parser)]
#[command(name = "hub-attack")]
struct Cli {
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: PathBuf,
    /// On which databases.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["sqlite", "postgres"])]
    on: Vec<On>,
    /// Only these attacks.
    #[arg(long, value_enum, value_delimiter = ',', default_values = [
        "deaf", "slow-uploads", "many-slow-uploads", "searches", "guesses", "long-paths", "slow-heads",
    ])]
    only: Vec<Attack>,
    /// For how many seconds each attack is measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many rows the log has.
    #[arg(long, default_value_t = 1_000_000)]
    rows: i64,
    /// Where the figures go as JSON.
    #[arg(long, default_value = "target/attack.json", overrides_with = "out")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum On {
    Sqlite,
    Postgres,
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("warn,hub_load=info,grammers_mtsender=error"),
    )
    .init();
    process::raise_file_limit();
    let cli = Cli::parse();
    let ended = process::until_told(measure(&cli))
        .await
        .map_err(Failure::from)
        .and_then(Option::transpose);
    match ended {
        Ok(Some(())) => ExitCode::SUCCESS,
        Ok(None) => ExitCode::from(130),
        Err(error) => {
            log::error!("the attacks could not be carried through: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(cli: &Cli) -> Result<(), Failure> {
    let engine = |on: &On| match on {
        On::Sqlite => Engine::Sqlite,
        On::Postgres => Engine::Postgres,
    };
    let plan = Plan {
        binary: cli.hub.clone(),
        server: Server::from_environment().ok(),
        engines: cli.on.iter().map(engine).collect(),
        attacks: cli.only.clone(),
        time: Duration::from_secs(cli.seconds),
        rows: cli.rows,
    };
    let phases = attack::run(&plan).await?;
    let mut out = std::io::stdout().lock();
    out.write_all(attack::table(&phases).as_bytes())?;
    std::fs::write(&cli.out, attack::json(&phases)?)?;
    Ok(writeln!(out, "\nevery value: {}", cli.out.display())?)
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
