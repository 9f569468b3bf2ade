//! The listener's life.

use crate::http::HttpSettings;
use crate::http::app::{Services, app};
use crate::http::connection::{Connection, Patience, Slots};
use crate::hub::Hub;
use crate::metrics;
use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::GracefulShutdownSignal;
use actix_service::{
    IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config,
};
use actix_web::dev::{AppConfig, Server};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take to send the head of a request.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long a closed connection is kept for what its client still sends.
const DISCONNECT_LIMIT: Duration = Duration::from_secs(1);
/// How many bytes of an answer the kernel takes before the peer has room for them.
#[cfg(target_os = "linux")]
const MOST_UNSENT: u32 = 128 * 1024;
/// How often figures that were recorded are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// How many connections are told at a time why they are refused; others are merely closed.
static REFUSALS: Semaphore = Semaphore::const_new(64);

/// What a connection beyond the limits is told.
const REFUSAL: &str = concat!(
    "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 33\r\n",
    "content-type: application/json\r\nx-error-code: unavailable\r\nretry-after: 5\r\n\r\n",
    "{\"detail\":\"Too many connections\"}"
);

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
    let shared = services.clone();
    let server = server(listener, services, &settings)?;
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = upkeep_until(&stop, &shared) => {}
    }
    shared.announce_stop();
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

/// The workers and what each of them serves connections with.
fn server(
    listener: TcpListener,
    services: Services,
    settings: &HttpSettings,
) -> io::Result<Server> {
    let address = listener.local_addr()?;
    let slots = Slots::new(
        settings.max_connections,
        settings.max_connections_per_address,
    );
    let patience = Patience {
        head: HEAD_LIMIT.min(settings.stall_timeout),
        idle: KEEP_ALIVE + HEAD_LIMIT,
        write: settings.stall_timeout,
    };
    // Connections are counted where they are taken in: a server that stops to accept them lets
    // those who hold the most keep the others out.
    let builder = Server::build()
        .workers(settings.workers)
        .max_concurrent_connections(usize::MAX)
        .shutdown_timeout(settings.shutdown_timeout.as_secs())
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let worker = move || worker(&services, Arc::clone(&slots), patience, address, &stopping);
    Ok(builder.listen("http", listener, worker)?.run())
}

/// What serves the connections of one thread.
fn worker(
    services: &Services,
    slots: Arc<Slots>,
    patience: Patience,
    address: SocketAddr,
    stopping: &GracefulShutdownSignal,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()>
+ use<> {
    let stopping = stopping.clone();
    let app = app(services)
        .into_factory()
        .map_err(|error: actix_web::Error| error.error_response());
    let http = HttpService::build()
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(patience.head)
        .client_disconnect_timeout(DISCONNECT_LIMIT)
        // A client that has closed its side is gone, and what it asked for need not go on.
        .h1_allow_half_closed(false)
        .local_addr(address)
        .on_connect_ext(|connection: &Connection, data| {
            data.insert(connection.traffic());
        })
        .h1(map_config(app, |()| AppConfig::default()));
    fn_service(move |stream: TcpStream| admitted(stream, Arc::clone(&slots), patience))
        .and_then(http)
}

/// Takes a connection in, or refuses it.
async fn admitted(
    mut stream: TcpStream,
    slots: Arc<Slots>,
    patience: Patience,
) -> Result<(Connection, Option<SocketAddr>), DispatchError> {
    let peer = stream.peer_addr().map_err(DispatchError::Io)?;
    let Some(slot) = slots.take(peer.ip()) else {
        if let Ok(_turn) = REFUSALS.try_acquire() {
            // Whoever does not take even this is left without it.
            drop(tokio::time::timeout(DISCONNECT_LIMIT, refuse(&mut stream)).await);
        }
        return Err(DispatchError::DisconnectTimeout);
    };
    stream.set_nodelay(true).map_err(DispatchError::Io)?;
    leave_unsent(&stream).map_err(DispatchError::Io)?;
    Ok((Connection::new(stream, slot, patience), Some(peer)))
}

/// Leaves an answer that the peer does not take with the hub, where it is counted: the kernel would
/// take megabytes of it for each connection. What is on its way is not limited.
#[cfg(target_os = "linux")]
fn leave_unsent(stream: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(MOST_UNSENT)
}

#[cfg(not(target_os = "linux"))]
fn leave_unsent(_stream: &TcpStream) -> io::Result<()> {
    Ok(())
}

/// What the client sends is read to its end, because closing before that may take the answer back.
async fn refuse(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(REFUSAL.as_bytes()).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

async fn upkeep_until(stop: &CancellationToken, services: &Services) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                services.sweep();
                if let Some(recorder) = metrics::recorder() {
                    recorder.run_upkeep();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let (head, body) = REFUSAL.split_once("\r\n\r\n").expect("a body");
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
    }
}
