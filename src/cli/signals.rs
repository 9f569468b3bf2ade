//! The signals that end the daemon.

use std::io;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that SIGTERM and SIGINT cancel; the second of them ends the process at once.
pub(super) fn stop() -> io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    // Lives as long as the process: it is what ends it.
    tokio::spawn(async move {
        for first in [true, false] {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            };
            if first {
                log::info!(signal = name; "{name}: stopping");
                token.cancel();
            } else {
                log::warn!(signal = name; "{name} again: stopping at once");
                std::process::exit(1);
            }
        }
    });
    Ok(stop)
}
