//! The first process of a container, when the hub is that: it runs the hub as its child.
//!
//! The kernel does not let a timer end the first process of a process-id namespace, whatever the
//! signal (`pid_namespaces(7)`), and so not a hub that must fall silent. This passes on the signals
//! that end a hub, and ends as it did.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitCode, ExitStatus};
use tokio::signal::unix::{SignalKind, signal};

/// Whether this process is the first one.
pub(super) fn is_first() -> bool {
    std::process::id() == 1
}

/// Runs this program again as a child, with the same arguments, and answers how it ended.
pub(super) fn run() -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt as _;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut child = Command::new(std::env::current_exe()?);
        // A terminal's signals reach this process alone, and are passed on once.
        let mut child = child
            .args(std::env::args_os().skip(1))
            .process_group(0)
            .spawn()?;
        let pid = i32::try_from(child.id())
            .map(Pid::from_raw)
            .map_err(io::Error::other)?;
        let mut ended = tokio::task::spawn_blocking(move || child.wait());
        loop {
            let signal = tokio::select! {
                status = &mut ended => return status.map_err(io::Error::other)?.map(code),
                _ = terminate.recv() => Signal::SIGTERM,
                _ = interrupt.recv() => Signal::SIGINT,
            };
            // It may have ended a moment ago.
            kill(pid, signal).ok();
        }
    })
}

/// As shells say it: a signal's number above 128.
fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
