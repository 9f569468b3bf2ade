//! Measures how many messages a second the store takes, batch by batch and in groups.
//!
//! `cargo run --release --example group_commit -- DATABASE_URL...` prints a table for each
//! database, which is to be a fresh one. It knows the store alone: no network, no accounts.

#![expect(clippy::print_stdout, reason = "the table is what the program is for")]

use std::sync::Arc;
use std::time::{Duration, Instant};
use telegram_hub::model::{
    CapturedBatch, ChatId, Message, MessageId, NewMessage, Peer, SessionId, SessionName,
    UpdatesPosition, UtcTime,
};
use telegram_hub::session::Writer;
use telegram_hub::store::capture;
use telegram_hub::store::sessions::{NewSession, create_or_get};
use telegram_hub::store::{DatabaseUrl, Error, Store, StoreSettings, Vault};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

type Failure = Box<dyn std::error::Error>;

const ACCOUNTS: usize = 100;

/// What each batch holds.
#[derive(Clone, Copy)]
struct Shape {
    messages: i32,
    peers: i64,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let seconds = std::env::var("SECONDS_EACH").ok();
    let time = Duration::from_secs_f64(seconds.and_then(|text| text.parse().ok()).unwrap_or(2.0));
    println!("database   messages/batch peers/batch group   messages/s  transactions/s");
    for url in std::env::args().skip(1) {
        let store = open(&url).await?;
        let accounts = accounts(&store).await?;
        let mut number = 0;
        for shape in [(1, 0), (1, 2), (10, 2)] {
            let (messages, peers) = shape;
            let shape = Shape { messages, peers };
            for group in [1, 4, 20, 100] {
                let (rows, took, commits) =
                    measure(&store, &accounts, shape, group, time, &mut number).await?;
                println!(
                    "{:<10} {messages:>14} {peers:>11} {group:>5} {:>12.0} {:>15.0}",
                    format!("{:?}", store.engine()),
                    rows / took.as_secs_f64(),
                    commits / took.as_secs_f64(),
                );
            }
        }
        through_the_writer(&store, &accounts, time, &mut number).await?;
        store.close().await;
    }
    Ok(())
}

/// Every account hands in a batch of one message, waits for its commit and hands in the next.
async fn through_the_writer(
    store: &Store,
    accounts: &[SessionId],
    time: Duration,
    number: &mut i32,
) -> Result<(), Failure> {
    println!("\ndatabase   accounts messages/batch  messages/s   p50 ms   p99 ms");
    for (count, messages) in [(1, 1), (10, 1), (100, 1), (100, 10)] {
        let writer = Arc::new(Writer::start(store));
        let started = Instant::now();
        let mut tasks = JoinSet::new();
        for (&account, first) in accounts.iter().take(count).zip(0..) {
            let mut number = *number + first * 1_000_000;
            let writer = Arc::clone(&writer);
            tasks.spawn(async move {
                let mut waits = Vec::new();
                while started.elapsed() < time {
                    let shape = Shape { messages, peers: 0 };
                    let batch = Arc::new(batch(account, shape, &mut number));
                    let handed_in = Instant::now();
                    writer.commit(batch).await?;
                    waits.push(handed_in.elapsed());
                }
                Ok::<_, Error>(waits)
            });
        }
        let mut waits = Vec::new();
        while let Some(finished) = tasks.join_next().await {
            waits.extend(finished??);
        }
        let took = started.elapsed().as_secs_f64();
        writer.stop().await;
        *number += 10_000_000;
        waits.sort_unstable();
        let at = |part: usize| {
            let wait = waits.get(waits.len() * part / 100);
            wait.map_or(0.0, |wait| wait.as_secs_f64() * 1000.0)
        };
        let rows = f64::from(u32::try_from(waits.len())?) * f64::from(messages);
        println!(
            "{:<10} {count:>8} {messages:>14} {:>11.0} {:>8.2} {:>8.2}",
            format!("{:?}", store.engine()),
            rows / took,
            at(50),
            at(99),
        );
    }
    Ok(())
}

async fn open(url: &str) -> Result<Store, Failure> {
    let settings = StoreSettings {
        url: DatabaseUrl::parse(url)?,
        pool_size: 8,
        acquire_timeout: Duration::from_secs(10),
    };
    let vault = Vault::from_key(&Zeroizing::new([7; 32]));
    Ok(Store::open(&settings, vault).await?)
}

async fn accounts(store: &Store) -> Result<Vec<SessionId>, Failure> {
    let mut ids = Vec::new();
    for number in 0..ACCOUNTS {
        let new = NewSession {
            name: SessionName::parse(&format!("a{number}"))?,
            owner: None,
            api_id: 1,
            api_hash: "0123456789abcdef0123456789abcdef".into(),
            now: UtcTime::now(),
        };
        let vault = store.vault().clone();
        let row = store
            .write(move |conn| create_or_get(conn, &vault, &new))
            .await?;
        ids.push(row.id);
    }
    Ok(ids)
}

/// Rows, time and transactions of one line.
async fn measure(
    store: &Store,
    accounts: &[SessionId],
    shape: Shape,
    group: usize,
    time: Duration,
    number: &mut i32,
) -> Result<(f64, Duration, f64), Failure> {
    let (mut rows, mut commits) = (0.0, 0.0);
    let mut turn = accounts.iter().cycle();
    let started = Instant::now();
    let mut built = Duration::ZERO;
    while started.elapsed() < time {
        let building = Instant::now();
        let batches: Vec<CapturedBatch> = turn
            .by_ref()
            .take(group)
            .map(|&account| batch(account, shape, number))
            .collect();
        built += building.elapsed();
        let done = store
            .write(move |conn| {
                let batches: Vec<&CapturedBatch> = batches.iter().collect();
                capture::commit_group(conn, &batches)
            })
            .await?;
        let inserted: usize = done.iter().map(|one| one.inserted).sum();
        rows += f64::from(u32::try_from(inserted)?);
        commits += 1.0;
    }
    Ok((rows, started.elapsed().saturating_sub(built), commits))
}

fn batch(session_id: SessionId, shape: Shape, number: &mut i32) -> CapturedBatch {
    let messages = (0..shape.messages).map(|_| {
        *number += 1;
        message(*number)
    });
    let messages: Vec<NewMessage> = messages.collect();
    let peers = (1..=shape.peers).map(|id| Peer {
        access_hash: Some(id),
        username: Some(format!("user{id}")),
        first_name: Some("First".to_owned()),
        name: Some("First".to_owned()),
        ..Peer::new(ChatId::user(id))
    });
    CapturedBatch {
        links: Vec::new(),
        session_id,
        peers: peers.collect(),
        messages,
        unreadable: Vec::new(),
        deletions: Vec::new(),
        gaps: Vec::new(),
        from_history: false,
        coverage: None,
        position: Some(UpdatesPosition {
            pts: *number,
            ..UpdatesPosition::default()
        }),
        captured_at: UtcTime::now(),
    }
}

fn message(number: i32) -> NewMessage {
    NewMessage {
        content: Message {
            sender_id: Some(ChatId::user(1)),
            text: format!("message number {number}, as long as such messages are on an average"),
            ..Message::new(ChatId::user(1), MessageId(number), UtcTime::now())
        },
        raw: vec![7; 180],
        pts: None,
    }
}
