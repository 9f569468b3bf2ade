//! Editing and deleting messages that were sent.
//!
//! Owns who may change what, and the events of each side. It never removes anything from the
//! ledger.

use std::collections::BTreeMap;

use super::clock::now;
use super::events::{Event, EventKind};
use super::ids::{MessageId, UserId};
use super::post::{Content, Edit};
use super::refusal::Refusal;
use super::{Origin, World};

/// Whether a deletion reaches the other side too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only the box of who deletes.
    Own,
    /// Both boxes.
    Everybody,
}

impl World {
    /// Replaces the text of a message that `user` wrote, and answers their event.
    ///
    /// # Errors
    /// What [`Content::check`] finds; `MESSAGE_ID_INVALID`, `MESSAGE_NOT_MODIFIED`, and 403
    /// `MESSAGE_AUTHOR_REQUIRED` for somebody else's message.
    pub fn edit(
        &mut self,
        user: UserId,
        peer: Option<UserId>,
        id: MessageId,
        content: Content,
        origin: Option<Origin>,
    ) -> Result<Event, Refusal> {
        let invalid = || Refusal::bad("MESSAGE_ID_INVALID");
        let held = self
            .account(user)
            .and_then(|account| account.held(id))
            .filter(|held| peer.is_none_or(|peer| peer == held.peer))
            .ok_or_else(invalid)?;
        if !held.out {
            return Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        content.check()?;
        let date = now();
        let post = self.posts.get_mut(held.post.0).ok_or_else(invalid)?;
        if post.content == content {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        let before = std::mem::replace(&mut post.content, content).text;
        post.edits.push(Edit { before, date });
        let receiver = post.to;
        if receiver.user != user && self.holds(receiver.user, receiver.id) {
            self.happen(receiver.user, date, EventKind::Edited(receiver.id), None);
        }
        self.happen(user, date, EventKind::Edited(id), origin)
            .ok_or_else(invalid)
    }

    /// Deletes messages, and answers the user's pts and how far it moved.
    ///
    /// Ids that are not there are passed over, as Telegram does.
    pub fn delete(
        &mut self,
        user: UserId,
        ids: &[MessageId],
        reach: Reach,
        origin: Option<Origin>,
    ) -> (i32, i32) {
        let date = now();
        let mut own = Vec::new();
        let mut theirs: BTreeMap<UserId, Vec<MessageId>> = BTreeMap::new();
        for id in ids {
            let Some(held) = self.account(user).and_then(|account| account.held(*id)) else {
                continue;
            };
            self.drop_held(user, *id);
            own.push(*id);
            let other = self
                .post(held.post)
                .and_then(|post| post.id_for(held.peer))
                .filter(|_| reach == Reach::Everybody && held.peer != user);
            if let Some(other) = other
                && self.drop_held(held.peer, other)
            {
                theirs.entry(held.peer).or_default().push(other);
            }
        }
        for (peer, ids) in theirs {
            self.happen(peer, date, EventKind::Deleted(ids), None);
        }
        let event = (!own.is_empty())
            .then(|| self.happen(user, date, EventKind::Deleted(own), origin))
            .flatten();
        let pts = self.account(user).map_or(0, |account| account.events.pts());
        (pts, event.map_or(0, |event| event.pts_count))
    }

    fn holds(&self, user: UserId, id: MessageId) -> bool {
        self.account(user)
            .is_some_and(|account| account.held(id).is_some())
    }

    fn drop_held(&mut self, user: UserId, id: MessageId) -> bool {
        self.accounts
            .get_mut(&user)
            .is_some_and(|account| account.drop_message(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::fixed;
    use super::super::send::Draft;
    use super::*;

    fn content(text: &str) -> Content {
        Content {
            text: text.to_owned(),
            entities: Vec::new(),
        }
    }

    fn chat() -> (World, UserId, UserId, Vec<MessageId>) {
        let mut world = World::new(fixed());
        let alice = world.user_by_name("alice").unwrap();
        let bob = world.user_by_name("bob").unwrap();
        let ids = (0..3)
            .map(|n| {
                let content = content(&format!("text {n}"));
                let draft = Draft {
                    content,
                    ..Draft::default()
                };
                world.send(alice, bob, draft, None).unwrap().id
            })
            .collect();
        (world, alice, bob, ids)
    }

    #[test]
    fn a_revoked_deletion_moves_both_pts_by_its_size() {
        let (mut world, alice, bob, ids) = chat();
        let before = world.account(bob).unwrap().events.pts();
        let (pts, count) = world.delete(alice, &ids, Reach::Everybody, None);
        assert_eq!((pts, count), (7, 3));
        assert_eq!(world.account(bob).unwrap().events.pts(), before + 3);
        assert_eq!(world.account(bob).unwrap().unread(), 0);
        assert_eq!(world.delete(alice, &ids, Reach::Everybody, None), (7, 0));
    }

    #[test]
    fn an_own_deletion_leaves_the_other_side_alone() {
        let (mut world, alice, bob, ids) = chat();
        world.delete(alice, &ids, Reach::Own, None);
        assert_eq!(
            world.account(bob).unwrap().dialogs[&alice].messages().len(),
            3
        );
        assert!(
            world.account(alice).unwrap().dialogs[&bob]
                .messages()
                .is_empty()
        );
    }

    #[test]
    fn only_the_author_edits_and_only_to_something_new() {
        let (mut world, alice, bob, ids) = chat();
        let new = || content("new");
        assert!(world.edit(alice, Some(bob), ids[0], new(), None).is_ok());
        let same = world.edit(alice, Some(bob), ids[0], new(), None);
        assert_eq!(same, Err(Refusal::bad("MESSAGE_NOT_MODIFIED")));
        let foreign = world.edit(bob, Some(alice), MessageId(1), new(), None);
        assert_eq!(foreign, Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED")));
        let unknown = world.edit(alice, None, MessageId(99), new(), None);
        assert_eq!(unknown, Err(Refusal::bad("MESSAGE_ID_INVALID")));
    }
}
