//! Authorisation keys and, for each, its sessions and links.
//!
//! It owns the map from key id to key, in memory only. It must not know who is logged in with a key.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sha1::{Digest, Sha1};

use super::cipher::AuthKey;
use super::links::LinkHandle;
use super::overlaps::{self, KeyUse};
use super::salts::Salts;
use super::session::Session;
use crate::clock::Clock;

/// Sessions without a link that a key keeps, at most.
const IDLE_SESSIONS_MAX: usize = 8;
/// How long a session without a link is kept.
const IDLE_SESSION_TIME: Duration = Duration::from_mins(5);

/// Locks, also after a panic elsewhere: every change under these locks leaves a whole state.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The id of a key: the last 8 bytes of its SHA-1, little-endian.
fn id_of(auth_key: &AuthKey) -> i64 {
    let digest: [u8; 20] = Sha1::digest(auth_key).into();
    let mut last = [0; 8];
    last.copy_from_slice(&digest[12..]);
    i64::from_le_bytes(last)
}

#[derive(Default)]
struct Attached {
    sessions: Vec<Arc<Session>>,
    links: Vec<Arc<LinkHandle>>,
    uses: Vec<KeyUse>,
}

/// One authorisation key.
pub(super) struct Key {
    /// `auth_key_id`.
    pub(super) id: i64,
    /// The key itself.
    pub(super) secret: Box<AuthKey>,
    /// Its salts.
    pub(super) salts: Salts,
    /// The layer last announced, 0 before the first.
    pub(super) layer: AtomicI32,
    stalled: AtomicBool,
    clock: Clock,
    attached: Mutex<Attached>,
}

impl Key {
    /// Finds a session, or begins it and drops those that nobody has used for long.
    pub(super) fn session(&self, id: i64) -> Arc<Session> {
        let mut attached = lock(&self.attached);
        if let Some(session) = attached.sessions.iter().find(|session| session.id == id) {
            return Arc::clone(session);
        }
        let is_fresh = |session: &Arc<Session>| {
            session
                .idle_since()
                .is_none_or(|since| since.elapsed() < IDLE_SESSION_TIME)
        };
        attached.sessions.retain(is_fresh);
        let is_idle = |session: &Arc<Session>| session.idle_since().is_some();
        let idle = attached.sessions.iter().filter(|s| is_idle(s)).count();
        // Sessions stand in the order of their begin, so the oldest is found first.
        if idle >= IDLE_SESSIONS_MAX
            && let Some(oldest) = attached.sessions.iter().position(is_idle)
        {
            attached.sessions.remove(oldest);
        }
        let session = Arc::new(Session::new(id, self.clock.clone()));
        attached.sessions.push(Arc::clone(&session));
        session
    }

    /// Forgets a session; false when there is none with this id.
    pub(super) fn forget_session(&self, id: i64) -> bool {
        let mut attached = lock(&self.attached);
        let before = attached.sessions.len();
        attached.sessions.retain(|session| session.id != id);
        attached.sessions.len() < before
    }

    /// Calls `visit` for each session.
    pub(super) fn each_session(&self, mut visit: impl FnMut(&Session)) {
        for session in &lock(&self.attached).sessions {
            visit(session);
        }
    }

    /// Calls `visit` for each link.
    pub(super) fn each_link(&self, mut visit: impl FnMut(&LinkHandle)) {
        for link in &lock(&self.attached).links {
            visit(link);
        }
    }

    /// A link has sent its first message with this key. Answers those that the key has already
    /// from other addresses.
    pub(super) fn add_link(&self, link: &Arc<LinkHandle>) -> Vec<Arc<LinkHandle>> {
        let mut attached = lock(&self.attached);
        let others = attached.links.iter();
        let elsewhere = others.filter(|other| other.address != link.address);
        let elsewhere = elsewhere.map(Arc::clone).collect();
        attached.links.push(Arc::clone(link));
        elsewhere
    }

    /// A byte has come from an address.
    pub(super) fn used_from(&self, address: IpAddr) {
        let at = overlaps::now();
        let uses = &mut lock(&self.attached).uses;
        match uses.iter_mut().find(|known| known.address == address) {
            Some(known) => known.last = at,
            None => uses.push(KeyUse {
                key_id: self.id,
                address,
                first: at,
                last: at,
            }),
        }
    }

    /// From where the key was used, and when last.
    pub(super) fn uses(&self) -> Vec<KeyUse> {
        lock(&self.attached).uses.clone()
    }

    /// A link has ended.
    pub(super) fn remove_link(&self, id: u64) {
        lock(&self.attached).links.retain(|link| link.id != id);
    }

    /// Whether the key's links are to stand still.
    pub(super) fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// Lets the key's links stand still, or go on.
    pub(super) fn stall(&self, stalled: bool) {
        self.stalled.store(stalled, Ordering::Relaxed);
        self.each_link(LinkHandle::wake);
    }
}

/// All keys.
#[derive(Default)]
pub(super) struct KeyStore {
    by_id: RwLock<HashMap<i64, Arc<Key>>>,
    clock: Clock,
}

impl KeyStore {
    /// No keys, by this clock.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    /// Takes a key in, with its first salt. A key that is known already stays as it is.
    pub(super) fn insert(&self, auth_key: Box<AuthKey>, first_salt: i64) -> i64 {
        let id = id_of(&auth_key);
        let mut keys = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        keys.entry(id).or_insert_with(|| {
            Arc::new(Key {
                id,
                salts: Salts::new(&auth_key, first_salt, self.clock.seconds()),
                secret: auth_key,
                layer: AtomicI32::new(0),
                stalled: AtomicBool::new(false),
                clock: self.clock.clone(),
                attached: Mutex::default(),
            })
        });
        id
    }

    /// The key with this id.
    pub(super) fn get(&self, id: i64) -> Option<Arc<Key>> {
        let keys = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&id).map(Arc::clone)
    }

    /// Every key.
    pub(super) fn all(&self) -> Vec<Arc<Key>> {
        let keys = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        keys.values().map(Arc::clone).collect()
    }

    /// Forgets a key: from now on its id is unknown.
    pub(super) fn remove(&self, id: i64) -> Option<Arc<Key>> {
        let mut keys = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&id)
    }
}
