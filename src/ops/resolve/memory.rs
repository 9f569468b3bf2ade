//! What an account remembers of peers: a session in the database, a guest in its own memory.

use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{ChatId, ChatTarget, MessageId, Peer, PeerLink, SessionId, UtcTime};
use crate::ops::calling::Account;
use crate::ops::resolve::store_peers;
use crate::store::peer_links;
use crate::store::peers::{self, usernames};
use crate::telegram::{Found, Link};
use std::time::Duration;

/// How many pages of 100 dialogs are searched for a chat that nothing else finds.
const DIALOG_PAGES: u32 = 2;

/// Where the peers of an account are remembered.
#[derive(Clone, Copy)]
pub(in crate::ops) enum Memory<'a> {
    /// In the database, under this session.
    Log(&'a Hub, SessionId),
    /// With the guest.
    Guest(&'a crate::guests::Guest),
}

impl<'a> Memory<'a> {
    pub(in crate::ops) fn of(hub: &'a Hub, account: &'a Account) -> Self {
        match account {
            Account::Session(handle) => Self::Log(hub, handle.id),
            Account::Guest(visit) => Self::Guest(visit),
        }
    }
}

impl Memory<'_> {
    /// What was found for a target a moment ago.
    pub(super) fn recent(&self, target: &ChatTarget) -> Option<Peer> {
        match self {
            Self::Log(hub, id) => hub.lookups.get(*id, target),
            Self::Guest(_) => None,
        }
    }

    pub(super) fn note_recent(&self, target: ChatTarget, peer: &Peer) {
        if let Self::Log(hub, id) = self {
            hub.lookups.put(*id, target, peer);
        }
    }

    pub(super) async fn peer(&self, chat: ChatId) -> Result<Option<Peer>, Error> {
        match *self {
            Self::Log(hub, id) => {
                let read = move |conn: &mut _| peers::get(conn, id, chat);
                Ok(hub.store.read(read).await?)
            }
            Self::Guest(guest) => Ok(guest.peers.get(chat)),
        }
    }

    /// Writes peers with their access hashes.
    pub(in crate::ops) async fn keep(&self, peers: Vec<Peer>) -> Result<(), Error> {
        match *self {
            Self::Log(hub, id) => store_peers(hub, id, peers).await,
            Self::Guest(guest) => {
                guest.peers.put(peers);
                Ok(())
            }
        }
    }

    /// Whoever showed a username last, and when.
    pub(super) async fn owner(&self, name: &str) -> Result<Option<(Peer, UtcTime)>, Error> {
        match *self {
            Self::Log(hub, id) => {
                let wanted = name.to_owned();
                let read = move |conn: &mut _| usernames::owner(conn, id, &wanted);
                Ok(hub.store.read(read).await?)
            }
            Self::Guest(guest) => Ok(guest.peers.owner(name)),
        }
    }

    /// Nobody has this username.
    pub(super) async fn forget_name(&self, name: &str) -> Result<(), Error> {
        match *self {
            Self::Log(hub, id) => {
                let nobodys = name.to_owned();
                let forget = move |conn: &mut _| usernames::forget(conn, id, &nobodys);
                hub.store.write(forget).await?;
            }
            Self::Guest(guest) => guest.peers.forget_name(name),
        }
        Ok(())
    }

    pub(super) async fn by_phone(&self, digits: &str) -> Result<Option<Peer>, Error> {
        match *self {
            Self::Log(hub, id) => {
                let wanted = digits.to_owned();
                let read = move |conn: &mut _| peers::by_phone(conn, id, &wanted);
                Ok(hub.store.read(read).await?)
            }
            Self::Guest(guest) => Ok(guest.peers.by_phone(digits)),
        }
    }

    /// Telegram refuses the peer's access hash.
    pub(super) async fn forget_hash(&self, peer: &Peer) -> Result<(), Error> {
        let (chat, hash) = (peer.peer_id, peer.access_hash);
        match (*self, hash) {
            (Self::Log(hub, id), hash) => {
                hub.lookups.forget(id, chat);
                if let Some(hash) = hash {
                    let forget = move |conn: &mut _| peers::forget_hash(conn, id, chat, hash);
                    hub.store.write(forget).await?;
                }
            }
            (Self::Guest(guest), Some(hash)) => guest.peers.forget_hash(chat, hash),
            (Self::Guest(_), None) => {}
        }
        Ok(())
    }

    /// What a basic group has become, and when Telegram was asked.
    pub(super) async fn group(
        &self,
        group: ChatId,
    ) -> Result<(Option<ChatId>, Option<UtcTime>), Error> {
        match *self {
            Self::Log(hub, id) => {
                let read = move |conn: &mut _| peer_links::group(conn, id, group);
                Ok(hub.store.read(read).await?)
            }
            Self::Guest(guest) => Ok(guest.peers.group(group)),
        }
    }

    pub(super) async fn keep_links(&self, links: Vec<PeerLink>) -> Result<(), Error> {
        match *self {
            Self::Log(hub, id) => {
                let write =
                    move |conn: &mut _| peer_links::put(conn, links.iter().map(|link| (id, *link)));
                hub.store.write(write).await?;
            }
            Self::Guest(guest) => guest.peers.put_links(&links),
        }
        Ok(())
    }

    /// The message in which somebody was seen last, with its chat.
    pub(super) async fn seen(&self, peer: ChatId) -> Result<Option<(Peer, MessageId)>, Error> {
        let Self::Log(hub, id) = *self else {
            return Ok(None);
        };
        let read = move |conn: &mut _| {
            let Some(seen) = peer_links::seen(conn, id, peer)? else {
                return Ok(None);
            };
            let chat = peers::get(conn, id, seen.chat)?;
            Ok(chat.map(|chat| (chat, seen.message)))
        };
        Ok(hub.store.read(read).await?)
    }

    /// Takes one of the account's look-ups of names.
    pub(super) fn lookup(&self) -> Result<(), Error> {
        let taken = match *self {
            Self::Log(hub, id) => hub.pacer.lookup(id),
            Self::Guest(guest) => guest.lookup(),
        };
        taken.map_err(|wait: Duration| {
            let why = "the account looks up no more usernames at the moment";
            Error::new(Code::RateLimited, why).retry_after(wait)
        })
    }

    /// Which of these chats the account's dialogs have, with all peers that came along.
    pub(super) async fn dialogs(&self, link: &Link, wanted: &[ChatId]) -> Result<Found, Error> {
        match *self {
            Self::Log(hub, id) => {
                if !hub.pacer.scan(id) {
                    return Ok(Found::default());
                }
                let peers = link.dialogs(DIALOG_PAGES).await?.peers;
                Ok(Found {
                    target: None,
                    peers,
                })
            }
            Self::Guest(guest) => {
                guest.list_until(link, wanted).await?;
                let peers = wanted.iter().filter_map(|chat| guest.peers.get(*chat));
                Ok(Found {
                    target: None,
                    peers: peers.collect(),
                })
            }
        }
    }
}
