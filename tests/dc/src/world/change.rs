//! Editing and deleting messages that were sent.
//!
//! Owns who may change what, and the events of each side. It never removes anything from the
//! ledger.

use std::collections::BTreeMap;

use super::World;
use super::admin_log::Act;
use super::channel::ChannelKind;
use super::events::{Event, EventKind};
use super::ids::{ChannelId, MessageId, Peer, PostId, UserId};
use super::media::Media;
use super::news::Origin;
use super::post::{Content, Edit, Post, Side};
use super::refusal::Refusal;
use crate::clock::machine_micros;

/// Whether a deletion reaches the other sides too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only the box of who deletes.
    Own,
    /// All boxes.
    Everybody,
}

fn invalid() -> Refusal {
    Refusal::bad("MESSAGE_ID_INVALID")
}

impl World {
    /// Replaces the text of a message that `user` wrote, and answers their event, or the
    /// channel's. Without a `peer` the id is looked for in the user's box.
    ///
    /// # Errors
    /// What [`Content::check`] finds; `MESSAGE_ID_INVALID`, `MESSAGE_NOT_MODIFIED`, and 403
    /// `MESSAGE_AUTHOR_REQUIRED` for somebody else's message.
    pub fn edit(
        &mut self,
        user: UserId,
        peer: Option<Peer>,
        id: MessageId,
        content: Content,
        origin: Option<Origin>,
    ) -> Result<Event, Refusal> {
        if let Some(channel) = peer.and_then(Peer::channel) {
            return self.edit_in_channel(user, channel, id, content, origin);
        }
        let held = self
            .account(user)
            .and_then(|account| account.held(id))
            .filter(|held| peer.is_none_or(|peer| peer == held.peer))
            .ok_or_else(invalid)?;
        let date = self.rewrite(user, held.post, content)?;
        for side in self.other_sides(user, held.post) {
            if self.holds(side.user, side.id) {
                self.happen(side.user, date, EventKind::Edited(side.id), None);
            }
        }
        self.happen(user, date, EventKind::Edited(id), origin)
            .ok_or_else(invalid)
    }

    fn edit_in_channel(
        &mut self,
        user: UserId,
        channel: ChannelId,
        id: MessageId,
        content: Content,
        origin: Option<Origin>,
    ) -> Result<Event, Refusal> {
        let found = self.channel_mut(channel)?;
        // A broadcast channel's posts are the channel's, whoever wrote them.
        let is_shared = found.kind == ChannelKind::Broadcast;
        let edits_all = is_shared && found.has_right(user, |rights| rights.edit_messages);
        if !edits_all {
            found.check_writer(user)?;
        }
        let line = found.line(id).ok_or_else(invalid)?;
        let author = if edits_all { line.author } else { user };
        let before = self.post(line.post).map(|post| post.content.clone());
        let date = self.rewrite(author, line.post, content)?;
        if let (Some(before), Some(post)) = (before, self.post(line.post)) {
            let now = post.content.clone();
            self.log(channel, user, Act::Edited { id, before, now });
        }
        self.happen_in(channel, date, EventKind::Edited(id), origin)
            .ok_or_else(invalid)
    }

    fn rewrite(&mut self, user: UserId, id: PostId, mut content: Content) -> Result<i32, Refusal> {
        let date = self.now();
        let post = self.posts.get_mut(id.0).ok_or_else(invalid)?;
        if post.author != user {
            return Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        if post.action.is_some() {
            return Err(invalid());
        }
        // What people have voted on stays as it was.
        if post.content.media.as_ref().and_then(Media::poll).is_some() {
            return Err(Refusal::bad("MEDIA_PREV_INVALID"));
        }
        content.keep_file(&post.content);
        content.check()?;
        if post.content == content {
            return Err(Refusal::bad("MESSAGE_NOT_MODIFIED"));
        }
        let before = std::mem::replace(&mut post.content, content).text;
        let at = machine_micros();
        post.edits.push(Edit { before, date, at });
        Ok(date)
    }

    /// Deletes messages of private chats and basic groups, and answers the user's pts and how far
    /// it moved.
    ///
    /// Ids that are not there are passed over, as Telegram does. In a basic group only the author
    /// and the creator reach everybody.
    pub fn delete(
        &mut self,
        user: UserId,
        ids: &[MessageId],
        reach: Reach,
        origin: Option<Origin>,
    ) -> (i32, i32) {
        let date = self.now();
        let mut own = Vec::new();
        let mut theirs: BTreeMap<UserId, Vec<MessageId>> = BTreeMap::new();
        for id in ids {
            let Some(held) = self.account(user).and_then(|account| account.held(*id)) else {
                continue;
            };
            self.drop_held(user, *id);
            own.push(*id);
            if reach == Reach::Own || !self.may_revoke(user, held.peer, held.post) {
                continue;
            }
            for side in self.other_sides(user, held.post) {
                if self.drop_held(side.user, side.id) {
                    theirs.entry(side.user).or_default().push(side.id);
                }
            }
            self.mark_deleted(held.post);
        }
        for (user, ids) in theirs {
            self.happen(user, date, EventKind::Deleted(ids), None);
        }
        let event = (!own.is_empty())
            .then(|| self.happen(user, date, EventKind::Deleted(own), origin))
            .flatten();
        let pts = self.account(user).map_or(0, |account| account.events.pts());
        (pts, event.map_or(0, |event| event.pts_count))
    }

    /// Deletes messages of a channel for everybody, and answers the channel's pts and how far it
    /// moved. Ids that are not there are passed over.
    ///
    /// # Errors
    /// 400 `CHANNEL_INVALID`, `CHANNEL_PRIVATE`; 403 `MESSAGE_DELETE_FORBIDDEN` for somebody
    /// else's message, unless an admin may delete it.
    pub fn delete_in_channel(
        &mut self,
        user: UserId,
        channel: ChannelId,
        ids: &[MessageId],
        origin: Option<Origin>,
    ) -> Result<(i32, i32), Refusal> {
        let date = self.now();
        let found = self.channel_mut(channel)?;
        found.check_reader(user)?;
        let may_delete = found.has_right(user, |rights| rights.delete_messages);
        let lines = ids.iter().filter_map(|id| found.line(*id));
        let posts: Vec<PostId> = lines
            .map(|line| (line.author == user || may_delete).then_some(line.post))
            .collect::<Option<_>>()
            .ok_or_else(|| Refusal::forbidden("MESSAGE_DELETE_FORBIDDEN"))?;
        let mut erased = ids.to_vec();
        erased.retain(|id| found.erase(*id));
        let pts = found.events.pts();
        for post in posts {
            self.mark_deleted(post);
        }
        for id in &erased {
            self.log(channel, user, Act::Deleted(*id));
        }
        if erased.is_empty() {
            return Ok((pts, 0));
        }
        let event = self
            .happen_in(channel, date, EventKind::Deleted(erased), origin)
            .ok_or_else(invalid)?;
        Ok((event.pts, event.pts_count))
    }

    fn may_revoke(&self, user: UserId, peer: Peer, post: PostId) -> bool {
        match peer {
            Peer::Group(id) => {
                let is_author = self.post(post).is_some_and(|post| post.author == user);
                is_author || self.group(id).is_some_and(|group| group.creator == user)
            }
            Peer::User(_) | Peer::Channel(_) => true,
        }
    }

    pub(super) fn mark_deleted(&mut self, id: PostId) {
        if let Some(post) = self.posts.get_mut(id.0) {
            post.deleted_at.get_or_insert_with(machine_micros);
        }
    }

    pub(super) fn other_sides(&self, user: UserId, id: PostId) -> Vec<Side> {
        let sides = self.post(id).map_or(&[][..], |post: &Post| &post.sides);
        let others = sides.iter().filter(|side| side.user != user);
        others.copied().collect()
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
    use crate::clock::Clock;

    fn content(text: &str) -> Content {
        Content::plain(text)
    }

    fn chat() -> (World, UserId, UserId, Vec<MessageId>) {
        let mut world = World::new(fixed(), Clock::default());
        let alice = world.user_by_name("alice").unwrap();
        let bob = world.user_by_name("bob").unwrap();
        let ids = (0..3)
            .map(|n| {
                let content = content(&format!("text {n}"));
                let draft = Draft {
                    content,
                    ..Draft::default()
                };
                world.send(alice, Peer::User(bob), draft, None).unwrap().id
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
            world.account(bob).unwrap().dialogs[&Peer::User(alice)]
                .messages()
                .len(),
            3
        );
        assert!(
            world.account(alice).unwrap().dialogs[&Peer::User(bob)]
                .messages()
                .is_empty()
        );
    }

    #[test]
    fn only_the_author_edits_and_only_to_something_new() {
        let (mut world, alice, bob, ids) = chat();
        let new = || content("new");
        assert!(
            world
                .edit(alice, Some(Peer::User(bob)), ids[0], new(), None)
                .is_ok()
        );
        let same = world.edit(alice, Some(Peer::User(bob)), ids[0], new(), None);
        assert_eq!(same, Err(Refusal::bad("MESSAGE_NOT_MODIFIED")));
        let foreign = world.edit(bob, Some(Peer::User(alice)), MessageId(1), new(), None);
        assert_eq!(foreign, Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED")));
        let unknown = world.edit(alice, None, MessageId(99), new(), None);
        assert_eq!(unknown, Err(Refusal::bad("MESSAGE_ID_INVALID")));
    }
}
