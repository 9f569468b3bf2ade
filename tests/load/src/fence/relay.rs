//! A way to a server that a run can cut and freeze, and that gives its client an address.
//!
//! It owns a port and what passes over it, and knows nothing of what the bytes mean.

use crate::Failure;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Connections are cut, new ones too.
    Cut,
    /// Connections stay open and carry nothing, new ones too.
    Frozen,
}

/// A relay. It ends with this value.
pub(super) struct Relay {
    address: SocketAddr,
    state: watch::Sender<State>,
    serving: JoinHandle<()>,
}

impl Relay {
    /// An open relay to a server, which sees its clients at `from`.
    pub(super) async fn start(to: SocketAddr, from: Ipv4Addr) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = watch::Sender::new(State::Open);
        let serving = tokio::spawn(serve(listener, to, from.into(), state.subscribe()));
        Ok(Self {
            address,
            state,
            serving,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub(super) fn freeze(&self) {
        self.state.send_replace(State::Frozen);
    }

    /// Lets new connections pass; those that were frozen break.
    pub(super) fn heal(&self) {
        self.state.send_replace(State::Open);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, to: SocketAddr, from: IpAddr, state: watch::Receiver<State>) {
    let mut ways = JoinSet::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => {
                ways.spawn(carry(client, to, from, state.clone()));
            }
            Some(_) = ways.join_next() => {}
        }
    }
}

async fn carry(
    mut client: TcpStream,
    to: SocketAddr,
    from: IpAddr,
    mut state: watch::Receiver<State>,
) {
    if *state.borrow() == State::Open {
        let Ok(mut server) = reach(to, from).await else {
            return;
        };
        let carried = tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => true,
            _ = state.wait_for(|state| *state != State::Open) => false,
        };
        if carried || *state.borrow() == State::Cut {
            return;
        }
        // Both sockets stay open while it is frozen.
        state.wait_for(|state| *state != State::Frozen).await.ok();
    } else if *state.borrow() == State::Frozen {
        state.wait_for(|state| *state != State::Frozen).await.ok();
    }
}

async fn reach(to: SocketAddr, from: IpAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(from, 0))?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
