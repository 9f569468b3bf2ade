//! A running data centre and everything a test may do to it.
//!
//! Owns the listener's task and the world. Scripts act here as people with other devices would;
//! accounts are named by username, phone number or user id.

pub mod chats;
pub mod facts;
mod faults;
pub mod files;
pub mod folders;
pub mod load;
pub mod media;
pub mod past;
pub mod raw;
mod rules;
mod samples;
mod scenes;
mod script;
mod shapes;
mod tastes;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::load::RunningLoad;
use crate::clock::Clock;
use crate::link::{self, Links};
use crate::rpc::{Api, Outlet};
use crate::service::Service;
use crate::world::World;
use crate::world::account::Profile;
use crate::world::ids::{KeyId, Peer, UserId};
use crate::world::ledger::Entry;
use crate::world::people::fixed;
use crate::world::random::random;
use crate::world::refusal::Refusal;
use crate::world::rules::Rules;

/// How often the data centre looks for what has its time.
const TICK: Duration = Duration::from_millis(100);
/// Messages of the ledger that are read under one lock.
const LEDGER_PART: usize = 500;

/// How a data centre starts.
#[derive(Clone, Debug)]
pub struct DcOptions {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The accounts that exist from the start, beside the fleet's numbers.
    pub accounts: Vec<Profile>,
    /// Events in one slice of a difference, at least 1.
    pub slice: usize,
    /// News for the same sessions that may travel in one `updates`, at least 1. More than one
    /// shows only in bursts, such as those of a load.
    pub bundle: usize,
    /// How long a log-in code counts, in whole seconds.
    pub code_lifetime: Duration,
    /// How long the token of a QR code counts, in whole seconds.
    pub login_token_lifetime: Duration,
    /// Where it is as hard as Telegram.
    pub rules: Rules,
}

impl Default for DcOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            accounts: fixed(),
            slice: 100,
            bundle: 1,
            code_lifetime: Duration::from_mins(5),
            login_token_lifetime: Duration::from_secs(30),
            rules: Rules::default(),
        }
    }
}

/// A running data centre. Clones share it; it stops with [`Dc::stop`] or with the last clone.
#[derive(Clone)]
pub struct Dc(Arc<Inner>);

struct Inner {
    api: Arc<Api>,
    links: Arc<Links>,
    address: SocketAddr,
    stop: CancellationToken,
    /// The loads, and the timer of scheduled messages.
    loads: TaskTracker,
    load_log: Mutex<Vec<RunningLoad>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The ids of one message that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SentIds {
    /// Its place in the ledger.
    pub n: usize,
    /// In the box of who sent it; in a channel, the one id it has there.
    pub sender: i32,
    /// In the box of who got it in a private chat; the sender's everywhere else.
    pub receiver: i32,
}

/// What a script may know of an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AccountInfo {
    /// The account's id.
    pub user_id: i64,
    /// Its number, without the plus sign.
    pub phone: String,
    /// Its username, without the at sign.
    pub username: String,
    /// Its pts now.
    pub pts: i32,
    /// Keys logged in to it.
    pub keys: usize,
}

impl Outlet for Links {
    fn push(&self, key: KeyId, except_session: Option<i64>, updates: Bytes) {
        Self::push(self, key.0, except_session, updates);
    }
}

impl Dc {
    /// Starts listening. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(options: DcOptions) -> io::Result<Self> {
        let listener = link::listen(options.listen)?;
        let address = listener.local_addr()?;
        let clock = Clock::default();
        let mut world = World::new(options.accounts, clock.clone());
        world.slice = options.slice.max(1);
        world.bundle = options.bundle.max(1);
        world.rules = options.rules;
        world.code_lifetime = whole_seconds(options.code_lifetime);
        world.login_token_lifetime = whole_seconds(options.login_token_lifetime);
        let links = Arc::new(Links::new(clock));
        let outlet: Arc<dyn Outlet> = Arc::<Links>::clone(&links);
        let api = Arc::new(Api::new(world, outlet, address));
        let stop = CancellationToken::new();
        let loads = TaskTracker::new();
        loads.spawn(send_when_due(Arc::clone(&api), stop.clone()));
        let service: Arc<dyn Service> = Arc::<Api>::clone(&api);
        let serving = link::serve(listener, service, Arc::clone(&links), stop.clone());
        let task = Mutex::new(Some(tokio::spawn(serving)));
        Ok(Self(Arc::new(Inner {
            api,
            links,
            address,
            stop,
            loads,
            load_log: Mutex::default(),
            task,
        })))
    }

    /// Stops listening, closes every link and waits until all tasks have ended.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.loads.close();
        self.0.loads.wait().await;
        let task = self
            .0
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            log::error!("the data centre's listener failed: {error}");
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.0.address
    }

    /// The RSA key that clients must trust, as PKCS#1 PEM.
    pub fn public_key_pem(&self) -> String {
        link::rsa::public_key_pem()
    }

    /// Makes an authorisation key that is as good as one from a key exchange, and spares the
    /// exchange. 256 bytes.
    pub fn new_key(&self) -> [u8; 256] {
        self.make_key().0
    }

    /// A key as of [`Dc::new_key`] that is logged in to an account already.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn log_in(&self, account: &str) -> Result<[u8; 256], Refusal> {
        let user = self.user(account)?;
        let (key, id) = self.make_key();
        self.0.api.world().authorise(id, user, false);
        Ok(key)
    }

    fn make_key(&self) -> ([u8; 256], KeyId) {
        let key = random();
        let salt = i64::from_le_bytes(random());
        (key, KeyId(self.0.links.insert_key(key, salt)))
    }

    /// What is known of an account; one of the fleet's is made by asking.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn account(&self, name: &str) -> Result<AccountInfo, Refusal> {
        let mut world = self.0.api.world();
        let id = find(&mut world, name)?;
        let account = world.account(id).ok_or_else(|| unknown(name))?;
        Ok(AccountInfo {
            user_id: id.0,
            phone: account.phone.clone(),
            username: account.username.clone(),
            pts: account.events.pts(),
            keys: account.keys.len(),
        })
    }

    /// The id of an account.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn user(&self, name: &str) -> Result<UserId, Refusal> {
        find(&mut self.0.api.world(), name)
    }

    /// An account, or a chat by marked id or username.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`.
    pub fn peer(&self, name: &str) -> Result<Peer, Refusal> {
        find_peer(&mut self.0.api.world(), name)
    }

    /// How often a method was called, such as `messages.sendMessage`, faults included.
    pub fn calls(&self, method: &str) -> u64 {
        self.0.api.world().calls.get(method).copied().unwrap_or(0)
    }

    /// How often each method was called.
    pub fn all_calls(&self) -> BTreeMap<&'static str, u64> {
        self.0.api.world().calls.clone()
    }

    /// Every message, in the order of sending.
    pub fn ledger(&self) -> Vec<Entry> {
        self.ledger_part(0, usize::MAX)
    }

    /// At most `limit` messages from number `from` on.
    pub fn ledger_part(&self, from: usize, limit: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        // A little at a time, so that nobody waits long for the lock.
        while entries.len() < limit {
            let part = LEDGER_PART.min(limit - entries.len());
            let more = self.0.api.world().ledger(from + entries.len(), part);
            if more.is_empty() {
                break;
            }
            entries.extend(more);
        }
        entries
    }

    /// The members of an audience of the ledger, ascending; empty for one that does not exist.
    pub fn audience(&self, audience: usize) -> Vec<i64> {
        self.0.api.world().audience_ids(audience)
    }

    /// How many messages there are.
    pub fn ledger_len(&self) -> usize {
        self.0.api.world().ledger_len()
    }

    /// What the links count: how many are open, key exchanges, messages.
    pub fn link_counts(&self) -> link::LinkCounts {
        self.0.links.counts()
    }

    /// Every moment at which one key had links from two addresses, in order.
    pub fn overlaps(&self) -> Vec<link::Overlap> {
        self.0.links.overlaps()
    }

    /// From which addresses the keys were used, and when a byte last came from each.
    pub fn key_uses(&self) -> Vec<link::KeyUse> {
        self.0.links.uses()
    }

    /// How many links are open now.
    pub fn connections(&self) -> u64 {
        self.link_counts().open
    }
}

fn whole_seconds(time: Duration) -> i32 {
    i32::try_from(time.as_secs()).unwrap_or(i32::MAX)
}

/// Sends scheduled messages and ends restrictions as their time comes.
async fn send_when_due(api: Arc<Api>, stop: CancellationToken) {
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {
                let mut world = api.world();
                world.lift_due();
                world.send_due();
            }
        }
    }
}

fn find(world: &mut World, name: &str) -> Result<UserId, Refusal> {
    world.user_by_name(name).ok_or_else(|| unknown(name))
}

/// What a script names as the other side: an account, or a chat by marked id or username.
fn find_peer(world: &mut World, name: &str) -> Result<Peer, Refusal> {
    match world.user_by_name(name) {
        Some(user) => Ok(Peer::User(user)),
        None => find_chat(world, name),
    }
}

/// A group or channel by its marked id, or a channel by its username.
fn find_chat(world: &World, name: &str) -> Result<Peer, Refusal> {
    let marked = name.trim().parse().ok().and_then(Peer::from_marked);
    let chat = marked.or_else(|| world.channel_by_username(name).map(Peer::Channel));
    let exists = |chat: &Peer| match chat {
        Peer::User(_) => false,
        Peer::Group(id) => world.group(*id).is_some(),
        Peer::Channel(id) => world.channel(*id).is_some(),
    };
    // Not one of Telegram's either.
    chat.filter(exists)
        .ok_or_else(|| Refusal::bad(&format!("CHAT_NOT_FOUND: {name}")))
}

fn unknown(name: &str) -> Refusal {
    // Not one of Telegram's: scripts name accounts in ways that Telegram has no error for.
    Refusal::bad(&format!("USER_NOT_FOUND: {name}"))
}
