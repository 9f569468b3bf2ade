//! The way from a hub to its data centre, which a test can shut, hold and freeze.
//!
//! It owns a port of its own and what passes over it. It knows nothing of what the bytes mean.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A port before the data centre. It starts shut, so that connections are refused.
pub(crate) struct Gate {
    address: SocketAddr,
    behind: SocketAddr,
    /// The address that the server sees its clients at.
    from: Option<IpAddr>,
    orders: watch::Sender<Orders>,
    accepted: Arc<AtomicUsize>,
    serving: Option<JoinHandle<()>>,
}

#[derive(Clone, Copy, Default)]
struct Orders {
    /// New connections are taken and hear nothing.
    held: bool,
    /// Connections made under a smaller number stay open and carry nothing any more.
    freezes: u32,
}

impl Gate {
    /// A shut gate before a server.
    pub(crate) fn before(behind: SocketAddr) -> std::io::Result<Self> {
        let reserved = std::net::TcpListener::bind("127.0.0.1:0")?;
        Ok(Self {
            address: reserved.local_addr()?,
            behind,
            from: None,
            orders: watch::Sender::default(),
            accepted: Arc::default(),
            serving: None,
        })
    }

    /// The same, and the server sees its clients at an address of their own, such as 127.0.0.2.
    pub(crate) fn seen_at(behind: SocketAddr, from: [u8; 4]) -> std::io::Result<Self> {
        let mut gate = Self::before(behind)?;
        gate.from = Some(IpAddr::from(from));
        Ok(gate)
    }

    /// Where the hub is to connect.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections it has taken.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Lets connections pass, also those that were held.
    pub(crate) async fn open(&mut self) -> std::io::Result<()> {
        self.orders.send_modify(|orders| orders.held = false);
        self.listen().await
    }

    /// Takes new connections and leaves them without an answer.
    pub(crate) async fn hold(&mut self) -> std::io::Result<()> {
        self.orders.send_modify(|orders| orders.held = true);
        self.listen().await
    }

    /// Leaves the present connections open without carrying anything any more: half-open links.
    pub(crate) fn freeze(&self) {
        self.orders.send_modify(|orders| orders.freezes += 1);
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) async fn shut(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // The port is free once the task is gone; that it was aborted is no news.
            drop(serving.await);
        }
    }

    async fn listen(&mut self) -> std::io::Result<()> {
        if self.serving.is_none() {
            let listener = TcpListener::bind(self.address).await?;
            self.serving = Some(tokio::spawn(serve(
                listener,
                (self.behind, self.from),
                self.orders.subscribe(),
                Arc::clone(&self.accepted),
            )));
        }
        Ok(())
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

async fn serve(
    listener: TcpListener,
    behind: (SocketAddr, Option<IpAddr>),
    orders: watch::Receiver<Orders>,
    accepted: Arc<AtomicUsize>,
) {
    // Dropped with this task, and every connection with it.
    let mut ways = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                accepted.fetch_add(1, Ordering::Relaxed);
                ways.spawn(carry(client, behind, orders.clone()));
            }
            Some(_) = ways.join_next() => {}
        }
    }
}

async fn reach((server, from): (SocketAddr, Option<IpAddr>)) -> std::io::Result<TcpStream> {
    let Some(from) = from else {
        return TcpStream::connect(server).await;
    };
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    socket.connect(server).await
}

async fn carry(
    mut client: TcpStream,
    behind: (SocketAddr, Option<IpAddr>),
    mut orders: watch::Receiver<Orders>,
) {
    let freezes = orders.borrow().freezes;
    if orders.wait_for(|orders| !orders.held).await.is_err() {
        return;
    }
    let Ok(mut server) = reach(behind).await else {
        return;
    };
    let frozen = tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => false,
        order = orders.wait_for(|orders| orders.freezes > freezes) => order.is_ok(),
    };
    if frozen {
        // Both sockets stay open until the gate is shut.
        std::future::pending::<()>().await;
    }
}
