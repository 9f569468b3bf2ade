//! grammers' `Session` on the hub's store.
//!
//! What grammers asks for at every call is kept in memory and written through; what belongs to a
//! captured batch (the updates' position) is only kept here, and the capture writes it in the
//! batch's own transaction. A key that is already there is never replaced.

mod library;

use crate::metrics::FLOOD_WAIT_SECONDS;
use crate::model::{ChatId, Peer, SessionId, UpdatesPosition, UtcTime};
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
use grammers_client::session::types::{DcOption, PeerId, PeerInfo, UpdateState, UpdatesState};
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
    store: Store,
    /// The account's row; `None` as long as it is not logged in and has none, and everything is
    /// kept here alone.
    id: Option<SessionId>,
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
            store,
            id: Some(id),
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

    /// An account that is about to log in, of which nothing is stored.
    pub fn unstored(store: Store, server: Server) -> Self {
        Self {
            store,
            id: None,
            home_dc: AtomicI32::new(DEFAULT_DC),
            options: Mutex::new(DataCentres::new(&server, DEFAULT_DC, Vec::new())),
            server,
            peers: Mutex::default(),
            position: Mutex::default(),
            floods: FloodWaits::new(Vec::new()),
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
        let Some(id) = self.id else {
            return;
        };
        let kept = self
            .store
            .write(move |conn| flood_waits::put(conn, id, method, until));
        if let Err(error) = kept.await {
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
        self.keep(&option).await?;
        lock(&self.options).put(&option);
        Ok(())
    }

    /// What the next capture has to write: the position, if it has moved since the last one.
    /// Channels that have not moved are left out.
    pub fn pending_position(&self) -> Option<UpdatesPosition> {
        lock(&self.position).pending()
    }

    /// The same, unless it includes a batch that is received and not stored.
    pub fn settled_position(&self) -> Option<UpdatesPosition> {
        lock(&self.position).settled()
    }

    /// Whether the channel, by its bare id, has a position.
    pub fn knows_channel(&self, channel: i64) -> bool {
        self.channel_pts(channel).is_some()
    }

    /// The `pts` up to which a channel, by its bare id, has been read.
    pub fn channel_pts(&self, channel: i64) -> Option<i32> {
        lock(&self.position).channel_pts(channel)
    }

    /// Starts a channel, by its bare id, at a `pts`, unless it has a position.
    pub fn seed_channel(&self, channel: i64, pts: i32) {
        lock(&self.position).apply(UpdateState::Channel { id: channel, pts });
    }

    /// Takes what is stored of a peer, its access hash before all.
    pub fn learn(&self, peer: &Peer) {
        let info = convert::peer_info(peer);
        self.remember(info.id(), info);
    }

    /// Takes the place that the reading of updates has come to.
    pub(super) fn take_state(&self, state: UpdatesState) {
        lock(&self.position).apply(UpdateState::All(state));
    }

    /// A batch has been received, which the next position will include.
    pub(super) fn batch_received(&self) {
        lock(&self.position).received();
    }

    /// The received batch holds nothing to store.
    pub fn batch_skipped(&self) {
        lock(&self.position).skipped();
    }

    /// The pending position is in the database, and the received batch with it.
    pub fn position_written(&self) {
        lock(&self.position).written();
    }

    /// Whether the account has a position to catch up from.
    pub fn has_position(&self) -> bool {
        lock(&self.position).is_known()
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
        self.keep(option).await?;
        let mut options = lock(&self.options);
        if self.server.is_custom() {
            options.put_shared(option);
        } else {
            options.put(option);
        }
        Ok(())
    }

    async fn keep(&self, option: &DcOption) -> Result<(), StorageError> {
        let Some(id) = self.id else {
            return Ok(());
        };
        let (row, vault) = (row(option), self.store.vault().clone());
        self.store
            .write(move |conn| auth_keys::put(conn, &vault, id, &row, UtcTime::now()))
            .await?;
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
