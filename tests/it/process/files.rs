//! What a file costs the hub on its way: from a URL to Telegram, and back as a download.
//!
//! `HUB_TEST_FILE_MIB` sets the size of the file, 96 MiB without it.

use crate::fetch::server::Server;
use crate::support::db::TestDb;
use crate::support::process::{HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

type Failure = Box<dyn std::error::Error>;

const MIB: u64 = 1024 * 1024;

/// How much more memory the hub may hold while a file passes through.
const GROWTH_KIB: u64 = 32 * 1024;

/// The file's bytes in this mebibyte; no two are alike.
fn block(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = (0..MIB / 8).flat_map(|_| {
        // xorshift64, Marsaglia 2003.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.collect()
}

async fn file_server(blocks: u64) -> std::io::Result<Server> {
    Server::start(move |_, mut stream| async move {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Type: application/x-test\r\n\r\n",
            blocks * MIB
        );
        stream.write_all(head.as_bytes()).await?;
        for number in 0..blocks {
            stream.write_all(&block(number)).await?;
        }
        stream.shutdown().await
    })
    .await
}

/// Watches the hub's memory until it is told to stop, and answers the most it has held, in KiB.
struct Watch {
    done: Arc<AtomicBool>,
    most: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Watch {
    fn start(pid: u32) -> Self {
        let (done, most) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (ended, highest) = (Arc::clone(&done), Arc::clone(&most));
        let task = tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                highest.fetch_max(rss_kib(pid), Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        Self { done, most, task }
    }

    async fn end(self) -> Result<u64, Failure> {
        self.done.store(true, Ordering::Relaxed);
        self.task.await?;
        Ok(self.most.load(Ordering::Relaxed))
    }
}

fn rss_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// Reads the answer and compares it with the file.
async fn compare(mut answer: reqwest::Response, blocks: u64) -> Result<(), Failure> {
    let mut expected = block(0);
    let (mut number, mut at) = (0, 0);
    while let Some(chunk) = answer.chunk().await? {
        let mut rest = &chunk[..];
        while !rest.is_empty() {
            let length = rest.len().min(expected.len() - at);
            let (now, later) = rest.split_at(length);
            assert!(
                now == &expected[at..at + length],
                "mebibyte {number} differs"
            );
            (rest, at) = (later, at + length);
            if at == expected.len() {
                (number, at) = (number + 1, 0);
                expected = block(number);
            }
        }
    }
    assert_eq!((number, at), (blocks, 0), "the file came whole");
    Ok(())
}

#[cfg(feature = "sqlite")]
#[expect(
    clippy::print_stdout,
    reason = "the figures are of interest also when they are good"
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_passes_through_both_ways_in_little_memory() -> crate::support::TestResult {
    let blocks = std::env::var("HUB_TEST_FILE_MIB").map_or(Ok(96), |text| text.parse())?;
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let server = file_server(blocks).await?;
    let mut env = environment(&db, &dc);
    env.insert("HUB_FETCH_ALLOW", server.address().to_string());
    env.insert("HUB_FETCH_TIMEOUT", "600".to_owned());
    let hub = HubProcess::start_with(&db, &env).await?;
    hub.client.log_in("alice", "15550000001").await?;
    let http = reqwest::Client::builder().build()?;
    let before = hub.rss_kib()?;
    let watch = Watch::start(hub.pid());
    let began = Instant::now();

    let body = json!({
        "chat": "me",
        "file_url": server.url("/large.bin"),
        "max_bytes": 2048 * MIB,
    });
    let files = format!("{}/api/files", hub.client.base());
    let answer = http.post(files).json(&body).send().await?;
    let (status, sent): (_, Value) = (answer.status().as_u16(), answer.json().await?);
    assert_eq!(status, 200, "{sent}");
    assert_eq!(sent["result"]["media_type"], "MessageMediaDocument");
    let uploaded = began.elapsed();

    let id = &sent["result"]["id"];
    let media = format!("{}/api/messages/{id}/media?chat=me", hub.client.base());
    let answer = http.get(&media).send().await?;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.content_length(), Some(blocks * MIB));
    compare(answer, blocks).await?;
    let most = watch.end().await?;

    let told = format!(
        "{blocks} MiB: sent in {uploaded:?}, and back after {:?}; {before} KiB before, {most} at most",
        began.elapsed()
    );
    println!("{told}");
    assert!(most < before + GROWTH_KIB, "{told}");

    let range = format!("bytes={}-{}", MIB - 3, MIB + 4);
    let part = http.get(&media).header("range", range).send().await?;
    assert_eq!(part.status().as_u16(), 206);
    let expected = [&block(0)[block(0).len() - 3..], &block(1)[..5]].concat();
    assert_eq!(part.bytes().await?, expected);
    hub.terminate().await?;
    Ok(())
}
