//! One account on grammers alone, set up as the hub sets up its own.
//!
//! Owns the client's tasks. Updates are counted and timed, and then forgotten.

use super::{Account, Accounts, Line, tell};
use crate::Failure;
use crate::bench::stamp;
use grammers_client::sender::{
    ConnectionParams, NoRetries, SenderPool, SenderPoolFatHandle, UpdatesConfiguration,
    UpdatesReceiver,
};
use grammers_client::session::SessionData;
use grammers_client::session::storages::MemorySession;
use grammers_client::session::types::{DcOption, UpdatesState};
use grammers_client::{Client, tl};
use std::net::{Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

/// As many accounts connect at once as the hub's default.
const CONNECTS: usize = 50;

/// One account.
pub struct Phone {
    /// For calls.
    pub client: Client,
    updates: UpdatesReceiver,
    _handle: SenderPoolFatHandle,
    runner: JoinHandle<()>,
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.runner.abort();
    }
}

impl Phone {
    async fn new(server: SocketAddrV4, account: &Account) -> Result<Self, Failure> {
        let session = session(server, account)?;
        let pool = SenderPool::with_configuration(Arc::new(session), 1, params());
        let updates = UpdatesReceiver::create(
            pool.handle.thin.clone(),
            Arc::clone(&pool.handle.session),
            pool.updates,
            UpdatesConfiguration { catch_up: true },
        )
        .await?;
        Ok(Self {
            client: Client::new(pool.handle.clone()),
            updates,
            _handle: pool.handle,
            runner: tokio::spawn(pool.runner.run()),
        })
    }
}

fn session(server: SocketAddrV4, account: &Account) -> Result<MemorySession, Failure> {
    let key: [u8; 256] = hex::decode(&account.key)?
        .try_into()
        .map_err(|_bytes| "a key has 256 bytes")?;
    let option = |id| DcOption {
        id,
        ipv4: server,
        ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, server.port(), 0, 0),
        auth_key: Some(key),
    };
    Ok(MemorySession::from(SessionData {
        home_dc: 2,
        dc_options: (1..=5).map(|id| (id, option(id))).collect(),
        updates_state: UpdatesState {
            pts: account.pts,
            qts: 0,
            date: 1,
            seq: 1,
            channels: Vec::new(),
        },
        ..SessionData::default()
    }))
}

fn params() -> ConnectionParams {
    ConnectionParams {
        device_model: "bare".to_owned(),
        system_version: "Linux".to_owned(),
        app_version: "1".to_owned(),
        system_lang_code: "en".to_owned(),
        lang_code: "en".to_owned(),
        use_ipv6: false,
        retry_policy: Box::new(NoRetries),
        // The hub's own.
        updates_channel_capacity: NonZeroUsize::new(1000).unwrap_or(NonZeroUsize::MIN),
        __non_exhaustive: (),
    }
}

/// Connects every account, and returns when each has been answered.
pub async fn online(accounts: Accounts) -> Result<Vec<Phone>, Failure> {
    let connects = Arc::new(Semaphore::new(CONNECTS));
    let mut tasks = JoinSet::new();
    for account in accounts.accounts {
        let connects = Arc::clone(&connects);
        tasks.spawn(async move {
            let _turn = connects.acquire().await?;
            let phone = Phone::new(accounts.server, &account).await?;
            let request = tl::functions::updates::GetState {};
            phone.client.invoke(&request).await?;
            Ok::<_, Failure>(phone)
        });
    }
    let mut phones = Vec::with_capacity(tasks.len());
    while let Some(phone) = tasks.join_next().await {
        phones.push(phone??);
    }
    Ok(phones)
}

#[derive(Default)]
struct Heard {
    count: AtomicU64,
    delays: Mutex<Vec<i64>>,
}

/// Reads every account's updates until the other end closes the pipe; each line from there is
/// answered by the delays so far.
pub async fn listen(phones: Vec<Phone>) -> Result<(), Failure> {
    let heard = Arc::new(Heard::default());
    let mut loops = JoinSet::new();
    for phone in phones {
        loops.spawn(hear(phone, Arc::clone(&heard)));
    }
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let mut told = 0;
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    loop {
        tokio::select! {
            order = orders.next_line() => {
                if order?.is_none() {
                    return Ok(());
                }
                let mut delays = heard.delays.lock().unwrap_or_else(PoisonError::into_inner);
                tell(&Line::Delays(std::mem::take(&mut *delays)))?;
            }
            _ = tick.tick() => {
                let count = heard.count.load(Ordering::Relaxed);
                if count != told {
                    told = count;
                    tell(&Line::Count(count))?;
                }
            }
            ended = loops.join_next() => {
                if let Some(ended) = ended {
                    ended??;
                }
            }
        }
    }
}

async fn hear(mut phone: Phone, heard: Arc<Heard>) -> Result<(), Failure> {
    loop {
        let (updates, _, _) = phone.updates.next().await?;
        let now = stamp::now();
        let mut delays = Vec::with_capacity(updates.len());
        for (update, _) in &updates {
            if let tl::enums::Update::NewMessage(new) = update
                && let tl::enums::Message::Message(message) = &new.message
            {
                delays.extend(stamp::read(&message.message).map(|sent| now - sent));
            }
        }
        let count = u64::try_from(delays.len())?;
        heard.count.fetch_add(count, Ordering::Relaxed);
        heard
            .delays
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut delays);
    }
}
