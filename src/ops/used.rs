//! What an operation has called with and whom, in case Telegram refuses it.
//!
//! An access hash is good until Telegram says otherwise, and then for nothing: it is asked for
//! again or forgotten, so that the next request finds the chat anew. The same holds for a guest's
//! connection and its key. It must not know what the operation does.

use crate::error::{Code, Error};
use crate::guests::{GuestPass, Visit};
use crate::model::Peer;
use crate::ops::Ctx;
use crate::ops::calling::Account;
use crate::ops::resolve::Resolver;
use crate::telegram::{CallOptions, doubts_hash};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a failed call is kept waiting while its chats are asked for again.
const PATIENCE: Duration = Duration::from_secs(5);

/// The chats, each with its account, and the guest.
#[derive(Clone, Default)]
pub(super) struct Used(Arc<Mutex<All>>);

#[derive(Default)]
struct All {
    chats: Vec<(Account, Peer)>,
    guest: Option<(GuestPass, Arc<Visit>)>,
}

impl Used {
    /// Takes note of a chat that is about to be called.
    pub(super) fn note(&self, account: &Account, peer: &Peer) {
        if peer.access_hash.is_some() && peer.is_self != Some(true) {
            self.lock().chats.push((account.clone(), peer.clone()));
        }
    }

    /// Takes note of the guest that is about to call.
    pub(super) fn note_guest(&self, pass: &GuestPass, visit: &Arc<Visit>) {
        self.lock().guest = Some((pass.clone(), Arc::clone(visit)));
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        let chats = std::mem::take(&mut self.used.lock().chats);
        let asked = async {
            for (account, peer) in chats {
                if let Err(error) = self.ask_again(&account, &peer).await {
                    log::debug!("an access hash could not be checked: {error}");
                }
            }
        };
        drop(tokio::time::timeout(PATIENCE, asked).await);
    }

    async fn ask_again(&self, account: &Account, peer: &Peer) -> Result<(), Error> {
        let link = account.link(CallOptions::default()).await?;
        let resolver = Resolver {
            hub: &self.hub,
            account,
            link: &link,
        };
        resolver.shown_now(peer).await.map(drop)
    }

    /// What a guest is told when its key is refused. That Telegram does not know it is asked again
    /// over another connection, and nobody asks a third time.
    pub(super) async fn believed(&self, error: Error) -> Error {
        let guest = self.used.lock().guest.clone();
        match guest {
            Some(_) if error.code == Code::SessionNotAuthorized => wants_login(&error),
            Some((pass, _)) if error.code == Code::Unavailable => {
                let again = self.hub.guests.enter(&pass, self.stranger()).await;
                match again.err() {
                    Some(refused) if refused.code == Code::SessionNotAuthorized => refused,
                    _ => error,
                }
            }
            _ => error,
        }
    }

    /// A guest's connection that did not answer is not used again.
    pub(super) fn doubt_guest(&self, error: &Error) {
        let used = self.used.lock();
        if let Some((_, visit)) = &used.guest
            && error.code == Code::TelegramUnreachable
        {
            visit.doubt();
        }
    }
}

/// What a caller is told whose session string is of no use any more.
pub(super) fn wants_login(error: &Error) -> Error {
    let why = format!("{error}; a new login is needed");
    let mut told = Error::new(error.code, why);
    told.refusal.clone_from(&error.refusal);
    told
}
