//! The chats that an operation has called, in case Telegram does not know their access hashes.
//!
//! An access hash is good until Telegram says otherwise, and then for nothing: it is asked for
//! again or forgotten, so that the next request finds the chat anew. It must not know what the
//! operation does.

use crate::error::Error;
use crate::model::Peer;
use crate::ops::resolve::Resolver;
use crate::ops::{Ctx, accounts};
use crate::session::SessionHandle;
use crate::telegram::doubts_hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a failed call is kept waiting while its chats are asked for again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The chats, each with its account.
#[derive(Clone, Default)]
pub(super) struct Used(Arc<Mutex<Vec<(SessionHandle, Peer)>>>);

impl Used {
    /// Takes note of a chat that is about to be called.
    pub(super) fn note(&self, handle: &SessionHandle, peer: &Peer) {
        if peer.access_hash.is_some() && peer.is_self != Some(true) {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.push((handle.clone(), peer.clone()));
        }
    }

    fn take(&self) -> Vec<(SessionHandle, Peer)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ctx {
    /// After a refusal that may be the fault of an access hash: forgets those that Telegram does
    /// not know. Whatever fails here is not the caller's trouble.
    pub(super) async fn doubt_used(&self, refused: &Error) {
        let names_hash = |refusal: &crate::error::Refusal| doubts_hash(&refusal.name);
        if !refused.refusal.as_deref().is_some_and(names_hash) {
            return;
        }
        let asked = async {
            for (handle, peer) in self.used.take() {
                if let Err(error) = self.ask_again(&handle, &peer).await {
                    log::debug!("an access hash could not be checked: {error}");
                }
            }
        };
        drop(tokio::time::timeout(PATIENCE, asked).await);
    }

    async fn ask_again(&self, handle: &SessionHandle, peer: &Peer) -> Result<(), Error> {
        let link = handle.link(accounts::PATIENCE).await?;
        let resolver = Resolver {
            hub: &self.hub,
            handle,
            link: &link,
        };
        resolver.shown_now(peer).await.map(drop)
    }
}
