//! The listener's life.

use crate::http::HttpSettings;
use crate::http::app::{Services, app};
use crate::hub::Hub;
use crate::metrics;
use actix_web::HttpServer;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How often figures that were recorded are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves HTTP on `listener` until `stop` is cancelled.
///
/// Operations run on the runtime this is called on. After the stop no connection is accepted,
/// and requests under way have the shutdown timeout to end.
///
/// # Errors
/// When the listener cannot be used, or the server fails.
pub async fn serve(
    listener: TcpListener,
    hub: Arc<Hub>,
    settings: HttpSettings,
    stop: CancellationToken,
) -> io::Result<()> {
    let tasks = TaskTracker::new();
    let services = Services::new(hub, Handle::current(), tasks.clone(), &settings);
    let server = HttpServer::new(move || app(&services))
        .workers(settings.workers)
        .client_request_timeout(HEAD_LIMIT)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = upkeep_until(&stop) => {}
    }
    let deadline = Instant::now() + settings.shutdown_timeout;
    let ((), ended) = tokio::join!(handle.stop(true), server);
    tasks.close();
    if tokio::time::timeout_at(deadline, tasks.wait())
        .await
        .is_err()
    {
        log::warn!(left = tasks.len(); "{} operations did not end in time", tasks.len());
    }
    ended
}

async fn upkeep_until(stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                if let Some(recorder) = metrics::recorder() {
                    recorder.run_upkeep();
                }
            }
        }
    }
}
