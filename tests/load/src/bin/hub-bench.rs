//! `hub-bench`: the hub measured beside the bare client library.
//!
//! Owns the command line, the file with the figures and, as `hub-bench bare`, the process of the
//! bare library. All else is the library's.

use clap::{Parser, Subcommand};
use hub_load::Failure;
use hub_load::bare::{self, Accounts, Line, Sending};
use hub_load::bench::{self, Part, Size, Subject, Tools};
use hub_load::postgres::Server;
use hub_load::process;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Measures the hub beside the bare client library, at the same data centre.
#[derive(Debug, Parser)]
#[command(name = "hub-bench")]
struct Cli {
    #[command(subcommand)]
    bare: Option<BareCommand>,
    /// The hub's binary.
    #[arg(long, env = "HUB_BINARY")]
    hub: Option<PathBuf>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One small round, for a first look.
    #[arg(long)]
    quick: bool,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["capture", "sends", "history", "stored"])]
    only: Vec<Part>,
    /// Only these subjects.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["bare", "sqlite", "postgres"])]
    on: Vec<Subject>,
    /// These numbers of stored accounts, up to 10000, instead of the usual ones.
    #[arg(long, value_delimiter = ',')]
    stored: Vec<usize>,
    /// Where the figures go as JSON.
    #[arg(long, default_value = "target/bench.json", overrides_with = "out")]
    out: PathBuf,
}

#[derive(Debug, Subcommand)]
enum BareCommand {
    /// Be the bare library; started by the measurement itself.
    #[command(hide = true)]
    Bare {
        /// The accounts.
        accounts: PathBuf,
        #[command(subcommand)]
        order: BareOrder,
    },
}

#[derive(Debug, Subcommand)]
enum BareOrder {
    /// Count updates.
    Listen,
    /// Send messages.
    Send {
        /// To whom.
        username: String,
        /// For how long.
        millis: u64,
    },
    /// Read a history.
    Read {
        /// Of which channel.
        username: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(
        env_logger::Env::default().default_filter_or("warn,hub_load=info,grammers_mtsender=error"),
    )
    .init();
    process::raise_file_limit();
    let cli = Cli::parse();
    let ended = match &cli.bare {
        Some(BareCommand::Bare { accounts, order }) => be_bare(accounts, order).await.map(Some),
        None => process::until_told(measure(&cli))
            .await
            .map_err(Failure::from)
            .and_then(Option::transpose),
    };
    match ended {
        Ok(Some(())) => ExitCode::SUCCESS,
        Ok(None) => ExitCode::from(130),
        Err(error) => {
            log::error!("the measurement could not be carried through: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn be_bare(accounts: &Path, order: &BareOrder) -> Result<(), Failure> {
    let phones = bare::online(Accounts::read(accounts)?).await?;
    bare::tell(&Line::Online)?;
    match order {
        BareOrder::Listen => bare::listen(phones).await,
        BareOrder::Send { username, millis } => {
            let sent = bare::send(&phones, username, Duration::from_millis(*millis)).await?;
            tell_and_wait(sent).await
        }
        BareOrder::Read { username } => tell_and_wait(bare::read(&phones, username).await?).await,
    }
}

/// Whoever measures reads this process' figures before it ends.
async fn tell_and_wait(done: Sending) -> Result<(), Failure> {
    bare::tell(&Line::Sent(done))?;
    Ok(tokio::io::stdin()
        .read_to_end(&mut Vec::new())
        .await
        .map(drop)?)
}

async fn measure(cli: &Cli) -> Result<(), Failure> {
    let tools = Tools {
        binary: cli.hub.clone().ok_or("--hub is missing")?,
        server: Server::from_environment().ok(),
        subjects: cli.on.clone(),
    };
    let mut size = if cli.quick {
        Size::quick()
    } else {
        Size::full(cli.rounds)
    };
    if !cli.stored.is_empty() {
        size.stored.clone_from(&cli.stored);
    }
    let figures = bench::run(&tools, &size, &cli.only).await?;
    let mut out = std::io::stdout().lock();
    out.write_all(bench::table(&figures).as_bytes())?;
    std::fs::write(&cli.out, bench::json(&figures)?)?;
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
