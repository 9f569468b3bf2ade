//! Uploads that bring next to nothing, and others beside them.

use super::{Failure, request};
use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::{DEADLINE, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn start(db: TestDb, stall: u32) -> Result<TestHub, Failure> {
    let options = Options {
        flags: vec![format!("--stall-timeout={stall}")],
        ..Options::default()
    };
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in("a", "+15550000001").await?;
    Ok(hub)
}

/// Begins an upload of a megabyte.
async fn begin(hub: &TestHub, bytes: usize) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(hub.client.base().trim_start_matches("http://")).await?;
    let head = "POST /api/files/upload?chat=@bob&filename=x HTTP/1.1\r\nHost: localhost\r\n\
                Content-Length: 1000000\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&vec![b'x'; bytes]).await?;
    Ok(stream)
}

contract! {
    async fn an_upload_that_brings_next_to_nothing_is_ended_with_a_408(db: TestDb) {
        let hub = start(db, 1).await?;
        // Before its turn and within it.
        for bytes in [1, 100_000] {
            let stream = begin(&hub, bytes).await?;
            let (mut answer, mut upload) = stream.into_split();
            let trickle = async move {
                let mut ticks = tokio::time::interval(Duration::from_millis(100));
                while upload.write_all(b"x").await.is_ok() {
                    ticks.tick().await;
                }
            };
            let mut text = String::new();
            let answered = async {
                tokio::select! {
                    read = answer.read_to_string(&mut text) => drop(read),
                    () = async { trickle.await; std::future::pending().await } => {}
                }
            };
            tokio::time::timeout(DEADLINE, answered).await?;
            let head = text.to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 408 ") && head.contains("x-error-code: request_timeout"), "{text}");
            assert!(text.contains("less than 1024 bytes a second for 1 seconds"), "{text}");
        }
        hub.stop().await?;
    }

    async fn slow_uploads_keep_nobody_from_sending_files(db: TestDb) {
        let hub = start(db, 60).await?;
        let mut slow = Vec::new();
        for _ in 0..12 {
            slow.push(begin(&hub, 1).await?);
        }
        for _ in 0..3 {
            let good = request(&hub, "POST /api/files/upload?chat=@bob&filename=good.txt")?;
            let sent = tokio::time::timeout(DEADLINE, read(good.body("contents"))).await??;
            drop(sent.expect(200));
        }
        drop(slow);
        hub.stop().await?;
    }
}
