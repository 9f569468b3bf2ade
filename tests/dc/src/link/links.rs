//! The registry of open links: who can be reached, and the levers of the fault injection.
//!
//! It owns the handles of all links, the keys and the counters. It must not know what is pushed.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use tokio::sync::Notify;

use super::cipher::AuthKey;
use super::keys::{KeyStore, lock};
use super::overlaps::{KeyUse, Overlap, Overlaps};
use crate::clock::Clock;

/// How a link ends when the data centre ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Without a word.
    Closed,
    /// With this transport error, a negative number.
    Error(i32),
}

/// What the rest of the data centre holds of a link: a way to wake it and to end it.
pub(super) struct LinkHandle {
    /// Unique in the process.
    pub(super) id: u64,
    /// Where the client is.
    pub(super) address: IpAddr,
    wake: Notify,
    ending: OnceLock<Ending>,
}

impl LinkHandle {
    /// Lets the link look for work.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until somebody calls [`LinkHandle::wake`].
    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Ends the link. The first call counts.
    pub(super) fn end(&self, ending: Ending) {
        self.ending.get_or_init(|| ending);
        self.wake();
    }

    /// How the link is to end, if it is to.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending.get().copied()
    }
}

/// Figures of all links since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCounts {
    /// Links open now.
    pub open: u64,
    /// Links accepted.
    pub accepted: u64,
    /// Key exchanges completed.
    pub exchanges: u64,
    /// Encrypted packets received; one may carry many messages.
    pub received: u64,
    /// Messages sent, those in containers counted one by one.
    pub sent: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    pub(super) exchanges: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
}

/// The registry of links, sessions and keys; shared by the server and the service.
#[derive(Default)]
pub struct Links {
    pub(super) keys: KeyStore,
    pub(super) counters: Counters,
    pub(super) clock: Clock,
    pub(super) overlaps: Overlaps,
    open: Mutex<HashMap<u64, Arc<LinkHandle>>>,
    accepted: AtomicU64,
}

impl Links {
    /// A registry without keys or links, by this clock.
    pub fn new(clock: Clock) -> Self {
        Self {
            keys: KeyStore::new(clock.clone()),
            clock,
            ..Self::default()
        }
    }

    /// Queues serialised `Updates` for every session of the key that has not opted out.
    ///
    /// Returns at once. Each session is reached over the link it used last; updates for a session
    /// whose queue is full displace the oldest that wait there.
    pub fn push(&self, key_id: i64, except_session: Option<i64>, updates: impl Into<Bytes>) {
        let Some(key) = self.keys.get(key_id) else {
            return;
        };
        let updates = updates.into();
        key.each_session(|session| {
            if Some(session.id) != except_session {
                session.push(updates.clone());
            }
        });
    }

    /// The longest queue of updates among the key's sessions: 0 when all has been sent.
    pub fn backlog(&self, key_id: i64) -> usize {
        let mut longest = 0;
        if let Some(key) = self.keys.get(key_id) {
            key.each_session(|session| longest = longest.max(session.waiting_pushes()));
        }
        longest
    }

    /// Loses the sessions of the key as a data centre does that restarts: what waits for them is
    /// gone, and they are told of a new session.
    pub fn renew_sessions(&self, key_id: i64) {
        if let Some(key) = self.keys.get(key_id) {
            let salt = key.salts.current(self.clock.seconds());
            key.each_session(|session| session.renew(salt));
        }
    }

    /// Closes all links of the key; the key stays known.
    pub fn close_key(&self, key_id: i64) {
        if let Some(key) = self.keys.get(key_id) {
            key.each_link(|link| link.end(Ending::Closed));
        }
    }

    /// Lets all links of the key, also later ones, stop reading and writing without closing.
    pub fn stall_key(&self, key_id: i64, stalled: bool) {
        if let Some(key) = self.keys.get(key_id) {
            key.stall(stalled);
        }
    }

    /// Closes all links.
    pub fn close_all(&self) {
        for link in lock(&self.open).values() {
            link.end(Ending::Closed);
        }
    }

    /// Whether a key with this id exists.
    pub fn known_key(&self, key_id: i64) -> bool {
        self.keys.get(key_id).is_some()
    }

    /// Takes in a key made elsewhere, with its first salt, and returns its id.
    pub fn insert_key(&self, auth_key: [u8; 256], first_salt: i64) -> i64 {
        let auth_key: Box<AuthKey> = Box::new(auth_key);
        self.keys.insert(auth_key, first_salt)
    }

    /// Forgets a key and closes its links: its next message is answered with -404.
    pub fn forget_key(&self, key_id: i64) {
        if let Some(key) = self.keys.remove(key_id) {
            key.each_link(|link| link.end(Ending::Closed));
        }
    }

    /// How many links the key has now.
    pub fn links_of(&self, key_id: i64) -> usize {
        let mut count = 0;
        if let Some(key) = self.keys.get(key_id) {
            key.each_link(|_| count += 1);
        }
        count
    }

    /// Every moment at which one key had links from two addresses, in order.
    pub fn overlaps(&self) -> Vec<Overlap> {
        self.overlaps.list()
    }

    /// From which addresses a key was used, and when a byte last came from each.
    pub fn uses_of(&self, key_id: i64) -> Vec<KeyUse> {
        self.keys.get(key_id).map_or(Vec::new(), |key| key.uses())
    }

    /// The same of every key.
    pub fn uses(&self) -> Vec<KeyUse> {
        self.keys.all().iter().flat_map(|key| key.uses()).collect()
    }

    /// The figures of this moment.
    pub fn counts(&self) -> LinkCounts {
        let counters = &self.counters;
        LinkCounts {
            open: lock(&self.open).len() as u64,
            accepted: self.accepted.load(Ordering::Relaxed),
            exchanges: counters.exchanges.load(Ordering::Relaxed),
            received: counters.received.load(Ordering::Relaxed),
            sent: counters.sent.load(Ordering::Relaxed),
        }
    }

    /// Registers a link that was accepted.
    pub(super) fn open(&self, address: IpAddr) -> Arc<LinkHandle> {
        let handle = Arc::new(LinkHandle {
            id: self.accepted.fetch_add(1, Ordering::Relaxed),
            address,
            wake: Notify::new(),
            ending: OnceLock::new(),
        });
        lock(&self.open).insert(handle.id, Arc::clone(&handle));
        handle
    }

    /// Whether a link has not ended yet.
    pub(super) fn is_open(&self, id: u64) -> bool {
        lock(&self.open).contains_key(&id)
    }

    /// Removes a link that has ended.
    pub(super) fn closed(&self, id: u64) {
        lock(&self.open).remove(&id);
    }
}
