//! The daemon's life: listen, start the hub, serve, stop.

use crate::config::Config;
use crate::http::{self, HttpSettings, SettingsError};
use crate::hub::{DeadMan, Hub, LockError, StartError};
use crate::metrics;
use crate::session::Timing;
use nix::sys::resource::{Resource, getrlimit};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Why the daemon ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address cannot be listened on.
    #[error("HUB_LISTEN={address} cannot be listened on: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// A door is wanted that there is not, or more connections than files may be open.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The hub does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The HTTP server failed.
    #[error("the HTTP server failed: {0}")]
    Serve(io::Error),
    /// Another hub has taken the database, so this one may not touch it any more.
    #[error("another hub has taken the database over; this one has stopped")]
    LockLost,
}

/// Runs the hub until `stop` is cancelled.
///
/// # Errors
/// When it cannot start, or has to end by itself.
pub async fn run(config: &Config, stop: CancellationToken) -> Result<(), RunError> {
    let address = config.http.listen;
    // First of all, so that a second hub on the same port does not touch the database.
    let listener =
        TcpListener::bind(address).map_err(|source| RunError::Listen { address, source })?;
    serve(listener, config, Timing::default(), stop).await
}

/// Runs the hub on a listener of the caller's, with times of the caller's.
///
/// The kernel ends the process when the hub may no longer hold the database and does not get its
/// links closed, so that a process runs one hub this way.
///
/// # Errors
/// When it cannot start, or has to end by itself.
pub async fn serve(
    listener: TcpListener,
    config: &Config,
    timing: Timing,
    stop: CancellationToken,
) -> Result<(), RunError> {
    // Installed before anything records, or the first figures would be lost.
    metrics::recorder();
    // A limit that cannot be read is none.
    let open_files = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _)| soft);
    let settings = HttpSettings::within(config, open_files)?;
    let dead_man = DeadMan::new().map_err(|error| StartError::from(LockError::from(error)))?;
    let hub = tokio::select! {
        started = Hub::start_with(config, timing, Some(dead_man)) => started?,
        // Waiting for another host's lock to lapse can take a while.
        () = stop.cancelled() => return Ok(()),
    };
    for warning in &config.warnings {
        log::warn!("{warning}");
    }
    if let Ok(address) = listener.local_addr() {
        log::info!(address:% = address; "listening on http://{address}");
    }
    let stop_serving = stop.child_token();
    let serving = http::serve(listener, Arc::clone(&hub), settings, stop_serving.clone());
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
        served = &mut serving => served.map_err(RunError::Serve),
        () = hub.lock_lost() => {
            stop_serving.cancel();
            serving.await.map_err(RunError::Serve).and(Err(RunError::LockLost))
        }
    };
    hub.stop().await;
    log::info!("stopped");
    ended
}
