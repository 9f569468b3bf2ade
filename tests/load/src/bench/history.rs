//! How many messages of a history come a second: from Telegram, and from the log.
//!
//! Owns the channel that is read. The bare library reads it by raw calls and keeps nothing; the hub
//! streams it twice, so that the second time nothing but the end is asked of Telegram.

use super::cost::Meter;
use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Tools, accounts_of, start_hub_with};
use super::targets::{HISTORY_DOWNLOADED, HISTORY_GROWTH, HISTORY_STORED};
use super::wire::Wire;
use crate::Failure;
use crate::bare::{Bare, Order, TEXT};
use crate::fleet::{outsider_username, refused};
use crate::process;
use local_dc::dc::chats::NewChat;
use local_dc::dc::past::Past;
use local_dc::world::channel::ChannelKind;
use local_dc::world::rules::Rules;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The username of the channel.
const CHANNEL: &str = "historybench";

/// How every message begins, and an error.
const MESSAGE: &[u8] = b"{\"message_id\": ";
const ERROR: &[u8] = b"event: error";

/// How often the memory of the hub is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Measures one subject.
pub(super) async fn measure(
    tools: &Tools,
    size: &Size,
    subject: Subject,
    figures: &mut Figures,
) -> Result<(), Failure> {
    // Telegram lets wait after a few pages, and then both would be as slow as that.
    let ground = Ground::ruled(tools, subject, Rules::none())?;
    let channel = write(&ground, size.history)?;
    if subject == Subject::Bare {
        let accounts = accounts_of(&ground, 1)?;
        let order = Order::Read(CHANNEL.to_owned());
        let mut bare = Bare::start(&accounts, ground.dir.path(), &order).await?;
        let meter = Meter::start(bare.pid)?;
        let read = bare.sent().await?;
        meter
            .stop()?
            .note(HISTORY_DOWNLOADED, subject, read.count, figures);
        figures.add(HISTORY_DOWNLOADED, "/s", subject, read.per_second);
        bare.stop().await?;
        return ground.clear().await;
    }
    let doors = [("HUB_DOORS", "hub,archive".to_owned())];
    let (hub, store, members) = start_hub_with(tools, &ground, 1, &doors).await?;
    let name = members.first().ok_or("no account")?.name.to_string();
    let mut wire = Wire::connect(hub.client.host()).await?;
    let known = json!({ "session_id": name, "entity_identifier": format!("@{CHANNEL}") });
    wire.post("/entity/resolve", &known.to_string()).await?;
    let host = hub.client.host();
    let url = format!("http://{host}/api/v3/history/{channel}?chunk_size=100");
    for figure in [HISTORY_DOWNLOADED, HISTORY_STORED] {
        let (meter, started) = (Meter::start(hub.pid)?, Instant::now());
        let memory = Memory::watch(hub.pid)?;
        let count = count(&url, &name).await?;
        let took = started.elapsed();
        if count < size.history.into() {
            return Err(format!("{count} messages came of {}", size.history).into());
        }
        meter.stop()?.note(figure, subject, count, figures);
        let count = f64::from(u32::try_from(count)?);
        figures.add(figure, "/s", subject, count / took.as_secs_f64());
        let growth = format!("{figure}: {HISTORY_GROWTH}");
        figures.add(&growth, "MiB", subject, memory.growth());
    }
    hub.terminate().await?;
    store.close().await;
    ground.clear().await
}

/// A channel with so many messages, by its marked id.
fn write(ground: &Ground, count: u32) -> Result<i64, Failure> {
    let author = outsider_username(0);
    let new = NewChat::new(&author, "history").named(CHANNEL);
    let past = Past {
        chat: CHANNEL.to_owned(),
        count,
        texts: vec![TEXT.to_owned()],
        ..Past::default()
    };
    let new = new.made_at(past.first_date);
    ground
        .dc
        .user(&author)
        .map_err(|refusal| refused(&refusal))?;
    let made = ground.dc.create_channel(ChannelKind::Broadcast, new);
    let channel = made.map_err(|refusal| refused(&refusal))?;
    let settled = ground.dc.settle(&past);
    settled.map_err(|refusal| refused(&refusal))?;
    Ok(channel)
}

/// Reads a history to its end and counts its messages as they come.
async fn count(url: &str, account: &str) -> Result<u64, Failure> {
    let request = reqwest::Client::new().get(url);
    let request = request.header("x-telegram-username", account);
    let mut answer = request.send().await?.error_for_status()?;
    let (mut count, mut text) = (0, Vec::new());
    while let Some(piece) = answer.chunk().await? {
        text.extend_from_slice(&piece);
        count += occurrences(&text, MESSAGE);
        if occurrences(&text, ERROR) > 0 {
            return Err("the history has ended early".into());
        }
        // What may be the beginning of a message stays.
        text.drain(..text.len().saturating_sub(MESSAGE.len() - 1));
    }
    Ok(count)
}

fn occurrences(bytes: &[u8], wanted: &[u8]) -> u64 {
    let found = bytes.windows(wanted.len()).filter(|some| *some == wanted);
    u64::try_from(found.count()).unwrap_or(u64::MAX)
}

/// The memory of a process while it does something.
struct Memory {
    before: u64,
    most: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
}

impl Memory {
    fn watch(pid: u32) -> Result<Self, Failure> {
        let resident = move || process::figures(pid).map(|figures| figures.rss_kib);
        let before = resident().ok_or("the process is gone")?;
        let watched = Self {
            before,
            most: Arc::new(AtomicU64::new(before)),
            over: Arc::default(),
        };
        let (most, over) = (Arc::clone(&watched.most), Arc::clone(&watched.over));
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                most.fetch_max(resident().unwrap_or_default(), Ordering::Relaxed);
                sleep(LOOK_EVERY).await;
            }
        });
        Ok(watched)
    }

    /// By how many MiB it has grown at most.
    fn growth(&self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        let grown = self
            .most
            .load(Ordering::Relaxed)
            .saturating_sub(self.before);
        f64::from(u32::try_from(grown).unwrap_or(u32::MAX)) / 1024.0
    }
}
