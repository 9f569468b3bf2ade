//! The attacks. Each is a number of connections that do one thing until they are stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How often a slow client sends a byte.
const SLOW: Duration = Duration::from_secs(5);

/// How many guesses at the key are made at most.
const GUESSES: u64 = 100_000;

/// An attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Attack {
    /// 500 connections ask for a large page 30 times each and read nothing.
    Deaf,
    /// 8 uploads of a byte now and then.
    SlowUploads,
    /// 32 of them.
    ManySlowUploads,
    /// 40 searches of the whole log.
    Searches,
    /// 100,000 guesses at the key.
    Guesses,
    /// Paths of 8 KiB.
    LongPaths,
    /// 500 heads of a byte now and then.
    SlowHeads,
}

/// The hub as an attacker sees it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    address: String,
    key: &'static str,
    done: Arc<AtomicU64>,
}

impl Target {
    pub(super) fn new(address: &str, key: &'static str) -> Self {
        Self {
            address: address.to_owned(),
            key,
            done: Arc::default(),
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    fn count(&self) -> u64 {
        self.done.fetch_add(1, Ordering::Relaxed)
    }

    fn head(&self, line: &str, more: &str) -> String {
        let key = self.key;
        format!("{line} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n{more}\r\n")
    }
}

/// An attack that goes on.
pub(super) struct Attacking(JoinSet<()>);

impl Attacking {
    pub(super) async fn end(mut self) {
        self.0.shutdown().await;
    }
}

impl Attack {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Deaf => "500 read nothing",
            Self::SlowUploads => "8 slow uploads",
            Self::ManySlowUploads => "32 slow uploads",
            Self::Searches => "40 searches",
            Self::Guesses => "100,000 guesses",
            Self::LongPaths => "long paths",
            Self::SlowHeads => "500 slow heads",
        }
    }

    /// Whether there is still something to be done that the figures must cover.
    pub(super) fn is_under_way(self, target: &Target) -> bool {
        self == Self::Guesses && target.done() < GUESSES
    }

    pub(super) fn begin(self, target: &Target, stop: &CancellationToken) -> Attacking {
        let count = match self {
            // Wrong keys are answered late: it takes many connections to show so many.
            Self::Deaf | Self::SlowHeads | Self::Guesses => 500,
            Self::SlowUploads => 8,
            Self::ManySlowUploads => 32,
            Self::Searches => 40,
            Self::LongPaths => 16,
        };
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let (target, stop) = (target.clone(), stop.clone());
            tasks.spawn(async move {
                // Whoever is thrown out comes back.
                while !stop.is_cancelled() {
                    drop(self.attack(&target, number).await);
                    sleep(Duration::from_millis(100)).await;
                }
            });
        }
        Attacking(tasks)
    }

    async fn attack(self, target: &Target, number: u64) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(&target.address).await?;
        match self {
            Self::Deaf => {
                let request = target.head("GET /docs/swagger-ui-bundle.js", "");
                stream.write_all(request.repeat(30).as_bytes()).await?;
                target.count();
                until_closed(&mut stream).await
            }
            Self::SlowUploads | Self::ManySlowUploads => {
                let length = "X-Session-Id: account-0001\r\nContent-Length: 1000000\r\n";
                let head = target.head("POST /api/files/upload?chat=me&filename=slow", length);
                stream.write_all(head.as_bytes()).await?;
                trickle(target, &mut stream).await
            }
            Self::SlowHeads => trickle(target, &mut stream).await,
            Self::Searches => {
                let line = format!("GET /session/account-0000/messages?q=nowhere{number}");
                exchange(target, &mut stream, target.head(&line, "")).await
            }
            Self::Guesses => {
                if target.done() >= GUESSES {
                    sleep(SLOW).await;
                    return Ok(());
                }
                let guess = format!(
                    "GET /sessions HTTP/1.1\r\nHost: localhost\r\nX-API-Key: guess-{number}\r\n\r\n"
                );
                exchange(target, &mut stream, guess).await
            }
            Self::LongPaths => {
                let line = format!("GET /{}", "a".repeat(8 * 1024));
                exchange(target, &mut stream, target.head(&line, "")).await
            }
        }
    }
}

/// Asks the same again and again, and reads the answers.
async fn exchange(target: &Target, stream: &mut TcpStream, request: String) -> std::io::Result<()> {
    let mut part = vec![0; 64 * 1024];
    loop {
        stream.write_all(request.as_bytes()).await?;
        // An answer that comes in parts counts once for each; they are small here.
        if stream.read(&mut part).await? == 0 || target.count() >= GUESSES {
            return Ok(());
        }
    }
}

async fn trickle(target: &Target, stream: &mut TcpStream) -> std::io::Result<()> {
    let mut part = [0; 1024];
    loop {
        stream.write_all(b"G").await?;
        target.count();
        match tokio::time::timeout(SLOW, stream.read(&mut part)).await {
            Ok(Ok(count)) if count > 0 => {}
            Ok(_) => return Ok(()),
            Err(_) => {}
        }
    }
}

/// Waits for the end of the connection without reading what it brings.
async fn until_closed(stream: &mut TcpStream) -> std::io::Result<()> {
    loop {
        sleep(Duration::from_secs(1)).await;
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
    }
}
