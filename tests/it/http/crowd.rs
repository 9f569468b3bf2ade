//! Clients that take nothing, send next to nothing, or are too many.

use crate::support::contract;
use crate::support::http::{DEADLINE, eventually};
use crate::support::hub::{Options, TestHub};
use crate::support::raw::raw;
use local_dc::dc::{Dc, DcOptions};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

type Failure = Box<dyn std::error::Error>;

const HOST: (&str, &str) = ("Host", "localhost");
const MEBIBYTE: usize = 1024 * 1024;
/// The largest of the files that are compiled in.
const PAGE: &str = "/docs/swagger-ui-bundle.js";

async fn start(db: crate::support::db::TestDb, flags: &[&str]) -> Result<TestHub, Failure> {
    let options = Options {
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..Options::default()
    };
    TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await
}

fn address(hub: &TestHub) -> Result<SocketAddr, Failure> {
    Ok(hub.client.base().trim_start_matches("http://").parse()?)
}

async fn connect(hub: &TestHub) -> Result<TcpStream, Failure> {
    Ok(TcpStream::connect(address(hub)?).await?)
}

/// The memory of this process, in which the hub runs.
fn resident() -> Result<usize, Failure> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: usize = pages.split(' ').nth(1).ok_or("no second figure")?.parse()?;
    Ok(pages * 4096)
}

/// Whether so many more connections get answers at the same time.
async fn are_served(hub: &TestHub, count: usize) -> Result<bool, Failure> {
    let mut held = Vec::new();
    for _ in 0..count {
        let mut stream = connect(hub).await?;
        let mut answer = [0; 12];
        let asked = stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .await;
        let answered = tokio::time::timeout(DEADLINE, stream.read_exact(&mut answer)).await?;
        if asked.is_err() || answered.is_err() || answer != *b"HTTP/1.1 200" {
            return Ok(false);
        }
        held.push(stream);
    }
    Ok(true)
}

/// Waits until the hub has room for so many; answers the most memory that it took meanwhile.
async fn room_again(hub: &TestHub, count: usize) -> Result<usize, Failure> {
    let mut most = 0;
    eventually(|| {
        most = most.max(resident().unwrap_or(usize::MAX));
        async { Ok(are_served(hub, count).await?.then_some(())) }
    })
    .await?;
    Ok(most)
}

/// Fills all places but those of `idle` with connections that ask and read nothing.
async fn deaf(
    hub: &TestHub,
    count: usize,
    request: &str,
    times: usize,
) -> Result<Vec<TcpStream>, Failure> {
    let requests = request.repeat(times);
    let mut deaf = Vec::new();
    for _ in 0..count {
        // Small, so that the kernel does not take the answers in their place.
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(16 * 1024)?;
        let mut stream = socket.connect(address(hub)?).await?;
        // The hub may stop to read before all is sent.
        let sent = stream.write_all(requests.as_bytes());
        drop(tokio::time::timeout(Duration::from_millis(100), sent).await);
        deaf.push(stream);
    }
    Ok(deaf)
}

/// How many bytes the kernel keeps of what the hub has written and no peer has taken.
fn unsent(port: u16) -> Result<usize, Failure> {
    let sockets = std::fs::read_to_string("/proc/self/net/tcp")?;
    let mut bytes = 0;
    for socket in sockets.lines().skip(1) {
        let mut fields = socket.split_whitespace().skip(1);
        let local = fields.next().ok_or("no local address")?;
        let queues = fields.nth(2).ok_or("no queues")?;
        if local.ends_with(&format!(":{port:04X}")) {
            let (sent, _) = queues.split_once(':').ok_or("no queue")?;
            bytes += usize::from_str_radix(sent, 16)?;
        }
    }
    Ok(bytes)
}

contract! {
    async fn answers_that_nobody_takes_are_not_left_with_the_kernel(db: TestDb) {
        let hub = start(db, &["--stall-timeout=10"]).await?;
        let requests = format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(10);
        let mut deaf = Vec::new();
        for _ in 0..8 {
            let mut stream = connect(&hub).await?;
            stream.write_all(requests.as_bytes()).await?;
            deaf.push(stream);
        }
        let port = address(&hub)?.port();
        // Until nothing more is written.
        let mut last = 0;
        let kept = eventually(|| {
            let kept = unsent(port).map(|kept| {
                let settled = kept > 0 && kept == std::mem::replace(&mut last, kept);
                settled.then_some(kept)
            });
            async { kept }
        })
        .await?;
        assert!(kept / deaf.len() < MEBIBYTE / 2, "{kept} bytes of {} answers", deaf.len());
        drop(deaf);
        hub.stop().await?;
    }

    async fn clients_that_read_nothing_cost_little_and_are_closed(db: TestDb) {
        // Seven eighths of the places are for clients on the same machine.
        let hub = start(db, &["--stall-timeout=2", "--max-connections=64"]).await?;
        let page = hub.client.get(PAGE).await?;
        let length = page.header("content-length").parse::<usize>()?;
        assert!(length > MEBIBYTE, "{length}");
        for (request, count, times) in [
            (format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n\r\n"), 55, 30),
            ("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), 55, 60),
            ("HEAD /docs HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(), 8, 20_000),
        ] {
            let before = resident()?;
            let deaf = deaf(&hub, count, &request, times).await?;
            let most = room_again(&hub, 50).await?;
            let grown = most.saturating_sub(before) / MEBIBYTE;
            assert!(grown < 25, "{request} {grown} MiB");
            drop(deaf);
        }
        hub.stop().await?;
    }

    async fn a_client_that_goes_on_reading_gets_everything_however_long_it_takes(db: TestDb) {
        let hub = start(db, &["--stall-timeout=1"]).await?;
        let length = hub.client.get(PAGE).await?.header("content-length").parse::<usize>()?;
        let mut stream = connect(&hub).await?;
        let request = format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(9);
        let last = format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all((request + &last).as_bytes()).await?;
        let mut ticks = tokio::time::interval(Duration::from_millis(25));
        let (mut read, mut part) = (0, vec![0; 100 * 1024]);
        loop {
            ticks.tick().await;
            match tokio::time::timeout(DEADLINE, stream.read(&mut part)).await?? {
                0 => break,
                count => read += count,
            }
        }
        assert!(read > 10 * length, "{read} of {length} ten times");
        hub.stop().await?;
    }

    async fn connections_are_bounded_and_places_are_given_back(db: TestDb) {
        let hub = start(db, &["--max-connections=16"]).await?;
        let mut held = Vec::new();
        for _ in 0..14 {
            let mut stream = connect(&hub).await?;
            stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
            assert!(stream.read(&mut [0; 1024]).await? > 0);
            held.push(stream);
        }
        let refused = raw(&hub.client, "GET /health", &[HOST], b"").await?;
        assert_eq!((refused.status, refused.header("x-error-code")), (503, "unavailable"));
        assert_eq!(refused.header("retry-after"), "5");
        assert_eq!(refused.body["detail"], "Too many connections");
        drop(held.pop());
        room_again(&hub, 1).await?;
        hub.stop().await?;
    }

    async fn a_head_that_does_not_end_is_not_waited_for(db: TestDb) {
        let hub = start(db, &["--stall-timeout=1"]).await?;
        let mut stream = connect(&hub).await?;
        let mut part = [0; 4096];
        // The first head of a connection and a later one.
        for asked in [0, 1] {
            if asked > 0 {
                stream = connect(&hub).await?;
                stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
                assert!(stream.read(&mut part).await? > 0);
            }
            let slow = async {
                while stream.write_all(b"G").await.is_ok() {
                    match tokio::time::timeout(Duration::from_millis(100), stream.read(&mut part)).await {
                        Err(_) => {}
                        Ok(Ok(count)) if count > 0 => {}
                        Ok(_) => break,
                    }
                }
            };
            tokio::time::timeout(DEADLINE, slow).await?;
        }
        hub.stop().await?;
    }
}
