//! Sending: one message into its chat, once, however often it is asked for.
//!
//! Owns the checks of a new message and the memory of `random_id`s. It never renders anything.

use super::World;
use super::deliver::Body;
use super::forward::Forward;
use super::ids::{MessageId, Peer, PostId, UserId};
use super::media::Media;
use super::news::Origin;
use super::post::{Content, Place};
use super::refusal::Refusal;

/// The longest text, in code points: <https://core.telegram.org/constructor/config>.
pub const MAX_TEXT: usize = 4096;
/// The longest caption of a file of an account without Premium, in code points.
pub const MAX_CAPTION: usize = 1024;

/// A message about to be sent.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it says.
    pub content: Content,
    /// True if the receiver's devices should not ring.
    pub silent: bool,
    /// The id of the message it answers, as the sender knows it.
    pub reply_to: Option<MessageId>,
    /// The topic of a forum that it is meant for, as the sender names it.
    pub topic: Option<MessageId>,
    /// Where it came from, if it is forwarded with its author.
    pub forward: Option<Forward>,
    /// The client's number for this message; without one nothing is remembered.
    pub random_id: Option<i64>,
    /// The album it belongs to.
    pub grouped_id: Option<i64>,
}

/// A message that has been sent, now or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its place in the ledger.
    pub post: PostId,
    /// Its id as the sender knows it.
    pub id: MessageId,
    /// The sender's pts with it; the channel's in a channel.
    pub pts: i32,
    /// When, in seconds since 1970.
    pub date: i32,
}

impl Content {
    /// Checks what Telegram checks of a text.
    ///
    /// # Errors
    /// `MESSAGE_EMPTY`, `MESSAGE_TOO_LONG`, `MEDIA_CAPTION_TOO_LONG`, `ENTITY_BOUNDS_INVALID`.
    pub fn check(&self) -> Result<(), Refusal> {
        let is_caption = self.media.as_ref().is_some_and(Media::is_file);
        let shows_something = self.media.as_ref().is_some_and(Media::stands_alone);
        if self.text.trim().is_empty() && !shows_something && self.raw.is_none() {
            return Err(Refusal::bad("MESSAGE_EMPTY"));
        }
        let characters = self.text.chars().count();
        if is_caption && characters > MAX_CAPTION {
            return Err(Refusal::bad("MEDIA_CAPTION_TOO_LONG"));
        }
        if characters > MAX_TEXT {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        let length = self.text.encode_utf16().count();
        let fits = |entity: &_| {
            let (offset, size) = bounds(entity);
            offset >= 0
                && size > 0
                && offset
                    .checked_add(size)
                    .and_then(|end| usize::try_from(end).ok())
                    .is_some_and(|end| end <= length)
        };
        if self.entities.iter().all(fits) {
            Ok(())
        } else {
            Err(Refusal::bad("ENTITY_BOUNDS_INVALID"))
        }
    }
}

fn bounds(entity: &grammers_tl_types::enums::MessageEntity) -> (i32, i32) {
    (entity.offset(), entity.length())
}

impl World {
    /// Sends a message, or answers what became of the same `random_id` before.
    ///
    /// # Errors
    /// What [`Content::check`] and [`World::check_writer`] find; `REPLY_MESSAGE_ID_INVALID` when
    /// the answered message is not in this chat; 420 `SLOWMODE_WAIT_n`, and 403 with what a
    /// member may not send.
    pub fn send(
        &mut self,
        from: UserId,
        to: Peer,
        draft: Draft,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        if let Some(sent) = self.sent_before(from, draft.random_id) {
            return Ok(sent);
        }
        let (random_id, album) = (draft.random_id, draft.grouped_id);
        self.check_pace(from, to, album)?;
        let body = self.body(from, to, draft)?;
        let sent = self.put(from, to, body, origin)?;
        self.note_pace(from, to, album);
        if let (Some(random_id), Some(account)) = (random_id, self.accounts.get_mut(&from)) {
            account.sent.insert(random_id, sent);
        }
        Ok(sent)
    }

    /// What a draft becomes, once everything about it was checked.
    pub(super) fn body(&self, from: UserId, to: Peer, draft: Draft) -> Result<Body, Refusal> {
        draft.content.check()?;
        self.check_writer(from, to)?;
        self.check_kind(from, to, &draft.content)?;
        self.check_poll(to, draft.content.media.as_ref())?;
        let (reply_to, topic) = self.threaded(from, to, draft.reply_to, draft.topic)?;
        Ok(Body {
            content: draft.content,
            silent: draft.silent,
            reply_to,
            topic,
            grouped_id: draft.grouped_id,
            forward: draft.forward,
            ..Body::default()
        })
    }

    /// Puts a message that may be there into its chat.
    pub(super) fn put(
        &mut self,
        from: UserId,
        to: Peer,
        body: Body,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        match to {
            Peer::User(to) if to == from => self.deliver(Place::Private(to), &[from], body, origin),
            Peer::User(to) => self.deliver(Place::Private(to), &[from, to], body, origin),
            Peer::Group(id) => {
                let holders = self.holders(from, id);
                self.deliver(Place::Group(id), &holders, body, origin)
            }
            Peer::Channel(id) => self.publish(from, id, body, origin),
        }
    }

    /// Passes for who may write in a chat.
    ///
    /// # Errors
    /// 400 `PEER_ID_INVALID` for what does not exist, `USER_IS_BLOCKED` and `YOU_BLOCKED_USER`
    /// between people, `CHANNEL_PRIVATE`; 403 `CHAT_WRITE_FORBIDDEN`.
    pub fn check_writer(&self, from: UserId, to: Peer) -> Result<(), Refusal> {
        let invalid = || Refusal::bad("PEER_ID_INVALID");
        self.account(from).ok_or_else(invalid)?;
        match to {
            Peer::User(user) => {
                let other = self.account(user).ok_or_else(invalid)?;
                if other.blocked.contains(&from) {
                    return Err(Refusal::bad("USER_IS_BLOCKED"));
                }
                if self.has_blocked(from, user) {
                    return Err(Refusal::bad("YOU_BLOCKED_USER"));
                }
                Ok(())
            }
            Peer::Group(id) => {
                let group = self.group(id).ok_or_else(invalid)?;
                if group.migrated_to.is_some() {
                    return Err(invalid());
                }
                let refused = || Refusal::forbidden("CHAT_WRITE_FORBIDDEN");
                group.has(from).then_some(()).ok_or_else(refused)
            }
            Peer::Channel(id) => self.channel(id).ok_or_else(invalid)?.check_writer(from),
        }
    }

    /// What became of an earlier send with this `random_id`.
    pub fn sent_before(&self, from: UserId, random_id: Option<i64>) -> Option<Sent> {
        self.account(from)?.sent.get(&random_id?).copied()
    }

    pub(super) fn replied(
        &self,
        from: UserId,
        to: Peer,
        id: Option<MessageId>,
    ) -> Result<Option<PostId>, Refusal> {
        let Some(id) = id else { return Ok(None) };
        self.post_of(from, to, id)
            .map(Some)
            .ok_or_else(|| Refusal::bad("REPLY_MESSAGE_ID_INVALID"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;
    use crate::clock::Clock;

    fn world() -> (World, UserId, UserId) {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let bob = world.user_by_name("bob").unwrap();
        (world, alice, bob)
    }

    fn draft(text: &str, random_id: i64) -> Draft {
        Draft {
            content: Content::plain(text),
            random_id: Some(random_id),
            ..Draft::default()
        }
    }

    #[test]
    fn the_two_sides_hold_a_message_under_their_own_ids() {
        let (mut world, alice, bob) = world();
        world
            .send(alice, Peer::User(alice), draft("note", 1), None)
            .unwrap();
        let sent = world
            .send(alice, Peer::User(bob), draft("hi", 2), None)
            .unwrap();
        let post = world.post(sent.post).unwrap();
        assert_eq!((sent.id, sent.pts), (MessageId(2), 3));
        assert_eq!(post.id_for(bob), Some(MessageId(1)));
        assert_eq!(world.account(bob).unwrap().events.pts(), 2);
    }

    #[test]
    fn a_random_id_sends_once() {
        let (mut world, alice, bob) = world();
        let first = world
            .send(alice, Peer::User(bob), draft("hi", 7), None)
            .unwrap();
        let second = world
            .send(alice, Peer::User(bob), draft("hi", 7), None)
            .unwrap();
        assert_eq!(first, second);
        assert_eq!(world.account(bob).unwrap().held.len(), 1);
    }

    #[test]
    fn a_text_is_measured_in_code_points() {
        let (mut world, alice, bob) = world();
        assert!(
            world
                .send(alice, Peer::User(bob), draft(&"😀".repeat(4096), 1), None)
                .is_ok()
        );
        let long = world.send(alice, Peer::User(bob), draft(&"😀".repeat(4097), 2), None);
        assert_eq!(long, Err(Refusal::bad("MESSAGE_TOO_LONG")));
        let empty = world.send(alice, Peer::User(bob), draft(" \n", 3), None);
        assert_eq!(empty, Err(Refusal::bad("MESSAGE_EMPTY")));
    }

    #[test]
    fn an_answer_must_be_to_a_message_of_the_same_chat() {
        let (mut world, alice, bob) = world();
        let note = world
            .send(alice, Peer::User(alice), draft("note", 1), None)
            .unwrap();
        let mut answer = draft("to that", 2);
        answer.reply_to = Some(note.id);
        let refused = world.send(alice, Peer::User(bob), answer, None);
        assert_eq!(refused, Err(Refusal::bad("REPLY_MESSAGE_ID_INVALID")));
    }
}
