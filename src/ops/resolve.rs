//! From what a client calls a chat to a peer that calls can be made with.
//!
//! The stored peers come first: Telegram limits look-ups harshly, and most chats are known. What
//! a look-up brings is stored, so that it is made once. Names change hands, and Telegram tells
//! only some of those who know them: before anything is sent by a name, its owner is asked for
//! again, which is cheap, and a name that has become old is looked up anew.

mod links;
mod memory;
mod names;

pub(super) use memory::Memory;

use crate::error::{Code, Error};
use crate::hub::Hub;
use crate::model::{ChatId, ChatKind, ChatTarget, Peer, SessionId, UtcTime};
use crate::ops::calling::Account;
use crate::store::peers;
use crate::telegram::{Found, Link};

/// What a chat is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To look at it: what is known of its names is good enough.
    Look,
    /// To send to it or change something: a name must be its own at this moment.
    Act,
}

/// A peer, and how it was found.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) peer: Peer,
    /// Whether only the list of dialogs knew it.
    pub(super) by_dialogs: bool,
    /// The basic group that was named, when the peer is the supergroup in its place.
    pub(super) upgraded: Option<ChatId>,
}

/// One account's ways to find a peer.
pub(super) struct Resolver<'a> {
    pub(super) hub: &'a Hub,
    pub(super) account: &'a Account,
    pub(super) link: &'a Link,
}

impl Resolver<'_> {
    fn memory(&self) -> Memory<'_> {
        Memory::of(self.hub, self.account)
    }

    /// Finds the chat that a client's text names; for a basic group that was upgraded its
    /// supergroup.
    pub(super) async fn chat(&self, text: &str, purpose: Purpose) -> Result<Resolved, Error> {
        let mut found = self.named(text, purpose).await?;
        let group = found.peer.peer_id;
        if let Some(successor) = self.successor(group).await? {
            found.peer = successor;
            found.upgraded = Some(group);
        }
        Ok(found)
    }

    async fn named(&self, text: &str, purpose: Purpose) -> Result<Resolved, Error> {
        let target = ChatTarget::parse(text).ok_or_else(|| unreadable(text))?;
        let is_name = matches!(target, ChatTarget::Username(_) | ChatTarget::Phone(_));
        if !(is_name && purpose == Purpose::Act)
            && let Some(peer) = self.memory().recent(&target)
        {
            return Ok(Resolved {
                peer,
                by_dialogs: false,
                upgraded: None,
            });
        }
        let direct = match &target {
            ChatTarget::Me => self.own().await?,
            ChatTarget::Username(name) => self.username(name, purpose).await?,
            ChatTarget::Phone(digits) => self.phone(digits, purpose).await?,
            ChatTarget::Marked(id) => self.marked(*id).await?,
            ChatTarget::Bare(number) => self.bare(*number).await?,
            ChatTarget::Invite(hash) => self.invited(hash).await?,
        };
        if let Some(peer) = direct {
            self.memory().note_recent(target, &peer);
            return Ok(Resolved {
                peer,
                by_dialogs: false,
                upgraded: None,
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
        match self.dialogs(&ids).await? {
            Some(peer) => Ok(Resolved {
                peer,
                by_dialogs: true,
                upgraded: None,
            }),
            None => Err(unknown(text, &target)),
        }
    }

    async fn own(&self) -> Result<Option<Peer>, Error> {
        match self.account.user() {
            Some(user) => Ok(Some(Peer::clone(&user))),
            None => Ok(Some(self.link.own_user().await?)),
        }
    }

    /// The chat behind an invite link, which shows itself to members only.
    async fn invited(&self, hash: &str) -> Result<Option<Peer>, Error> {
        let found = self.link.invited_chat(hash).await?;
        let target = found.as_ref().map(|peer| peer.peer_id);
        let peers = found.into_iter().collect();
        self.keep(Found { target, peers }).await
    }

    async fn stored(&self, chat: ChatId) -> Result<Option<Peer>, Error> {
        match self.memory().peer(chat).await? {
            Some(peer) => self.callable(peer).await,
            None => Ok(None),
        }
    }

    async fn marked(&self, chat: ChatId) -> Result<Option<Peer>, Error> {
        match self.stored(chat).await? {
            None if chat.kind() == ChatKind::Chat => self.group(chat).await,
            stored => Ok(stored),
        }
    }

    /// Digits alone are an id of any kind, of which only one may be known.
    async fn bare(&self, number: i64) -> Result<Option<Peer>, Error> {
        let mut known = Vec::new();
        for chat in readings(number) {
            known.extend(self.stored(chat).await?);
        }
        let ids: Vec<ChatId> = known.iter().map(|peer| peer.peer_id).collect();
        only(&ids)?;
        Ok(known.pop())
    }

    async fn dialogs(&self, wanted: &[ChatId]) -> Result<Option<Peer>, Error> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let peers = self.memory().dialogs(self.link, wanted).await?.peers;
        let listed = |id: &ChatId| peers.iter().any(|peer| peer.peer_id == *id);
        let found: Vec<ChatId> = wanted.iter().copied().filter(listed).collect();
        let found = only(&found).map(|()| found.first().copied());
        let kept = self
            .keep(Found {
                target: found.as_ref().ok().copied().flatten(),
                peers,
            })
            .await?;
        found.map(|_| kept)
    }

    /// Stores what a look-up has brought and picks the peer that was meant.
    async fn keep(&self, found: Found) -> Result<Option<Peer>, Error> {
        let target = found.target;
        let peer = found
            .peers
            .iter()
            .find(|peer| Some(peer.peer_id) == target)
            .cloned();
        self.memory().keep(found.peers).await?;
        Ok(peer.filter(usable))
    }
}

/// Writes peers with their access hashes.
pub(super) async fn store_peers(hub: &Hub, id: SessionId, rows: Vec<Peer>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    hub.store
        .write(move |conn| peers::upsert_many(conn, id, &rows, UtcTime::now()))
        .await
        .map_err(Error::from)
}

/// What a number without a mark may mean.
pub(super) fn readings(number: i64) -> [ChatId; 3] {
    [
        ChatId::user(number),
        ChatId::channel(number),
        ChatId::chat(number),
    ]
}

/// Refuses to choose among several chats of one number.
pub(super) fn only(known: &[ChatId]) -> Result<(), Error> {
    if known.len() < 2 {
        return Ok(());
    }
    let forms = known.iter().map(|chat| match chat.kind() {
        ChatKind::User => format!("tg://user?id={chat} for the user"),
        ChatKind::Chat => format!("{chat} for the basic group"),
        ChatKind::Channel => format!("{chat} for the supergroup or channel"),
    });
    let forms: Vec<String> = forms.collect();
    let why = format!(
        "more than one chat has this number; say which is meant: {}",
        forms.join(", ")
    );
    Err(Error::new(Code::ChatAmbiguous, why))
}

/// How much of a client's text is repeated to it.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

fn unreadable(text: &str) -> Error {
    let shown = shown(text);
    let digits = shown.bytes().all(|b| b.is_ascii_digit()) && !shown.is_empty();
    let why = if digits {
        format!("{shown} is no id of a chat; a phone number is written with +")
    } else {
        format!("no chat answers to {shown:?}")
    };
    Error::new(Code::ChatNotFound, why)
}

fn unknown(text: &str, target: &ChatTarget) -> Error {
    let why = match target {
        ChatTarget::Bare(number) => format!(
            "the account knows no user, group or channel with the id {number}; a phone number is \
             written with +"
        ),
        ChatTarget::Marked(id) => format!("the account knows no chat with the id {id}"),
        _ => format!("no chat answers to {:?}", shown(text)),
    };
    Error::new(Code::ChatNotFound, why)
}

/// Users and channels can be called only with their access hash.
fn usable(peer: &Peer) -> bool {
    peer.peer_id.kind() == ChatKind::Chat
        || peer.access_hash.is_some()
        || peer.is_self == Some(true)
}
