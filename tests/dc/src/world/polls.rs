//! Polls in messages: voting on them and closing them.
//!
//! Owns who is told. A poll is one wherever it is forwarded to; its votes are in `poll`, and how
//! it looks to whom is `rpc`'s. Source: <https://core.telegram.org/api/poll>.

use super::World;
use super::admin_log::Act;
use super::channel::ChannelKind;
use super::events::{Event, EventKind};
use super::ids::{MessageId, Peer, PostId, UserId};
use super::media::Media;
use super::news::{News, Origin};
use super::poll::{Poll, PollId};
use super::refusal::Refusal;

impl World {
    /// Keeps a poll that is about to be sent.
    pub fn keep_poll(&mut self, poll: Poll) -> PollId {
        let id = PollId(poll.asked.id);
        self.polls.insert(id, poll);
        id
    }

    /// A poll.
    pub fn poll(&self, id: PollId) -> Option<&Poll> {
        self.polls.get(&id)
    }

    /// The poll in a message, and the message.
    ///
    /// # Errors
    /// 400 `MESSAGE_ID_INVALID` for anything else.
    pub fn poll_in(
        &self,
        user: UserId,
        peer: Peer,
        id: MessageId,
    ) -> Result<(PostId, PollId), Refusal> {
        let found = self.post_of(user, peer, id).and_then(|post| {
            let media = self.post(post)?.content.media.as_ref()?;
            Some((post, media.poll()?))
        });
        found.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))
    }

    /// Passes for a poll that may be shown in this chat.
    ///
    /// # Errors
    /// 400 `BROADCAST_PUBLIC_VOTERS_FORBIDDEN`.
    pub(super) fn check_poll(&self, to: Peer, media: Option<&Media>) -> Result<(), Refusal> {
        let poll = media.and_then(Media::poll).and_then(|id| self.poll(id));
        let channel = to.channel().and_then(|id| self.channel(id));
        let is_broadcast = channel.is_some_and(|found| found.kind == ChannelKind::Broadcast);
        if is_broadcast && poll.is_some_and(|poll| poll.asked.public_voters) {
            return Err(Refusal::bad("BROADCAST_PUBLIC_VOTERS_FORBIDDEN"));
        }
        Ok(())
    }

    /// Votes in the poll of a message.
    ///
    /// # Errors
    /// As [`World::poll_in`]; 400 `CHANNEL_PRIVATE` for who only reads along, and what
    /// `Poll::vote` refuses.
    pub fn vote(
        &mut self,
        user: UserId,
        (peer, id): (Peer, MessageId),
        options: &[Vec<u8>],
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let (post, poll) = self.poll_in(user, peer, id)?;
        let channel = peer.channel().and_then(|id| self.channel(id));
        if channel.is_some_and(|channel| !channel.has(user)) {
            return Err(Refusal::bad("CHANNEL_PRIVATE"));
        }
        let now = self.now();
        if let Some(poll) = self.polls.get_mut(&poll) {
            poll.vote(user, options, now)?;
        }
        self.tell_of_votes(user, post, origin);
        Ok(())
    }

    /// Everybody who sees the message is told what the votes are now.
    fn tell_of_votes(&mut self, by: UserId, post: PostId, origin: Option<Origin>) {
        let Some(post) = self.post(post) else { return };
        let place = post.channel().zip(post.id_for(by));
        let seen: Vec<(UserId, Peer, MessageId)> = if let Some((channel, id)) = place {
            let members = self.channel(channel).map(|found| found.members.keys());
            let members = members.into_iter().flatten();
            members
                .map(|user| (*user, Peer::Channel(channel), id))
                .collect()
        } else {
            let held = post.sides.iter().filter_map(|side| {
                let held = self.account(side.user)?.held(side.id)?;
                Some((side.user, held.peer, side.id))
            });
            held.collect()
        };
        for (user, peer, id) in seen {
            let except = origin.filter(|_| user == by);
            self.tell(user, News::Polled { peer, id }, except);
        }
    }

    /// Ends the poll of a message that `user` wrote, and answers their event or the channel's.
    ///
    /// # Errors
    /// As [`World::poll_in`]; 400 `MESSAGE_POLL_CLOSED`, 403 `MESSAGE_AUTHOR_REQUIRED`.
    pub fn close_poll(
        &mut self,
        user: UserId,
        (peer, id): (Peer, MessageId),
        origin: Option<Origin>,
    ) -> Result<Event, Refusal> {
        let (post, poll) = self.poll_in(user, peer, id)?;
        let now = self.now();
        let author = self.post(post).map(|post| post.author);
        let poll = self.polls.get_mut(&poll);
        let poll = poll.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
        if author != Some(user) || poll.author != user {
            return Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        if poll.is_closed(now) {
            return Err(Refusal::bad("MESSAGE_POLL_CLOSED"));
        }
        poll.asked.closed = true;
        let event = if let Peer::Channel(channel) = peer {
            self.log(channel, user, Act::PollStopped(id));
            self.happen_in(channel, now, EventKind::Edited(id), origin)
        } else {
            for side in self.other_sides(user, post) {
                self.happen(side.user, now, EventKind::Edited(side.id), None);
            }
            self.happen(user, now, EventKind::Edited(id), origin)
        };
        event.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))
    }
}
