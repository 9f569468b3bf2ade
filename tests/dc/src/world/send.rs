//! Sending: one message into two boxes, once, however often it is asked for.
//!
//! Owns the checks of a new message and the memory of `random_id`s. It never renders anything.

use super::account::Held;
use super::clock::now;
use super::events::EventKind;
use super::ids::{MessageId, PostId, UserId};
use super::post::{Content, Post, Side};
use super::refusal::Refusal;
use super::{Origin, World};

/// The longest text, in UTF-16 units.
pub const MAX_TEXT: usize = 4096;

/// A message about to be sent.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// What it says.
    pub content: Content,
    /// True if the receiver's devices should not ring.
    pub silent: bool,
    /// The id of the message it answers, in the sender's box.
    pub reply_to: Option<MessageId>,
    /// The client's number for this message; without one nothing is remembered.
    pub random_id: Option<i64>,
}

/// A message that has been sent, now or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its place in the ledger.
    pub post: PostId,
    /// Its id in the sender's box.
    pub id: MessageId,
    /// The sender's pts with it.
    pub pts: i32,
    /// When, in seconds since 1970.
    pub date: i32,
}

impl Content {
    /// Checks what Telegram checks of a text.
    ///
    /// # Errors
    /// `MESSAGE_EMPTY`, `MESSAGE_TOO_LONG`, `ENTITY_BOUNDS_INVALID`.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.text.trim().is_empty() {
            return Err(Refusal::bad("MESSAGE_EMPTY"));
        }
        let length = self.text.encode_utf16().count();
        if length > MAX_TEXT {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
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
    /// What [`Content::check`] finds; `PEER_ID_INVALID` when a side does not exist;
    /// `REPLY_MESSAGE_ID_INVALID` when the answered message is not in this chat.
    pub fn send(
        &mut self,
        from: UserId,
        to: UserId,
        draft: Draft,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        if let Some(sent) = self.sent_before(from, draft.random_id) {
            return Ok(sent);
        }
        draft.content.check()?;
        if self.account(from).is_none() || self.account(to).is_none() {
            return Err(Refusal::bad("PEER_ID_INVALID"));
        }
        let reply_to = self.replied(from, to, draft.reply_to)?;
        let post = PostId(self.posts.len());
        let id = self.deposit(from, to, post, true)?;
        let received = if from == to {
            id
        } else {
            self.deposit(to, from, post, false)?
        };
        let date = now();
        self.posts.push(Post {
            from: Side { user: from, id },
            to: Side {
                user: to,
                id: received,
            },
            date,
            content: draft.content,
            silent: draft.silent,
            reply_to,
            edits: Vec::new(),
        });
        let event = self.happen(from, date, EventKind::New(id), origin);
        if from != to {
            self.happen(to, date, EventKind::New(received), None);
        }
        let pts = event.map_or(0, |event| event.pts);
        if let (Some(random_id), Some(account)) = (draft.random_id, self.accounts.get_mut(&from)) {
            account.sent.insert(random_id, (id, pts));
        }
        Ok(Sent {
            post,
            id,
            pts,
            date,
        })
    }

    /// A message of the ledger.
    pub fn post(&self, id: PostId) -> Option<&Post> {
        self.posts.get(id.0)
    }

    fn deposit(
        &mut self,
        owner: UserId,
        peer: UserId,
        post: PostId,
        out: bool,
    ) -> Result<MessageId, Refusal> {
        let account = self
            .accounts
            .get_mut(&owner)
            .ok_or_else(|| Refusal::bad("PEER_ID_INVALID"))?;
        Ok(account.hold(Held {
            post,
            peer,
            out,
            deleted: false,
        }))
    }

    fn sent_before(&self, from: UserId, random_id: Option<i64>) -> Option<Sent> {
        let account = self.account(from)?;
        let (id, pts) = *account.sent.get(&random_id?)?;
        let index = usize::try_from(id.0).ok()?.checked_sub(1)?;
        let post = account.held.get(index)?.post;
        Some(Sent {
            post,
            id,
            pts,
            date: self.post(post)?.date,
        })
    }

    fn replied(
        &self,
        from: UserId,
        to: UserId,
        id: Option<MessageId>,
    ) -> Result<Option<PostId>, Refusal> {
        let Some(id) = id else { return Ok(None) };
        self.account(from)
            .and_then(|account| account.held(id))
            .filter(|held| held.peer == to)
            .map(|held| Some(held.post))
            .ok_or_else(|| Refusal::bad("REPLY_MESSAGE_ID_INVALID"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::*;

    fn world() -> (World, UserId, UserId) {
        let mut world = World::new(fixed());
        let alice = world.user_by_name("alice").unwrap();
        let bob = world.user_by_name("bob").unwrap();
        (world, alice, bob)
    }

    fn draft(text: &str, random_id: i64) -> Draft {
        let content = Content {
            text: text.to_owned(),
            entities: Vec::new(),
        };
        Draft {
            content,
            random_id: Some(random_id),
            ..Draft::default()
        }
    }

    #[test]
    fn the_two_sides_hold_a_message_under_their_own_ids() {
        let (mut world, alice, bob) = world();
        world.send(alice, alice, draft("note", 1), None).unwrap();
        let sent = world.send(alice, bob, draft("hi", 2), None).unwrap();
        let post = world.post(sent.post).unwrap();
        assert_eq!((sent.id, sent.pts), (MessageId(2), 3));
        assert_eq!(post.id_for(bob), Some(MessageId(1)));
        assert_eq!(world.account(bob).unwrap().events.pts(), 2);
    }

    #[test]
    fn a_random_id_sends_once() {
        let (mut world, alice, bob) = world();
        let first = world.send(alice, bob, draft("hi", 7), None).unwrap();
        let second = world.send(alice, bob, draft("hi", 7), None).unwrap();
        assert_eq!(first, second);
        assert_eq!(world.account(bob).unwrap().held.len(), 1);
    }

    #[test]
    fn a_text_is_measured_in_utf16_units() {
        let (mut world, alice, bob) = world();
        assert!(
            world
                .send(alice, bob, draft(&"😀".repeat(2048), 1), None)
                .is_ok()
        );
        let long = world.send(alice, bob, draft(&"😀".repeat(2049), 2), None);
        assert_eq!(long, Err(Refusal::bad("MESSAGE_TOO_LONG")));
        let empty = world.send(alice, bob, draft(" \n", 3), None);
        assert_eq!(empty, Err(Refusal::bad("MESSAGE_EMPTY")));
    }

    #[test]
    fn an_answer_must_be_to_a_message_of_the_same_chat() {
        let (mut world, alice, bob) = world();
        let note = world.send(alice, alice, draft("note", 1), None).unwrap();
        let mut answer = draft("to that", 2);
        answer.reply_to = Some(note.id);
        let refused = world.send(alice, bob, answer, None);
        assert_eq!(refused, Err(Refusal::bad("REPLY_MESSAGE_ID_INVALID")));
    }
}
