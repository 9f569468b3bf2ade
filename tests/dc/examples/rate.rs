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

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grammers_crypto::{AuthKey, DequeBuffer};
use grammers_tl_types::{LAYER, Serializable as _, functions};
use local_dc::dc::chats::NewChat;
use local_dc::dc::load::Load;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

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

/// The time for which this thread has been running.
fn thread_time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos = schedule.split(' ').next().unwrap();
    Duration::from_nanos(nanos.parse().unwrap())
}

/// Opens a session, and from then on reads whatever comes.
async fn listen(address: SocketAddr, key: [u8; 256]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&[0xee; 4]).await.unwrap();
    let key = AuthKey::from_bytes(key);
    let session = i64::from(key.to_bytes()[0]) + 1;
    // The salt is wrong, and the answer names the right one.
    ask(&mut stream, &key, 0, session, 1).await;
    let answer = answer(&mut stream, &key).await;
    let salt = answer[answer.len() - 8..].try_into().unwrap();
    ask(&mut stream, &key, i64::from_le_bytes(salt), session, 3).await;
    self::answer(&mut stream, &key).await;
    tokio::spawn(async move {
        let mut buffer = vec![0; 256 * 1024];
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
}

async fn ask(stream: &mut TcpStream, key: &AuthKey, salt: i64, session: i64, seqno: i32) {
    let request = functions::InvokeWithLayer {
        layer: LAYER,
        query: functions::InitConnection {
            api_id: 1,
            device_model: String::new(),
            system_version: String::new(),
            app_version: String::new(),
            system_lang_code: String::new(),
            lang_pack: String::new(),
            lang_code: String::new(),
            proxy: None,
            params: None,
            query: functions::updates::GetState {},
        },
    };
    let body = request.to_bytes();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let id = (now.as_secs() << 32) | (u64::from(now.subsec_nanos()) << 2 & !3);
    let mut packet = DequeBuffer::with_capacity(1024, 64);
    packet.extend(salt.to_le_bytes());
    packet.extend(session.to_le_bytes());
    packet.extend(id.to_le_bytes());
    packet.extend(seqno.to_le_bytes());
    packet.extend(i32::try_from(body.len()).unwrap().to_le_bytes());
    packet.extend(body);
    grammers_crypto::encrypt_data_v2(&mut packet, key);
    let length = u32::try_from(packet.len()).unwrap();
    stream.write_all(&length.to_le_bytes()).await.unwrap();
    stream.write_all(&packet[..]).await.unwrap();
}

/// The body of the next packet's message.
async fn answer(stream: &mut TcpStream, key: &AuthKey) -> Vec<u8> {
    let length = stream.read_u32_le().await.unwrap();
    let mut packet = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut packet).await.unwrap();
    let plain = grammers_crypto::decrypt_data_v2(&mut packet, key).unwrap();
    let length = u32::from_le_bytes(plain[28..32].try_into().unwrap());
    plain[32..32 + usize::try_from(length).unwrap()].to_vec()
}
