//! What the client library asks the storage for.

use super::{HubSession, StorageError, lock};
use crate::model::ChatId;
use crate::telegram::convert;
use grammers_client::session::types::{DcOption, PeerId, PeerInfo, UpdateState, UpdatesState};
use grammers_client::session::{BoxFuture, Session};
use std::sync::atomic::Ordering;

impl Session for HubSession {
    type Error = StorageError;

    fn home_dc_id(&self) -> Result<i32, StorageError> {
        Ok(self.home_dc.load(Ordering::Relaxed))
    }

    fn set_home_dc_id(&self, dc_id: i32) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            self.kept.put_home(dc_id).await?;
            self.home_dc.store(dc_id, Ordering::Relaxed);
            Ok(())
        })
    }

    fn dc_option(&self, dc_id: i32) -> Result<Option<DcOption>, StorageError> {
        Ok(self.option(dc_id))
    }

    fn set_dc_option(&self, option: &DcOption) -> BoxFuture<'_, Result<(), StorageError>> {
        let mut option = option.clone();
        Box::pin(async move {
            let known = self.option(option.id);
            let known_key = known.as_ref().and_then(|known| known.auth_key);
            if known_key.is_some() && option.auth_key != known_key {
                return Err(StorageError::KeyReplaced { dc_id: option.id });
            }
            if self.server.is_custom() {
                // The server's own list of addresses may be one that cannot be reached from here.
                if let Some(known) = &known {
                    option = DcOption {
                        auth_key: option.auth_key,
                        ..known.clone()
                    };
                }
            }
            if known.as_ref() != Some(&option) {
                self.write(&option).await?;
            }
            Ok(())
        })
    }

    fn peer(&self, peer: PeerId) -> BoxFuture<'_, Result<Option<PeerInfo>, StorageError>> {
        Box::pin(async move {
            if let Some(info) = lock(&self.peers).get(&peer) {
                return Ok(Some(info.clone()));
            }
            let Some(marked) = peer.bot_api_dialog_id() else {
                return Ok(None);
            };
            let row = self.kept.peer(ChatId(marked)).await?;
            let info = row.as_ref().map(convert::peer_info);
            if let Some(info) = &info {
                self.remember(peer, info.clone());
            }
            Ok(info)
        })
    }

    fn cache_peer(&self, info: PeerInfo) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            self.remember(info.id(), info);
            Ok(())
        })
    }

    fn updates_state(&self) -> BoxFuture<'_, Result<UpdatesState, StorageError>> {
        Box::pin(async move { Ok(lock(&self.position).state()) })
    }

    fn set_update_state(&self, update: UpdateState) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(async move {
            lock(&self.position).apply(update);
            Ok(())
        })
    }
}
