//! How fast the data centre posts: to channels, groups and private chats whose people all listen.
//!
//! It runs on one thread; clients on another take the bytes in unread. The rate is told by the
//! time that its thread was busy, so that it holds on a machine that does other things too.
//! `cargo run --release -p local-dc --example rate`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for people at a terminal, which may end at the first failure"
)]

mod wire;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use local_dc::dc::chats::NewChat;
use local_dc::dc::load::Load;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use tokio::io::AsyncReadExt as _;

use self::wire::{Wire, thread_time};

/// How long nothing must be sent any more for a load to be out.
const QUIET: Duration = Duration::from_millis(200);

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
    server.block_on(run(clients.handle()));
    clients.shutdown_background();
}

async fn run(clients: &tokio::runtime::Handle) {
    let dc = Dc::start(DcOptions::default()).unwrap();
    let people: Vec<String> = (1000..2000).map(|n| format!("user{n}")).collect();
    for person in &people {
        let listening = listen(dc.addr(), dc.log_in(person).unwrap());
        clients.spawn(listening).await.unwrap();
    }
    println!("{} links", dc.connections());
    let names: Vec<&str> = people.iter().map(String::as_str).collect();
    let channel = |members: &[&str]| {
        let new = NewChat::new("alice", "channel").with(members);
        let channel = dc.create_channel(ChannelKind::Supergroup, new).unwrap();
        vec![channel.to_string()]
    };
    let group = NewChat::new(names[0], "group").with(&names[1..100]);
    let group = dc.create_group(group).unwrap();
    let cases = [
        ("a channel of 1,000", channel(&names), 1000, 300),
        ("a channel of 100", channel(&names[..100]), 100, 3000),
        ("a basic group of 100", vec![group.to_string()], 100, 1000),
        ("100 private chats", people[..100].to_vec(), 2, 50_000),
    ];
    for (name, chats, hearers, count) in cases {
        for bundle in [1, 50] {
            dc.bundle_pushes(bundle);
            let load = Load {
                accounts: people[..100].to_vec(),
                chats: chats.clone(),
                rate: 0,
                count,
                edits: 0.0,
                deletions: 0.0,
                ..Load::default()
            };
            let (busy, sent) = measure(&dc, &load).await;
            let posts = f64::from(u32::try_from(count).unwrap()) / busy.as_secs_f64();
            let deliveries = posts * f64::from(hearers);
            println!(
                "{name}, {bundle} in one update: {posts:.0} posts/s, {deliveries:.0} deliveries/s \
                 on one core ({sent} MTProto messages, {} ms)",
                busy.as_millis()
            );
        }
    }
    read_ledger(&dc);
    dc.stop().await;
}

fn read_ledger(dc: &Dc) {
    let begun = Instant::now();
    let entries = dc.ledger().len();
    let took = begun.elapsed();
    println!("the ledger's {entries} messages read in {took:?}");
}

/// How long the data centre's thread was busy with a load, and how many messages left.
async fn measure(dc: &Dc, load: &Load) -> (Duration, u64) {
    let (before, busy) = (dc.link_counts().sent, thread_time());
    let report = dc.load(load).await.unwrap();
    assert_eq!((report.sent, report.refused), (load.count, 0));
    let (mut sent, mut since) = (dc.link_counts().sent, Instant::now());
    while since.elapsed() < QUIET {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let now = dc.link_counts().sent;
        if now != sent {
            (sent, since) = (now, Instant::now());
        }
    }
    (thread_time().saturating_sub(busy), sent - before)
}

/// Opens a session, and from then on reads whatever comes.
async fn listen(address: SocketAddr, key: [u8; 256]) {
    let mut stream = Wire::open(address, key).await.stream;
    tokio::spawn(async move {
        let mut buffer = vec![0; 256 * 1024];
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
}
