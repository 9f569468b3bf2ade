//! The command line: which command, with which settings, and what the process answers.
//!
//! Owns the process: its environment, its signals, its log and its exit code. It must not know
//! how the commands do what they do.

mod audit;
mod import;
mod init;
mod logging;
mod login;
mod open_files;
mod sessions;
mod signals;
mod terminal;

use crate::auth::ApiKey;
use crate::config::{self, Config, ConfigError, Given, StoreConfig};
use crate::daemon::{self, RunError};
use crate::http;
use crate::hub::{ExportError, ImportError, StartError, open_store};
use clap::{Parser, Subcommand};
use import::GivenExport;
use login::LoginWay;
use secrecy::ExposeSecret as _;
use sessions::{GivenString, WantedString};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// What can be asked of the program.
#[derive(Debug, Parser)]
#[command(
    name = "telegram-hub",
    version,
    about = "Keeps Telegram user accounts online, captures their messages and serves them over HTTP.",
    long_about = None,
    after_help = "Settings can also stand in a file .env in the current folder. Flags win over \
                  variables, and variables over .env; an empty value counts as unset."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Run the hub (the default).
    Serve,
    /// Bring the database's tables up to date and end.
    Migrate,
    /// Print the OpenAPI document and end.
    Openapi,
    /// Print a new key for `HUB_API_KEY` or `HUB_TOOLS_KEY` and end.
    Keygen,
    /// Take what Telegram Desktop has exported as JSON into the log of a session, also while a hub
    /// runs. What the log has stays as it is; a second run adds nothing.
    ///
    /// Ends with 0 when the file was read to its end, 1 when it or the database is broken, and 130
    /// after Ctrl-C; what was stored until then stays, and is told.
    Import(GivenExport),
    /// Look at the stored sessions, take accounts over and hand them out.
    #[command(subcommand)]
    Session(SessionCommand),
}

#[derive(Clone, Debug, Subcommand)]
enum SessionCommand {
    /// List the stored sessions, oldest first, as tab-separated columns.
    List,
    /// Log an account in, while no hub runs; a running one is asked with POST /login/qr.
    ///
    /// A QR code is shown, to be scanned in Telegram on a phone: Settings, Devices, Link Desktop
    /// Device. Ends with 0 when the account is logged in, 1 when it is not, 130 after Ctrl-C.
    Login {
        /// The name that the session gets.
        name: String,
        #[command(flatten)]
        way: LoginWay,
    },
    /// Take over an account that is logged in elsewhere, while no hub runs; a running one is asked
    /// with POST /sessions/import.
    ///
    /// The string must not be used anywhere else from then on: Telegram ends a key that is
    /// connected twice.
    Import {
        /// The name that the session gets.
        name: String,
        #[command(flatten)]
        string: GivenString,
    },
    /// Print the session string of a logged-in account. Whoever has it is logged in.
    ///
    /// Stop the hub, or log nothing in with the string while it runs: Telegram ends a key that is
    /// connected twice. Each string that is handed out is noted in audit.log in the data folder.
    Export {
        /// The session.
        name: String,
        #[command(flatten)]
        kind: WantedString,
    },
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(".env cannot be read: it must consist of lines NAME=value")]
    DotEnv,
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the database cannot be read: {0}")]
    Store(#[from] crate::store::Error),
    #[error("the session name {0}")]
    Name(String),
    #[error("nothing is handed out, because {path} cannot be written to: {source}")]
    Audit { path: String, source: io::Error },
    #[error("{0}")]
    Session(crate::error::Error),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("the export is not taken in whole: {0}")]
    Export(#[from] ExportError),
    #[error(
        "session login needs a terminal for its QR code and its questions; without one, ask a \
         running hub with POST /login/qr"
    )]
    NoTerminal,
    #[error(
        "a hub runs on this database (process {pid}), and only one may speak to Telegram: log the \
         account in there with POST /login/qr or /login/start, or stop that hub first"
    )]
    HubRuns { pid: i64 },
    #[error("interrupted; nothing was logged in")]
    Interrupted,
    #[error("the login has expired; start it again")]
    LoginExpired,
    #[error("the QR code cannot be drawn: {0}")]
    Draw(#[from] crate::qr_code::DrawError),
    #[error("the log cannot be set up: {0}")]
    Log(#[from] log::SetLoggerError),
    #[error("the operating system gives no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Runs the program with the process's arguments and environment.
pub fn main() -> ExitCode {
    if init::is_first() {
        match init::run() {
            Ok(code) => return code,
            Err(error) => drop(writeln!(
                io::stderr(),
                "telegram-hub: the hub runs as the first process, which the kernel cannot end in \
                 time: {error}; run it under an init, such as docker run --init"
            )),
        }
    }
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Config(ConfigError::Flags(error))) => {
            // Asking for help is no failure, and goes to standard output.
            let shown = error.print().is_ok();
            ExitCode::from(if shown && !error.use_stderr() { 0 } else { 2 })
        }
        // Whoever read the output has seen enough of it.
        Err(CommandError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Nothing is left to do about a closed standard error.
            drop(writeln!(io::stderr(), "telegram-hub: {error}"));
            match error {
                // What a shell says of a process that SIGINT has ended.
                CommandError::Interrupted | CommandError::Export(ExportError::Interrupted) => {
                    ExitCode::from(130)
                }
                // A question for a password sees Ctrl-C itself.
                CommandError::Io(error) if error.kind() == io::ErrorKind::Interrupted => {
                    ExitCode::from(130)
                }
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn command() -> Result<(), CommandError> {
    read_dot_env()?;
    let (command, given) = read(std::env::args_os()).map_err(ConfigError::from)?;
    match command.unwrap_or(Command::Serve) {
        Command::Serve => serve(&given),
        Command::Migrate => migrate(&given),
        Command::Openapi => openapi(),
        Command::Keygen => keygen(),
        Command::Import(given_export) => {
            let config = StoreConfig::from_given(&given)?;
            warn(&config.warnings);
            runtime()?.block_on(import::run(&config, &given_export))
        }
        Command::Session(SessionCommand::List) => {
            let config = StoreConfig::from_given(&given)?;
            warn(&config.warnings);
            runtime()?.block_on(sessions::list(&config))
        }
        Command::Session(SessionCommand::Login { name, way }) => {
            let config = Config::from_given(&given)?;
            warn(&config.store.warnings);
            login::run(&config, &name, &way)
        }
        Command::Session(SessionCommand::Import { name, string }) => {
            let config = Config::from_given(&given)?;
            warn(&config.store.warnings);
            runtime()?.block_on(sessions::import(&config, &name, string))
        }
        Command::Session(SessionCommand::Export { name, kind }) => {
            let config = Config::from_given(&given)?;
            warn(&config.store.warnings);
            runtime()?.block_on(sessions::write(&config, &name, kind))
        }
    }
}

/// Reads a command line, with the settings of the doors.
fn read<I, T>(args: I) -> Result<(Option<Command>, Given), clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let (Cli { command }, given) = config::parse(args, http::of_doors())?;
    Ok((command, given))
}

/// Reads `.env` of the current folder, not of the folders above it.
fn read_dot_env() -> Result<(), CommandError> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(dotenvy::Error::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        // The error shows the line, which may hold a secret.
        Err(_) => Err(CommandError::DotEnv),
    }
}

fn serve(given: &Given) -> Result<(), CommandError> {
    let config = Config::from_given(given)?;
    logging::install(&config.log)?;
    open_files::raise_limit();
    runtime()?.block_on(async {
        let stop = signals::stop()?;
        Ok(daemon::run(&config, stop).await?)
    })
}

fn migrate(given: &Given) -> Result<(), CommandError> {
    let config = StoreConfig::from_given(given)?;
    warn(&config.warnings);
    runtime()?.block_on(async {
        open_store(&config).await?.close().await;
        Ok(writeln!(io::stdout(), "The database is up to date.")?)
    })
}

/// Shows what should be mended, for commands that have no log.
fn warn(warnings: &[String]) {
    for warning in warnings {
        // Nothing is left to do about a closed standard error.
        drop(writeln!(io::stderr(), "telegram-hub: warning: {warning}"));
    }
}

fn openapi() -> Result<(), CommandError> {
    let document = http::document();
    Ok(writeln!(io::stdout(), "{document:#}")?)
}

fn keygen() -> Result<(), CommandError> {
    let key = ApiKey::generate()?;
    Ok(writeln!(io::stdout(), "{}", key.expose_secret())?)
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("hub")
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent_and_shows_no_value_of_the_environment() {
        let sections = config::sections(http::of_doors());
        let mut command = config::with_flags(Cli::command(), &sections);
        command.clone().debug_assert();
        for argument in command.get_arguments() {
            assert!(argument.get_env().is_none() || argument.is_hide_env_values_set());
        }
        let help = command.render_help().to_string();
        assert!(
            help.contains("Keeps Telegram user accounts online"),
            "{help}"
        );
    }

    #[test]
    fn settings_may_stand_before_and_after_the_command() {
        for line in ["hub --data-dir x migrate", "hub migrate --data-dir x"] {
            let (command, given) = read(line.split(' ')).expect("valid");
            let store = StoreConfig::from_given(&given).expect("valid");
            assert_eq!(store.data_dir.to_str(), Some("x"), "{line}");
            assert!(matches!(command, Some(Command::Migrate)));
        }
    }
}
