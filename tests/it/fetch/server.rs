//! An HTTP server that answers byte by byte what a test tells it to.
//!
//! Owns the listener, its connections and the heads of the requests that came. It must not know
//! HTTP beyond the end of a head, so that it can break every rule.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

/// A server on a loopback port. Dropping it ends it with all its connections.
pub(crate) struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    accepting: AbortHandle,
}

impl Server {
    /// Starts one that hands each request's path and connection to `answer`.
    pub(crate) async fn start<F, A>(answer: F) -> io::Result<Self>
    where
        F: Fn(String, TcpStream) -> A + Clone + Send + 'static,
        A: Future<Output = io::Result<()>> + Send + 'static,
    {
        Self::start_at("127.0.0.1:0", answer).await
    }

    /// The same at an address of one's own.
    pub(crate) async fn start_at<F, A>(address: &str, answer: F) -> io::Result<Self>
    where
        F: Fn(String, TcpStream) -> A + Clone + Send + 'static,
        A: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (answer, seen) = (answer.clone(), Arc::clone(&seen));
                connections.spawn(async move {
                    let head = head(&mut stream).await?;
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    seen.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(head);
                    answer(path, stream).await
                });
            }
        });
        Ok(Self {
            address,
            heads,
            accepting: accepting.abort_handle(),
        })
    }

    /// Starts one that gives the same answer to everything and closes the connection.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> io::Result<Self> {
        let answer = Arc::new(answer.into());
        Self::start(move |_, mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                stream.write_all(&answer).await?;
                stream.shutdown().await
            }
        })
        .await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URL of this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
        // A method begins with a letter; a TLS handshake never ends as a head does.
        if !head.starts_with(b"G") {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    String::from_utf8(head).map_err(io::Error::other)
}
