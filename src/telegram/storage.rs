//! grammers' `Session` on the hub's store, or on nothing but memory.
//!
//! What grammers asks for at every call is kept in memory and written through; what belongs to a
//! captured batch (the updates' position) is only kept here, and the capture writes it in the
//! batch's own transaction. A key that is already there is never replaced.

mod kept;
mod library;
mod place;

use crate::metrics::FLOOD_WAIT_SECONDS;
use crate::model::{ChatId, Peer, SessionId, UtcTime};
use crate::store::auth_keys::{self, DcKey};
use crate::store::update_states;
use crate::store::{self, Store, flood_waits, peers, sessions};
use crate::telegram::convert;
use crate::telegram::data_centres::DataCentres;
use crate::telegram::error::Error;
use crate::telegram::flood::{self, FloodWaits};
use crate::telegram::position::Position;
use crate::telegram::server::{DEFAULT_DC, Server};
use grammers_client::sender::InvocationError;
use grammers_client::session::types::{DcOption, PeerId, PeerInfo};
use kept::Kept;
use log::warn;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// How many peers one account keeps in memory; the others are read from the database.
const PEERS_IN_MEMORY: usize = 128;

/// Why grammers was refused.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] store::Error),
    /// A new key would have replaced the one that is logged in.
    #[error("the key of data centre {dc_id} is not to be replaced")]
    KeyReplaced {
        /// The data centre.
        dc_id: i32,
    },
}

/// One account's keys, peers and position, as grammers wants to see them.
pub struct HubSession {
    kept: Kept,
    server: Server,
    home_dc: AtomicI32,
    options: Mutex<DataCentres>,
    peers: Mutex<HashMap<PeerId, PeerInfo>>,
    position: Mutex<Position>,
    pub(super) floods: FloodWaits,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No critical section of this file panics, so what a poisoned lock guards is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HubSession {
    /// Reads the account's part of the database, which fails with [`store::Error::Decrypt`] when the
    /// key at home does not open.
    pub async fn load(store: Store, id: SessionId, server: Server) -> Result<Self, store::Error> {
        let vault = store.vault().clone();
        let (row, keys, position, own, floods) = store
            .read(move |conn| {
                Ok((
                    sessions::by_id(conn, id)?,
                    auth_keys::load_readable(conn, &vault, id)?,
                    update_states::load(conn, id)?,
                    peers::self_peer(conn, id)?,
                    flood_waits::load(conn, id, UtcTime::now())?,
                ))
            })
            .await?;
        let home_dc = row.and_then(|row| row.home_dc).unwrap_or(DEFAULT_DC);
        if keys.damaged.contains(&home_dc) {
            return Err(auth_keys::damaged(id, home_dc));
        }
        let session = Self {
            kept: Kept::Stored { store, id },
            home_dc: AtomicI32::new(home_dc),
            options: Mutex::new(DataCentres::new(&server, home_dc, keys.data_centres)),
            server,
            peers: Mutex::default(),
            position: Mutex::new(position.map_or_else(Position::default, Position::from)),
            floods: FloodWaits::new(floods),
        };
        if let Some(own) = &own {
            session.remember_self(own);
        }
        Ok(session)
    }

    /// An account of which nothing is written down, with its key at home if it has one.
    pub fn in_memory(server: Server, home_dc: i32, key: Option<Zeroizing<[u8; 256]>>) -> Self {
        let row = server.dc_option(home_dc).map(|option| DcKey {
            dc_id: home_dc,
            ipv4: option.ipv4,
            ipv6: option.ipv6,
            auth_key: key,
        });
        Self {
            kept: Kept::Nowhere,
            home_dc: AtomicI32::new(home_dc),
            options: Mutex::new(DataCentres::new(
                &server,
                home_dc,
                row.into_iter().collect(),
            )),
            server,
            peers: Mutex::default(),
            position: Mutex::default(),
            floods: FloodWaits::new(Vec::new()),
        }
    }

    /// The session whose account it is; `None` when it is none of the hub's.
    pub(super) const fn id(&self) -> Option<SessionId> {
        match &self.kept {
            Kept::Stored { id, .. } => Some(*id),
            Kept::Nowhere => None,
        }
    }

    /// The data centre that holds the account, with the key there, once there is one.
    pub fn home_key(&self) -> Option<DcKey> {
        let option = self.option(self.home_dc.load(Ordering::Relaxed))?;
        let row = row(&option);
        row.auth_key.is_some().then_some(row)
    }

    /// Refuses a method that Telegram does not want to hear from the account yet; a call would
    /// make the wait longer. To be asked before every call, by Telegram's name of the method.
    pub(super) fn may_call(&self, method: &str) -> Result<(), Error> {
        match self.flood_wait(method) {
            Some(left) => Err(Error::FloodWait(left)),
            None => Ok(()),
        }
    }

    /// How much longer a method is refused without asking Telegram; `None` when it is not.
    pub fn flood_wait(&self, method: &str) -> Option<Duration> {
        self.floods.left(method, UtcTime::now())
    }

    /// Takes note of the wait that a refused call asks for, if it does, here and in the database.
    /// To be called with every error of a call.
    pub(super) async fn note_refusal(&self, method: &'static str, error: &InvocationError) {
        let InvocationError::Rpc(error) = error else {
            return;
        };
        let Some(wait) = flood::pause(error) else {
            return;
        };
        let now = UtcTime::now();
        let until = now.after(wait);
        self.floods.note(method, until, now);
        metrics::counter!(FLOOD_WAIT_SECONDS).increment(wait.as_secs());
        if let Err(error) = self.kept.put_flood_wait(method, until).await {
            // It holds until the next link; Telegram says it again after that.
            warn!("a wait of {method} is not stored: {error}");
        }
    }

    /// The account itself, once it is known.
    pub(super) fn own(&self) -> Option<ChatId> {
        match lock(&self.peers).get(&PeerId::self_user()) {
            Some(PeerInfo::User { id, .. }) => Some(ChatId::user(*id)),
            _ => None,
        }
    }

    /// Whether the home data centre has a key.
    pub fn has_key(&self) -> bool {
        self.option(self.home_dc.load(Ordering::Relaxed))
            .is_some_and(|dc| dc.auth_key.is_some())
    }

    /// Takes a key that the hub has made itself with a server of its own.
    pub async fn adopt_key(&self, key: Zeroizing<[u8; 256]>) -> Result<(), StorageError> {
        let home = self.home_dc.load(Ordering::Relaxed);
        if let Some(option) = self.option(home) {
            self.write(&DcOption {
                auth_key: Some(*key),
                ..option
            })
            .await?;
        }
        Ok(())
    }

    /// Whether a data centre of a server of one's own has to get a key first: the library, which
    /// would make one, cannot with such a server.
    pub(super) fn lacks_key_in(&self, dc_id: i32) -> bool {
        let home = self.home_dc.load(Ordering::Relaxed);
        self.server.is_custom() && dc_id != home && lock(&self.options).share_key(dc_id, home)
    }

    /// The server's address and public key, when it is one of one's own.
    pub(super) const fn server(&self) -> &Server {
        &self.server
    }

    /// Takes a key that the hub has made itself for one data centre alone.
    pub(super) async fn adopt_key_in(
        &self,
        dc_id: i32,
        key: Zeroizing<[u8; 256]>,
    ) -> Result<(), StorageError> {
        let Some(option) = self.server.dc_option(dc_id) else {
            return Ok(());
        };
        let option = DcOption {
            auth_key: Some(*key),
            ..option
        };
        self.kept.put_key(row(&option)).await?;
        lock(&self.options).put(&option);
        Ok(())
    }

    /// Takes what is stored of a peer, its access hash before all.
    pub fn learn(&self, peer: &Peer) {
        let info = convert::peer_info(peer);
        self.remember(info.id(), info);
    }

    /// Takes note of whose account it is.
    pub fn remember_self(&self, own: &Peer) {
        let info = convert::peer_info(own);
        self.remember(PeerId::self_user(), info.clone());
        self.remember(info.id(), info);
    }

    fn option(&self, dc_id: i32) -> Option<DcOption> {
        lock(&self.options)
            .get(dc_id)
            .or_else(|| self.server.dc_option(dc_id))
    }

    async fn write(&self, option: &DcOption) -> Result<(), StorageError> {
        self.kept.put_key(row(option)).await?;
        let mut options = lock(&self.options);
        if self.server.is_custom() {
            options.put_shared(option);
        } else {
            options.put(option);
        }
        Ok(())
    }

    fn remember(&self, id: PeerId, info: PeerInfo) {
        let mut peers = lock(&self.peers);
        if let Some(known) = peers.get_mut(&id) {
            known.extend_info(&info);
            return;
        }
        if peers.len() >= PEERS_IN_MEMORY {
            // Any one will do but ourselves: the database has them all.
            let victim = peers
                .iter()
                .find(|(id, info)| {
                    **id != PeerId::self_user()
                        && !matches!(
                            info,
                            PeerInfo::User {
                                is_self: Some(true),
                                ..
                            }
                        )
                })
                .map(|(id, _)| *id);
            victim.and_then(|id| peers.remove(&id));
        }
        peers.insert(id, info);
    }
}

fn row(option: &DcOption) -> DcKey {
    DcKey {
        dc_id: option.id,
        ipv4: option.ipv4,
        ipv6: option.ipv6,
        auth_key: option.auth_key.map(Zeroizing::new),
    }
}
