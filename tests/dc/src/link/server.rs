//! Accepts connections and runs one task for each.
//!
//! It owns the listener and the life of all tasks: when it returns, none is left. It must not know
//! the protocol.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answers::Background;
use super::connection::Connection;
use super::links::Links;
use crate::service::Service;

/// Connections the kernel keeps waiting: a whole fleet may connect at once.
const BACKLOG: u32 = 4096;
/// Pause after a failed accept, which mostly means that the process has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Binds a listener with a backlog that thousands of quick connects fit into.
///
/// Port 0 takes a free one. Errors are those of the system, such as an address in use.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves MTProto on `listener` until `stop` fires, then returns once every task has ended.
pub async fn serve(
    listener: TcpListener,
    service: Arc<dyn Service>,
    links: Arc<Links>,
    stop: CancellationToken,
) {
    let background = Background {
        tasks: TaskTracker::new(),
        stop,
    };
    loop {
        let accepted = tokio::select! {
            () = background.stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (service, links) = (Arc::clone(&service), Arc::clone(&links));
                let connection =
                    Connection::new(stream, peer.ip(), service, links, background.clone());
                background.tasks.spawn(connection.run());
            }
            Err(error) => {
                log::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    background.tasks.close();
    background.tasks.wait().await;
}
