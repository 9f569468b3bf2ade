//! Pinned messages.
//!
//! Owns who may pin, for whom a pin counts, and the service message that tells of it.
//! Source: <https://core.telegram.org/api/pin>.

use std::collections::BTreeMap;

use super::World;
use super::admin_log::Act;
use super::channel::ChannelKind;
use super::deliver::Body;
use super::events::{Event, EventKind};
use super::ids::{ChannelId, MessageId, Peer, PostId, UserId};
use super::news::Origin;
use super::post::{Action, Side};
use super::refusal::Refusal;
use super::send::Sent;

/// A pin about to be set or taken away.
#[derive(Clone, Copy, Debug)]
pub struct Pin {
    /// Which message, as the account knows it.
    pub id: MessageId,
    /// False to take it away.
    pub pinned: bool,
    /// True if the service message should not ring.
    pub silent: bool,
    /// In a private chat: true to pin on the own side only.
    pub own_side: bool,
}

/// What a pin changed.
#[derive(Clone, Debug, Default)]
pub struct PinChange {
    /// The event of the account or channel; none if the pin was so already.
    pub event: Option<Event>,
    /// The service message. There is none for unpinning, on one side only, and in Saved Messages.
    pub service: Option<Sent>,
}

impl World {
    /// Pins a message or takes the pin away.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID`, `CHAT_ADMIN_REQUIRED` in broadcast channels; what
    /// [`World::check_writer`] finds elsewhere.
    pub fn pin(
        &mut self,
        user: UserId,
        peer: Peer,
        pin: Pin,
        origin: Option<Origin>,
    ) -> Result<PinChange, Refusal> {
        self.check_pinner(user, peer)?;
        let post = self
            .post_of(user, peer, pin.id)
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        let is_private = matches!(peer, Peer::User(_));
        let own_side = pin.own_side && is_private;
        let event = match peer {
            Peer::Channel(id) => self.pin_in_channel(id, &[pin.id], pin.pinned, origin),
            _ => self.pin_in_boxes(user, &[post], pin.pinned, own_side, origin),
        };
        if let (Some(id), true) = (peer.channel(), event.is_some()) {
            self.log(id, user, Act::Pinned(pin.id));
        }
        let mut change = PinChange {
            event,
            service: None,
        };
        if change.event.is_some() && pin.pinned && !own_side && peer != Peer::User(user) {
            let body = Body {
                silent: pin.silent,
                reply_to: Some(post),
                ..Body::service(Action::Pinned)
            };
            change.service = Some(self.put(user, peer, body, origin)?);
        }
        Ok(change)
    }

    /// Takes all pins of a chat away, and answers the pts and how far it moved.
    ///
    /// # Errors
    /// As [`World::pin`].
    pub fn unpin_all(
        &mut self,
        user: UserId,
        peer: Peer,
        origin: Option<Origin>,
    ) -> Result<(i32, i32), Refusal> {
        self.check_pinner(user, peer)?;
        let ids = self.pinned(user, peer);
        let event = if let Peer::Channel(id) = peer {
            self.pin_in_channel(id, &ids, false, origin)
        } else {
            let posts = ids.iter().filter_map(|id| self.post_of(user, peer, *id));
            let posts: Vec<PostId> = posts.collect();
            self.pin_in_boxes(user, &posts, false, false, origin)
        };
        let pts = match peer {
            Peer::Channel(id) => self.channel(id).map(|channel| channel.events.pts()),
            _ => self.account(user).map(|account| account.events.pts()),
        };
        Ok((
            pts.unwrap_or_default(),
            event.map_or(0, |event| event.pts_count),
        ))
    }

    /// The pinned messages of a chat as `user` knows them, oldest first.
    pub fn pinned(&self, user: UserId, peer: Peer) -> Vec<MessageId> {
        let messages = self.messages_in(user, peer).iter().copied();
        messages
            .filter(|id| self.is_pinned(user, peer, *id))
            .collect()
    }

    /// The id of the newest pinned message.
    pub fn newest_pinned(&self, user: UserId, peer: Peer) -> Option<i32> {
        let mut newest = self.messages_in(user, peer).iter().rev();
        let pinned = newest.find(|id| self.is_pinned(user, peer, **id));
        pinned.map(|id| id.0)
    }

    /// Whether a message that is there is pinned for `user`.
    pub fn is_pinned(&self, user: UserId, peer: Peer, id: MessageId) -> bool {
        match peer {
            Peer::Channel(channel) => self
                .channel(channel)
                .and_then(|channel| channel.line(id))
                .is_some_and(|line| line.pinned),
            _ => self
                .account(user)
                .and_then(|account| account.held(id))
                .is_some_and(|held| held.pinned),
        }
    }

    fn check_pinner(&self, user: UserId, peer: Peer) -> Result<(), Refusal> {
        let channel = peer.channel().and_then(|id| self.channel(id));
        match channel.filter(|channel| channel.kind == ChannelKind::Broadcast) {
            Some(channel) => channel.check_right(user, |own| own.edit_messages),
            None => self.check_writer(user, peer),
        }?;
        let denied = channel.is_some_and(|found| found.is_denied(user, |ban| ban.pin_messages));
        if denied {
            return Err(Refusal::bad("CHAT_ADMIN_REQUIRED"));
        }
        Ok(())
    }

    fn pin_in_channel(
        &mut self,
        channel: ChannelId,
        ids: &[MessageId],
        pinned: bool,
        origin: Option<Origin>,
    ) -> Option<Event> {
        let date = self.now();
        let found = self.channels.get_mut(&channel)?;
        let mut ids = ids.to_vec();
        ids.retain(|id| found.pin(*id, pinned));
        if ids.is_empty() {
            return None;
        }
        let peer = Peer::Channel(channel);
        let kind = EventKind::Pinned { peer, ids, pinned };
        self.happen_in(channel, date, kind, origin)
    }

    /// Pins on the own side and, unless told otherwise, on all others; answers the own event.
    fn pin_in_boxes(
        &mut self,
        user: UserId,
        posts: &[PostId],
        pinned: bool,
        own_side: bool,
        origin: Option<Origin>,
    ) -> Option<Event> {
        let sides: Vec<Side> = posts
            .iter()
            .filter_map(|post| self.post(*post))
            .flat_map(|post| post.sides.iter().copied())
            .filter(|side| !own_side || side.user == user)
            .collect();
        let mut changed: BTreeMap<UserId, (Peer, Vec<MessageId>)> = BTreeMap::new();
        for side in sides {
            let account = self.accounts.get_mut(&side.user);
            if let Some(peer) = account.and_then(|account| account.pin(side.id, pinned)) {
                let (_, ids) = changed
                    .entry(side.user)
                    .or_insert_with(|| (peer, Vec::new()));
                ids.push(side.id);
            }
        }
        let date = self.now();
        let mut own = None;
        for (side, (peer, ids)) in changed {
            let except = origin.filter(|_| side == user);
            let kind = EventKind::Pinned { peer, ids, pinned };
            let event = self.happen(side, date, kind, except);
            if side == user {
                own = event;
            }
        }
        own
    }
}
