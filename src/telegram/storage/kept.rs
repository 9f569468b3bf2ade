//! Where what an account knows is kept beside memory: in the database, or nowhere.
//!
//! It owns the writes that grammers' session makes. Of an account that is kept nowhere nothing is
//! written, and nothing is found.

use crate::model::{ChatId, Peer, SessionId, UtcTime};
use crate::store::auth_keys::{self, DcKey};
use crate::store::{self, Store, flood_waits, peers, sessions};

/// Where.
pub(super) enum Kept {
    /// Under a session of the hub.
    Stored {
        /// The database.
        store: Store,
        /// The session's row.
        id: SessionId,
    },
    /// Nothing outlives the account's place in memory.
    Nowhere,
}

impl Kept {
    pub(super) async fn put_key(&self, row: DcKey) -> Result<(), store::Error> {
        let Self::Stored { store, id } = self else {
            return Ok(());
        };
        let (id, vault) = (*id, store.vault().clone());
        let put = move |conn: &mut _| auth_keys::put(conn, &vault, id, &row, UtcTime::now());
        store.write(put).await
    }

    pub(super) async fn put_home(&self, dc_id: i32) -> Result<(), store::Error> {
        let Self::Stored { store, id } = self else {
            return Ok(());
        };
        let id = *id;
        let put = move |conn: &mut _| sessions::set_home_dc(conn, id, dc_id, UtcTime::now());
        store.write(put).await.map(drop)
    }

    pub(super) async fn put_flood_wait(
        &self,
        method: &'static str,
        until: UtcTime,
    ) -> Result<(), store::Error> {
        let Self::Stored { store, id } = self else {
            return Ok(());
        };
        let id = *id;
        let put = move |conn: &mut _| flood_waits::put(conn, id, method, until);
        store.write(put).await
    }

    pub(super) async fn peer(&self, chat: ChatId) -> Result<Option<Peer>, store::Error> {
        let Self::Stored { store, id } = self else {
            return Ok(None);
        };
        let id = *id;
        store.read(move |conn| peers::get(conn, id, chat)).await
    }
}
