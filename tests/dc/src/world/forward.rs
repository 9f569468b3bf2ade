//! Forwarding: messages once more, in another chat, with or without who wrote them first.
//!
//! Owns the header of a forwarded message. Sending is `send`'s.
//! Source: <https://core.telegram.org/method/messages.forwardMessages>.

use std::collections::HashMap;

use super::World;
use super::channel::ChannelKind;
use super::ids::{MessageId, Peer, PostId, UserId};
use super::news::Origin;
use super::post::Place;
use super::random::random;
use super::refusal::Refusal;
use super::send::{Draft, Sent};

/// Where a forwarded message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Who wrote it: a user, or a broadcast channel.
    pub from: Peer,
    /// When, in seconds since 1970.
    pub date: i32,
    /// Its id in the broadcast channel.
    pub channel_post: Option<MessageId>,
    /// In Saved Messages: the chat it was taken from, and its id there.
    pub saved_from: Option<(Peer, MessageId)>,
}

/// Messages about to be forwarded.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Out of this chat.
    pub from: Peer,
    /// Which messages, in this order, each with the client's number for the new one.
    pub messages: Vec<(MessageId, i64)>,
    /// Into this chat.
    pub to: Peer,
    /// The topic of a forum that they are meant for.
    pub topic: Option<MessageId>,
    /// True if the receivers' devices should not ring.
    pub silent: bool,
    /// True to leave out where they came from.
    pub drop_author: bool,
}

impl World {
    /// Forwards messages and answers each with its `random_id`; those that are not there are
    /// passed over.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID` if none is there, `SLOWMODE_MULTI_MSGS_DISABLED` for several in
    /// slow mode; what [`World::send`] refuses.
    pub fn forward(
        &mut self,
        user: UserId,
        batch: &Batch,
        origin: Option<Origin>,
    ) -> Result<Vec<(Sent, Option<i64>)>, Refusal> {
        let drafts = self.forwarded(user, batch)?;
        let channel = batch.to.channel().and_then(|id| self.channel(id));
        if drafts.len() > 1 && channel.is_some_and(|channel| channel.is_slow_for(user)) {
            return Err(Refusal::bad("SLOWMODE_MULTI_MSGS_DISABLED"));
        }
        drafts
            .into_iter()
            .map(|draft| {
                let random_id = draft.random_id;
                Ok((self.send(user, batch.to, draft, origin)?, random_id))
            })
            .collect()
    }

    /// The drafts of what a batch brings. What was an album is one again, of its own.
    ///
    /// # Errors
    /// As [`World::forward`].
    pub fn forwarded(&self, user: UserId, batch: &Batch) -> Result<Vec<Draft>, Refusal> {
        self.check_writer(user, batch.to)?;
        let mut albums: HashMap<i64, i64> = HashMap::new();
        let mut draft = |(id, random_id): &(MessageId, i64)| {
            let post_id = self.post_of(user, batch.from, *id)?;
            let post = self.post(post_id).filter(|post| post.action.is_none())?;
            let is_saved = batch.to == Peer::User(user);
            let mut forward = self.header(post_id)?;
            forward.saved_from = is_saved.then_some((batch.from, *id));
            let draft = Draft {
                content: post.content.clone(),
                silent: batch.silent,
                topic: batch.topic,
                forward: (!batch.drop_author).then_some(forward),
                random_id: Some(*random_id),
                grouped_id: post
                    .grouped_id
                    .map(|album| *albums.entry(album).or_insert_with(new_album)),
                ..Draft::default()
            };
            Some(draft)
        };
        let drafts: Vec<_> = batch.messages.iter().filter_map(&mut draft).collect();
        if drafts.is_empty() {
            return Err(Refusal::bad("MESSAGE_ID_INVALID"));
        }
        Ok(drafts)
    }

    /// Who wrote a message first: of one that was forwarded already, the first author stays.
    fn header(&self, id: PostId) -> Option<Forward> {
        let post = self.post(id)?;
        if post.forward.is_some() {
            return post.forward;
        }
        let mut header = Forward {
            from: Peer::User(post.author),
            date: post.date,
            channel_post: None,
            saved_from: None,
        };
        if let Place::Channel { channel, id, .. } = post.place
            && self.channel(channel)?.kind == ChannelKind::Broadcast
        {
            header.from = Peer::Channel(channel);
            header.channel_post = Some(id);
        }
        Some(header)
    }
}

/// A number for an album, which is never zero.
pub fn new_album() -> i64 {
    i64::from_le_bytes(random()).wrapping_abs().max(1)
}
