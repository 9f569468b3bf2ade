//! Delivering: a message that may be sent goes into the boxes of those who hold it, or into its
//! channel, and they are told.
//!
//! Owns the order of ids, ledger and events. It checks nothing: who may write what is `send`'s and
//! the chats'.

use std::sync::Arc;

use super::World;
use super::account::Held;
use super::channel::Line;
use super::events::EventKind;
use super::forward::Forward;
use super::ids::{AudienceId, ChannelId, MessageId, Peer, PostId, UserId};
use super::news::Origin;
use super::post::{Action, Content, Place, Post, Side};
use super::refusal::Refusal;
use super::send::Sent;
use crate::clock::machine_micros;

/// What a new message carries.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// The text; empty for a service message.
    pub content: Content,
    /// What a service message tells of.
    pub action: Option<Action>,
    /// True if the receivers' devices should not ring.
    pub silent: bool,
    /// The message it answers.
    pub reply_to: Option<PostId>,
    /// The topic of a forum it stands in, none for the one for everything else.
    pub topic: Option<MessageId>,
    /// Where it came from, if it was forwarded with its author.
    pub forward: Option<Forward>,
    /// True if it waited for its time.
    pub from_scheduled: bool,
    /// The album it belongs to.
    pub grouped_id: Option<i64>,
}

impl Body {
    /// A service message.
    pub fn service(action: Action) -> Self {
        Self {
            action: Some(action),
            ..Self::default()
        }
    }

    /// The message that this becomes, as nobody has changed it yet.
    pub fn into_post(self, author: UserId, place: Place, sides: Vec<Side>, date: i32) -> Post {
        Post {
            author,
            place,
            sides,
            date,
            sent_at: machine_micros(),
            content: self.content,
            action: self.action,
            silent: self.silent,
            reply_to: self.reply_to,
            topic: self.topic,
            grouped_id: self.grouped_id,
            forward: self.forward,
            from_scheduled: self.from_scheduled,
            reactions: Vec::new(),
            edits: Vec::new(),
            deleted_at: None,
        }
    }
}

impl World {
    /// A message of the ledger.
    pub fn post(&self, id: PostId) -> Option<&Post> {
        self.posts.get(id.0)
    }

    /// Puts a message into the boxes of `holders`, the author first, and tells them.
    pub(super) fn deliver(
        &mut self,
        place: Place,
        holders: &[UserId],
        body: Body,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let date = self.now();
        let (post, told) = self.lay(place, holders, body, date)?;
        let author = holders.first();
        let mut sent = Sent {
            post,
            id: MessageId(0),
            pts: 0,
            date,
        };
        for side in told {
            let is_author = author == Some(&side.user);
            let except = origin.filter(|_| is_author);
            let event = self.happen(side.user, date, EventKind::New(side.id), except);
            if is_author {
                sent.id = side.id;
                sent.pts = event.map_or(0, |event| event.pts);
            }
        }
        Ok(sent)
    }

    /// Puts a message into the boxes of `holders`, the author first, and tells nobody.
    pub(super) fn lay(
        &mut self,
        place: Place,
        holders: &[UserId],
        body: Body,
        date: i32,
    ) -> Result<(PostId, Vec<Side>), Refusal> {
        let invalid = || Refusal::bad("PEER_ID_INVALID");
        let author = *holders.first().ok_or_else(invalid)?;
        self.account(author).ok_or_else(invalid)?;
        let post = PostId(self.posts.len());
        let mut sides = Vec::with_capacity(holders.len());
        for user in holders {
            let held = Held {
                post,
                peer: seen_from(*user, author, place).ok_or_else(invalid)?,
                out: *user == author,
                pinned: false,
                deleted: false,
            };
            if let Some(account) = self.accounts.get_mut(user) {
                let id = account.hold(held);
                sides.push(Side { user: *user, id });
            }
        }
        let told = sides.clone();
        self.posts.push(body.into_post(author, place, sides, date));
        Ok((post, told))
    }

    /// Puts a message into a channel, and tells its members.
    pub(super) fn publish(
        &mut self,
        author: UserId,
        channel: ChannelId,
        body: Body,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let date = self.now();
        let (post, id) = self.lay_in_channel(author, channel, body, date)?;
        let event = self.happen_in(channel, date, EventKind::New(id), origin);
        Ok(Sent {
            post,
            id,
            pts: event.map_or(0, |event| event.pts),
            date,
        })
    }

    /// Puts a message into a channel, and tells nobody.
    pub(super) fn lay_in_channel(
        &mut self,
        author: UserId,
        channel: ChannelId,
        body: Body,
        date: i32,
    ) -> Result<(PostId, MessageId), Refusal> {
        let audience = self.audience(channel);
        let post = PostId(self.posts.len());
        let found = self
            .channels
            .get_mut(&channel)
            .ok_or_else(|| Refusal::bad("CHANNEL_INVALID"))?;
        let id = found.append(Line {
            post,
            author,
            pinned: false,
            deleted: false,
        });
        let place = Place::Channel {
            channel,
            id,
            audience,
        };
        self.posts
            .push(body.into_post(author, place, Vec::new(), date));
        Ok((post, id))
    }

    /// The members of a channel now, noted for the ledger once for each change.
    fn audience(&mut self, channel: ChannelId) -> AudienceId {
        let next = AudienceId(self.audiences.len());
        let Some(channel) = self.channels.get_mut(&channel) else {
            return next;
        };
        let audience = *channel.audience.get_or_insert(next);
        if audience == next {
            let members: Arc<[UserId]> = channel.members.keys().copied().collect();
            self.audiences.push(members);
        }
        audience
    }
}

/// How `user` names the chat of a message in a box. Channels have no boxes.
fn seen_from(user: UserId, author: UserId, place: Place) -> Option<Peer> {
    match place {
        Place::Private(other) if user == author => Some(Peer::User(other)),
        Place::Private(_) => Some(Peer::User(author)),
        Place::Group(group) => Some(Peer::Group(group)),
        Place::Channel { .. } => None,
    }
}
