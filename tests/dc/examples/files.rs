//! How fast files go up and down: a gigabyte in parts of 512 KiB, over one link.
//!
//! The data centre runs on one thread and the client on another. Both figures are told: what the
//! two reached together, and what the data centre's thread would if it never had to wait.
//! `cargo run --release -p local-dc --example files`.
#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a program for people at a terminal, which may end at the first failure"
)]

mod wire;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use grammers_tl_types::{Deserializable as _, Serializable as _, enums, functions, types};
use local_dc::dc::files::NewFile;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::send::Draft;

use self::wire::{Wire, thread_time};

/// Bytes of a part.
const PART: usize = 512 * 1024;
/// Parts of a gigabyte.
const PARTS: i32 = 2048;
/// Requests that are on their way at once.
const WINDOW: usize = 4;

fn main() {
    let clients = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    server.block_on(measure(clients.handle()));
    clients.shutdown_background();
}

async fn measure(clients: &tokio::runtime::Handle) {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let key = dc.log_in("alice").unwrap();
    let document = document(&dc, dc.log_in("alice").unwrap()).await;
    for (name, requests) in [("up", uploads()), ("down", downloads(document))] {
        let before = thread_time();
        let run = clients.spawn(run(dc.addr(), key, requests));
        let took = run.await.unwrap();
        let busy = thread_time().saturating_sub(before);
        println!(
            "{name}: {:.0} MB/s, {:.0} MB/s on one core",
            rate(took),
            rate(busy)
        );
    }
    println!("{} kB of memory at most", memory());
    dc.stop().await;
}

fn rate(time: Duration) -> f64 {
    f64::from(PARTS) * 0.524_288 / time.as_secs_f64()
}

type Requests = Box<dyn Iterator<Item = Vec<u8>> + Send>;

fn uploads() -> Requests {
    let mut bytes = vec![0; PART];
    let part = move |file_part: i32| {
        bytes[..4].copy_from_slice(&file_part.to_le_bytes());
        let request = functions::upload::SaveBigFilePart {
            file_id: 1,
            file_part,
            file_total_parts: PARTS,
            bytes: bytes.clone(),
        };
        request.to_bytes()
    };
    Box::new((0..PARTS).map(part))
}

/// Reads a file of 16 MiB again and again.
fn downloads(document: types::Document) -> Requests {
    let location = types::InputDocumentFileLocation {
        id: document.id,
        access_hash: document.access_hash,
        file_reference: document.file_reference,
        thumb_size: String::new(),
    };
    let part = move |part: i32| {
        let request = functions::upload::GetFile {
            precise: false,
            cdn_supported: false,
            location: location.clone().into(),
            offset: i64::from(part % 32) * 524_288,
            limit: 524_288,
        };
        request.to_bytes()
    };
    Box::new((0..PARTS).map(part))
}

/// A document that Alice finds in her Saved Messages.
async fn document(dc: &Dc, key: [u8; 256]) -> types::Document {
    let file = NewFile {
        bytes: vec![7; 32 * PART],
        ..NewFile::default()
    };
    dc.send_file("alice", "alice", &file, Draft::default())
        .unwrap();
    let mut wire = Wire::open(dc.addr(), key).await;
    let request = functions::messages::GetMessages {
        id: vec![types::InputMessageId { id: 1 }.into()],
    };
    wire.ask(&request.to_bytes()).await;
    let answer = wire.answer().await;
    // Behind the head of `rpc_result`.
    let found = enums::messages::Messages::from_bytes(&answer[12..]).unwrap();
    let enums::messages::Messages::Messages(mut found) = found else {
        panic!("all messages were expected");
    };
    let Some(enums::Message::Message(message)) = found.messages.pop() else {
        panic!("a message was expected");
    };
    let Some(enums::MessageMedia::Document(media)) = message.media else {
        panic!("a document was expected");
    };
    let Some(enums::Document::Document(document)) = media.document else {
        panic!("a document was expected");
    };
    document
}

/// Makes all requests, some at a time, and answers how long it took.
async fn run(address: SocketAddr, key: [u8; 256], requests: Requests) -> Duration {
    let mut wire = Wire::open(address, key).await;
    let begun = Instant::now();
    let mut open = 0;
    for request in requests {
        wire.ask(&request).await;
        open += 1;
        if open == WINDOW {
            wire.packet().await;
            open -= 1;
        }
    }
    for _ in 0..open {
        wire.packet().await;
    }
    begun.elapsed()
}

/// The most memory the process has had, in kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
