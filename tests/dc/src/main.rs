//! `local-dc`: the data centre as a program.
//!
//! Owns the process: its limits, its signals, its one line of output. All else is the library's.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use local_dc::cli::Cli;
use local_dc::control;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::rules::Rules;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("local-dc ended: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> io::Result<()> {
    raise_file_limit();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let control_listener = std::net::TcpListener::bind(cli.control)
        .map_err(|error| named("listen on", &cli.control, &error))?;
    let control_address = control_listener.local_addr()?;
    let dc = Dc::start(DcOptions {
        listen: cli.listen,
        slice: usize::try_from(cli.slice).unwrap_or(100),
        bundle: usize::try_from(cli.bundle).unwrap_or(1),
        rules: if cli.gentle {
            Rules::none()
        } else {
            Rules::telegram()
        },
        ..DcOptions::default()
    })
    .map_err(|error| named("listen on", &cli.listen, &error))?;
    if let Some(path) = &cli.key_out {
        std::fs::write(path, dc.public_key_pem())
            .map_err(|error| named("write", &path.display(), &error))?;
    }
    let stop = CancellationToken::new();
    let serving = control::serve(control_listener, dc.clone(), stop.clone());
    let signalled = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "local-dc ready: clients {}, control {control_address}",
        dc.addr()
    )?;
    out.flush()?;
    drop(out);
    let (served, ()) = tokio::join!(serving, signalled);
    dc.stop().await;
    served
}

/// The system's error with what it was about.
fn named(action: &str, what: &dyn std::fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {action} {what}: {error}"))
}

/// Ten thousand links need as many open files; the default is often 1024.
fn raise_file_limit() {
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        log::warn!("the limit of open files stays as it is: {error}");
    }
}
