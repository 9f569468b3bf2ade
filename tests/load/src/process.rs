//! Processes: the figures of any out of `/proc` (proc(5)), the limits and signals of this one.
//!
//! Owns no process. One that is gone has no figures.

use crate::Failure;
use std::fs;
use std::process::ExitCode;

/// Ticks of `utime` and `stime` in a second; Linux fixes `USER_HZ` at 100 on every usual machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// One moment of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct Figures {
    /// Resident memory in KiB.
    pub rss_kib: u64,
    /// Open files, sockets included.
    pub open_files: u64,
    /// CPU seconds used so far, in user and kernel mode.
    pub cpu_seconds: f64,
}

/// The figures of the process `pid` now; `None` when it is gone.
pub fn figures(pid: u32) -> Option<Figures> {
    let folder = format!("/proc/{pid}");
    let status = fs::read_to_string(format!("{folder}/status")).ok()?;
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let rss_kib = rss.trim().trim_end_matches("kB").trim().parse().ok()?;
    let open_files = fs::read_dir(format!("{folder}/fd")).ok()?.count();
    Some(Figures {
        rss_kib,
        open_files: u64::try_from(open_files).unwrap_or(u64::MAX),
        cpu_seconds: cpu_seconds(&folder)?,
    })
}

fn cpu_seconds(folder: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("{folder}/stat")).ok()?;
    // The second field is the program's name and may hold anything, parentheses as well.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

/// The last descendant of a process, or the process itself: the program that wrappers have started.
pub fn innermost(pid: u32) -> u32 {
    let mut last = pid;
    loop {
        let path = format!("/proc/{last}/task/{last}/children");
        let children = fs::read_to_string(path).unwrap_or_default();
        match children.split_whitespace().next().map(str::parse) {
            Some(Ok(child)) => last = child,
            _ => return last,
        }
    }
}

/// Runs a future until it ends or this process is asked to; `None` then.
///
/// What the future owned is dropped in both cases, and with it every child.
pub async fn until_told<T>(work: impl Future<Output = T>) -> std::io::Result<Option<T>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(tokio::select! {
        ended = work => Some(ended),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    })
}

/// How a run ends that passes or fails, or that cannot be carried through; 130 when this process is
/// asked to end before.
pub async fn ends_as(run: impl Future<Output = Result<bool, Failure>>) -> ExitCode {
    let ended = until_told(run).await.map_err(Failure::from);
    match ended.and_then(Option::transpose) {
        Ok(Some(true)) => ExitCode::SUCCESS,
        Ok(Some(false)) => ExitCode::FAILURE,
        Ok(None) => ExitCode::from(130),
        Err(error) => {
            log::error!("the run could not be carried through: {error}");
            ExitCode::from(2)
        }
    }
}

/// Lets this process and its children open as many files as the system allows.
pub fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        log::warn!("the limit of open files stays as it is: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_open_files_and_a_missing_one_has_nothing() {
        let own = figures(std::process::id()).unwrap();
        assert!(own.rss_kib > 100 && own.open_files > 2);
        assert_eq!(figures(u32::MAX), None);
    }
}
