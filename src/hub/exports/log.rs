//! The log that an export is taken into: whether it is the same account's, and one transaction
//! after the other.

use crate::desktop::{ExportedChat, ExportedMessage};
use crate::hub::exports::{ExportError, ExportTaken, Job};
use crate::model::{
    CapturedBatch, ChatId, ChatKind, Coverage, Interval, MessageId, NewMessage, Peer, SessionId,
    SessionName, StoredState, UserId, UtcTime,
};
use crate::store::{Store, capture, hub_lock, peer_links, sessions};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The log that is written to.
pub(super) struct Log<'a> {
    store: &'a Store,
    id: SessionId,
    owner: UserId,
    active: bool,
    /// Whether a hub writes to the database as well.
    shared: bool,
    /// Whose names have been written.
    named: HashSet<ChatId>,
}

/// How many names are kept in mind.
const MOST_NAMES: usize = 10_000;

impl<'a> Log<'a> {
    pub(super) async fn find(store: &'a Store, name: &SessionName) -> Result<Self, ExportError> {
        let wanted = name.clone();
        let found = store.read(move |conn| {
            let Some(id) = sessions::id_of_name(conn, &wanted)? else {
                return Ok(None);
            };
            let state = sessions::by_name(conn, &wanted)?.map(|row| row.state);
            let owner = sessions::log_owner(conn, id)?;
            Ok(Some((id, owner, state, hub_lock::holder(conn)?.is_some())))
        });
        let found = found.await?;
        let (id, owner, state, shared) =
            found.ok_or_else(|| ExportError::NoSession(name.clone()))?;
        Ok(Self {
            store,
            id,
            owner: owner.ok_or_else(|| ExportError::NoOwner(name.clone()))?,
            active: state == Some(StoredState::Active),
            shared,
            named: HashSet::new(),
        })
    }

    pub(super) async fn take(
        &mut self,
        job: Job,
        taken: &mut ExportTaken,
    ) -> Result<(), ExportError> {
        match job {
            Job::Account(user) if user != self.owner => Err(ExportError::OtherAccount(format!(
                "it is of user {user}, and the session is of user {}",
                self.owner
            ))),
            Job::Account(_) => Ok(()),
            Job::Skipped(skip) => {
                taken.skip(skip);
                Ok(())
            }
            Job::Messages(chat, messages) => {
                self.check(&chat, &messages)?;
                self.store(&chat, messages, taken).await
            }
        }
    }

    /// The export of a single chat does not say whose it is; what stands in it may.
    fn check(&self, chat: &ExportedChat, messages: &[ExportedMessage]) -> Result<(), ExportError> {
        let own = ChatId::user(self.owner.0);
        if chat.is_own() != (chat.chat_id == own) {
            let why = format!("the chat {} is a {} there", chat.chat_id, chat.kind);
            return Err(ExportError::OtherAccount(why));
        }
        let mut senders = messages
            .iter()
            .filter_map(|message| message.content.sender_id);
        let stranger = senders.find(|sender| *sender != own && *sender != chat.chat_id);
        match stranger {
            Some(stranger) if chat.is_dialog() => Err(ExportError::OtherAccount(format!(
                "in the {} with {} stands a message of {stranger}",
                chat.kind, chat.chat_id
            ))),
            _ => Ok(()),
        }
    }

    async fn store(
        &mut self,
        chat: &ExportedChat,
        messages: Vec<ExportedMessage>,
        taken: &mut ExportTaken,
    ) -> Result<(), ExportError> {
        let peers = self.peers(chat, &messages);
        let (former, own): (Vec<_>, Vec<_>) = messages
            .into_iter()
            .partition(|message| message.of_former_group);
        let chat_id = chat.chat_id;
        self.commit(self.batch(chat_id, peers, own), taken).await?;
        if former.is_empty() {
            return Ok(());
        }
        let id = self.id;
        let group = self
            .store
            .read(move |conn| peer_links::former(conn, id, chat_id))
            .await?;
        if let Some(group) = group {
            let batch = self.batch(group, Vec::new(), former);
            self.commit(batch, taken).await
        } else {
            taken.of_unknown_groups += former.len() as u64;
            Ok(())
        }
    }

    fn batch(
        &self,
        chat_id: ChatId,
        peers: Vec<Peer>,
        messages: Vec<ExportedMessage>,
    ) -> CapturedBatch {
        let own = ChatId::user(self.owner.0);
        let messages = messages.into_iter().map(|message| {
            let mut content = message.content;
            content.chat_id = chat_id;
            content.outgoing = content.sender_id == Some(own) || chat_id == own;
            NewMessage {
                content,
                raw: Vec::new(),
                pts: None,
            }
        });
        CapturedBatch {
            session_id: self.id,
            peers,
            links: Vec::new(),
            messages: messages.collect(),
            unreadable: Vec::new(),
            deletions: Vec::new(),
            position: None,
            gaps: Vec::new(),
            captured_at: UtcTime::now(),
            from_history: true,
            // All of it is history; that all of these numbers were read is not said by it.
            coverage: Some(Coverage {
                chat_id,
                numbers: Interval::new(1, i32::MAX),
                history_to: MessageId(i32::MAX),
            }),
        }
    }

    /// The chat and the senders whose names were not written yet.
    fn peers(&mut self, chat: &ExportedChat, messages: &[ExportedMessage]) -> Vec<Peer> {
        if self.named.len() > MOST_NAMES {
            self.named.clear();
        }
        let own = ChatId::user(self.owner.0);
        let the_chat = Some((chat.chat_id, chat.name.as_ref()));
        let senders = messages
            .iter()
            .filter_map(|message| Some((message.content.sender_id?, message.sender_name.as_ref())));
        let named = the_chat
            .into_iter()
            .chain(senders)
            .filter_map(|(id, name)| {
                let fresh = id != own && name.is_some() && self.named.insert(id);
                fresh.then(|| Peer {
                    name: name.cloned(),
                    is_broadcast: (id.kind() == ChatKind::Channel && id == chat.chat_id)
                        .then(|| chat.kind.ends_with("_channel")),
                    ..Peer::new(id)
                })
            });
        named.collect()
    }

    async fn commit(
        &self,
        batch: CapturedBatch,
        taken: &mut ExportTaken,
    ) -> Result<(), ExportError> {
        let (batch, active) = (Arc::new(batch), self.active);
        if batch.messages.is_empty() && batch.peers.is_empty() {
            return Ok(());
        }
        let (mut pause, started) = (FIRST_PAUSE, Instant::now());
        loop {
            let (batch, begun) = (Arc::clone(&batch), Instant::now());
            let write = self
                .store
                .attempt(move |conn| capture::import(conn, &batch, active));
            match write.await {
                Ok(done) => {
                    taken.messages += done;
                    if self.shared {
                        // The hub writes in between.
                        tokio::time::sleep(begun.elapsed().min(LONGEST_PAUSE)).await;
                    }
                    return Ok(());
                }
                Err(error) if error.is_unavailable() && started.elapsed() < PATIENCE => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How long a transaction is tried again while the database is away or held by others.
const PATIENCE: Duration = Duration::from_secs(30);
