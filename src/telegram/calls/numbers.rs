//! Message numbers that are known to be of one chat.
//!
//! Channels count their messages each for itself. Everywhere else the numbers are the account's:
//! most calls take them without a chat, so a number of one chat would reach into another. The
//! calls of this crate that act on messages therefore take [`MessagesOf`] or [`MessageOf`], and
//! these are made here alone, after a look at where each number is.
//! Source: <https://core.telegram.org/api/updates#message-related-event-sequences>.

use crate::model::{ChatId, ChatKind, MessageId, Peer};
use crate::telegram::calls::history::MESSAGES_A_CALL;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use std::collections::HashMap;

/// Numbers of messages, each of them of the one chat.
#[derive(Clone, Debug)]
pub struct MessagesOf {
    peer: Peer,
    ids: Vec<MessageId>,
}

/// The number of one message of the one chat.
#[derive(Clone, Debug)]
pub struct MessageOf {
    peer: Peer,
    id: MessageId,
}

/// Where the numbers outside of channels are, as far as the log tells.
pub type Places = HashMap<MessageId, ChatId>;

impl MessagesOf {
    /// The chat.
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The numbers, in the order in which they were asked for.
    pub fn ids(&self) -> &[MessageId] {
        &self.ids
    }

    pub(super) fn raw_ids(&self) -> Vec<i32> {
        self.ids.iter().map(|id| id.0).collect()
    }
}

impl MessageOf {
    /// The chat.
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The number.
    pub const fn id(&self) -> MessageId {
        self.id
    }
}

impl Link {
    /// The numbers as ones of the chat, without those of no message; in the inner `Err` those of
    /// messages of other chats. Telegram is asked about what `logged` does not tell, and never
    /// about a channel: whatever number goes to a channel's call stays in the channel.
    pub async fn messages_of(
        &self,
        peer: &Peer,
        ids: Vec<MessageId>,
        logged: &Places,
    ) -> Result<Result<MessagesOf, Vec<MessageId>>, Error> {
        if peer.peer_id.kind() == ChatKind::Channel {
            let peer = peer.clone();
            return Ok(Ok(MessagesOf { peer, ids }));
        }
        let places = self.places(&ids, logged).await?;
        let known = ids.into_iter().filter(|id| places.contains_key(id));
        let (own, foreign): (Vec<_>, Vec<_>) =
            known.partition(|id| places.get(id) == Some(&peer.peer_id));
        if !foreign.is_empty() {
            return Ok(Err(foreign));
        }
        let (peer, ids) = (peer.clone(), own);
        Ok(Ok(MessagesOf { peer, ids }))
    }

    /// Where numbers outside of channels are. Telegram is asked about what `logged` does not tell.
    pub async fn places(&self, ids: &[MessageId], logged: &Places) -> Result<Places, Error> {
        let mut places = logged.clone();
        let untold: Vec<MessageId> = ids
            .iter()
            .copied()
            .filter(|id| !places.contains_key(id))
            .collect();
        for some in untold.chunks(MESSAGES_A_CALL) {
            for (_, answer) in self.by_numbers(None, some).await? {
                places.extend(answer.places().map(|(chat, id)| (id, chat)));
            }
        }
        Ok(places)
    }

    /// One number as one of the chat, as [`Link::messages_of`] finds it.
    pub async fn message_of(
        &self,
        peer: &Peer,
        id: MessageId,
        logged: &Places,
    ) -> Result<Option<MessageOf>, Error> {
        let found = self.messages_of(peer, vec![id], logged).await?.ok();
        let found = found.filter(|found| !found.ids.is_empty());
        Ok(found.map(|MessagesOf { peer, .. }| MessageOf { peer, id }))
    }

    /// A message that is there to be answered, in channels too: Telegram is asked every time,
    /// because it sends an answer to nothing as no answer.
    pub async fn answerable(&self, peer: &Peer, id: MessageId) -> Result<Option<MessageOf>, Error> {
        let there = self.live_message(peer, id).await?.is_some();
        let peer = peer.clone();
        Ok(there.then_some(MessageOf { peer, id }))
    }
}
