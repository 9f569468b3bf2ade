//! From what a client calls a chat to a peer that calls can be made with.
//!
//! The stored peers come first: Telegram limits look-ups harshly, and most chats are known. What
//! a look-up brings is stored, so that it is made once.

use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{ChatId, ChatKind, ChatTarget, SessionId, UtcTime};
use crate::session::SessionHandle;
use crate::store::peers::{self, PeerRow};
use crate::telegram::{Found, Link};

/// How many pages of 100 dialogs are searched for a chat that nothing else finds.
const DIALOG_PAGES: u32 = 2;

/// A peer, and how it was found.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) peer: PeerRow,
    /// Whether only the list of dialogs knew it.
    pub(super) by_dialogs: bool,
}

/// One account's ways to find a peer.
pub(super) struct Resolver<'a> {
    pub(super) hub: &'a Hub,
    pub(super) handle: &'a SessionHandle,
    pub(super) link: &'a Link,
}

impl Resolver<'_> {
    /// Finds the chat that a client's text names.
    pub(super) async fn chat(&self, text: &str) -> Result<Resolved, Error> {
        let unknown = || {
            let shown: String = text.chars().take(64).collect();
            Error::new(Code::ChatNotFound, format!("no chat answers to {shown:?}"))
        };
        let target = ChatTarget::parse(text).ok_or_else(unknown)?;
        let lookups = &self.hub.lookups;
        if let Some(peer) = lookups.get(self.handle.id, &target) {
            return Ok(Resolved {
                peer,
                by_dialogs: false,
            });
        }
        let direct = match &target {
            ChatTarget::Me => self.own().await?,
            ChatTarget::Username(name) => self.username(name).await?,
            ChatTarget::Phone(digits) => self.phone(digits).await?,
            ChatTarget::Marked(id) => self.stored(*id).await?,
            ChatTarget::Bare(number) => self.bare(*number).await?,
            ChatTarget::Invite(hash) => self.invited(hash).await?,
        };
        if let Some(peer) = direct {
            lookups.put(self.handle.id, target, &peer);
            return Ok(Resolved {
                peer,
                by_dialogs: false,
            });
        }
        let ids = match target {
            ChatTarget::Marked(id) => vec![id],
            ChatTarget::Bare(number) => readings(number).to_vec(),
            ChatTarget::Me
            | ChatTarget::Username(_)
            | ChatTarget::Phone(_)
            | ChatTarget::Invite(_) => Vec::new(),
        };
        if let Some(peer) = self.dialogs(&ids).await? {
            return Ok(Resolved {
                peer,
                by_dialogs: true,
            });
        }
        if let ChatTarget::Bare(number) = target
            && let Some(peer) = self.phone_at_telegram(&number.to_string()).await?
        {
            return Ok(Resolved {
                peer,
                by_dialogs: true,
            });
        }
        Err(unknown())
    }

    async fn own(&self) -> Result<Option<PeerRow>, Error> {
        match self.handle.user() {
            Some(user) => Ok(Some(PeerRow::clone(&user))),
            None => Ok(Some(self.link.own_user().await?)),
        }
    }

    async fn username(&self, name: &str) -> Result<Option<PeerRow>, Error> {
        let (id, wanted) = (self.handle.id, name.to_owned());
        let stored = self
            .hub
            .store
            .read(move |conn| peers::by_username(conn, id, &wanted))
            .await?;
        if let Some(peer) = stored.filter(usable) {
            return Ok(Some(peer));
        }
        self.hub.pacer.lookup(self.handle.id).map_err(|wait| {
            let why = "the account looks up no more usernames at the moment";
            Error::new(Code::RateLimited, why).retry_after(wait)
        })?;
        let found = self.link.resolve_username(name).await?;
        self.keep(found).await
    }

    /// The chat behind an invite link, which shows itself to members only.
    async fn invited(&self, hash: &str) -> Result<Option<PeerRow>, Error> {
        let found = self.link.invited_chat(hash).await?;
        let target = found.as_ref().map(|peer| peer.peer_id);
        let peers = found.into_iter().collect();
        self.keep(Found { target, peers }).await
    }

    async fn phone(&self, digits: &str) -> Result<Option<PeerRow>, Error> {
        if let Some(peer) = self.stored_phone(digits).await? {
            return Ok(Some(peer));
        }
        self.phone_at_telegram(digits).await
    }

    async fn stored_phone(&self, digits: &str) -> Result<Option<PeerRow>, Error> {
        let (id, wanted) = (self.handle.id, digits.to_owned());
        let stored = self
            .hub
            .store
            .read(move |conn| peers::by_phone(conn, id, &wanted))
            .await?;
        Ok(stored.filter(usable))
    }

    /// The contacts see more numbers than the look-up does.
    async fn phone_at_telegram(&self, digits: &str) -> Result<Option<PeerRow>, Error> {
        if !(7..=15).contains(&digits.len()) {
            return Ok(None);
        }
        let contacts = self.link.contacts().await?;
        let target = contacts
            .iter()
            .find(|contact| contact.phone.as_deref() == Some(digits))
            .map(|contact| contact.peer_id);
        if let Some(peer) = self
            .keep(Found {
                target,
                peers: contacts,
            })
            .await?
        {
            return Ok(Some(peer));
        }
        let found = self.link.resolve_phone(digits).await?;
        self.keep(found).await
    }

    async fn stored(&self, chat: ChatId) -> Result<Option<PeerRow>, Error> {
        let id = self.handle.id;
        let stored = self
            .hub
            .store
            .read(move |conn| peers::get(conn, id, chat))
            .await?;
        Ok(stored.filter(usable))
    }

    /// Digits alone are read as a contact's phone number first, then as an id of any kind.
    async fn bare(&self, number: i64) -> Result<Option<PeerRow>, Error> {
        if let Some(peer) = self.stored_phone(&number.to_string()).await? {
            return Ok(Some(peer));
        }
        for chat in readings(number) {
            if let Some(peer) = self.stored(chat).await? {
                return Ok(Some(peer));
            }
        }
        Ok(None)
    }

    async fn dialogs(&self, wanted: &[ChatId]) -> Result<Option<PeerRow>, Error> {
        if wanted.is_empty() || !self.hub.pacer.scan(self.handle.id) {
            return Ok(None);
        }
        let peers = self.link.dialogs(DIALOG_PAGES).await?.peers;
        let listed = |id: &ChatId| peers.iter().any(|peer| peer.peer_id == *id);
        let target = wanted.iter().copied().find(|id| listed(id));
        self.keep(Found { target, peers }).await
    }

    /// Stores what a look-up has brought and picks the peer that was meant.
    async fn keep(&self, found: Found) -> Result<Option<PeerRow>, Error> {
        let target = found.target;
        let peer = found
            .peers
            .iter()
            .find(|peer| Some(peer.peer_id) == target)
            .cloned();
        store_peers(self.hub, self.handle.id, found.peers).await?;
        Ok(peer.filter(usable))
    }
}

/// Writes peers with their access hashes.
pub(super) async fn store_peers(hub: &Hub, id: SessionId, rows: Vec<PeerRow>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    hub.store
        .write(move |conn| peers::upsert_many(conn, id, &rows, UtcTime::now()))
        .await
        .map_err(Error::from)
}

/// What a number without a mark may mean, the likeliest first.
pub(super) fn readings(number: i64) -> [ChatId; 3] {
    [
        ChatId::user(number),
        ChatId::channel(number),
        ChatId::chat(number),
    ]
}

/// Users and channels can be called only with their access hash.
fn usable(peer: &PeerRow) -> bool {
    peer.peer_id.kind() == ChatKind::Chat
        || peer.access_hash.is_some()
        || peer.is_self == Some(true)
}
