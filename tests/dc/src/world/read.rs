//! Reading: marking a chat as read on one side and telling the authors so.
//!
//! Owns the translation of a read mark into the authors' ids. It never counts unread messages
//! itself.

use std::collections::BTreeMap;

use super::World;
use super::events::EventKind;
use super::ids::{ChannelId, MessageId, Peer, UserId};
use super::news::{News, Origin};
use super::refusal::Refusal;

impl World {
    /// Marks what `user` got in a private chat or a basic group as read, up to `max` (0 for all
    /// of it).
    ///
    /// Answers the user's pts and how far it moved.
    pub fn read(
        &mut self,
        user: UserId,
        peer: Peer,
        max: MessageId,
        origin: Option<Origin>,
    ) -> (i32, i32) {
        let max = all_if_zero(max);
        let date = self.now();
        let before = self.read_mark(user, peer);
        let unread = self
            .accounts
            .get_mut(&user)
            .and_then(|account| account.read_inbox(peer, max));
        let mut moved = 0;
        if let Some(unread) = unread {
            let max = self.read_mark(user, peer);
            let kind = EventKind::ReadInbox { peer, max, unread };
            moved = self
                .happen(user, date, kind, origin)
                .map_or(0, |event| event.pts_count);
            self.tell_authors(user, peer, before, max, date);
        }
        let pts = self.account(user).map_or(0, |account| account.events.pts());
        (pts, moved)
    }

    /// Marks a channel as read by a member, up to `max` (0 for all of it).
    ///
    /// # Errors
    /// 400 `CHANNEL_INVALID`, `CHANNEL_PRIVATE`.
    pub fn read_channel(
        &mut self,
        user: UserId,
        channel: ChannelId,
        max: MessageId,
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let found = self.channel_mut(channel)?;
        found.check_reader(user)?;
        let Some(max) = found.read(user, all_if_zero(max)) else {
            return Ok(());
        };
        let author = found.any_line(max).map(|line| line.author);
        self.tell(user, News::ReadChannel { channel, max }, origin);
        if let Some(author) = author.filter(|author| *author != user) {
            self.tell(author, News::ChannelWasRead { channel, max }, None);
        }
        Ok(())
    }

    fn read_mark(&self, user: UserId, peer: Peer) -> MessageId {
        self.account(user)
            .and_then(|account| account.dialogs.get(&peer))
            .map_or(MessageId(0), |dialog| dialog.read_inbox_max)
    }

    /// Tells each author how far their messages were read, in their own ids.
    fn tell_authors(
        &mut self,
        reader: UserId,
        peer: Peer,
        before: MessageId,
        max: MessageId,
        date: i32,
    ) {
        for (author, theirs) in self.newly_read(reader, peer, before, max) {
            let peer = match peer {
                Peer::User(_) => Peer::User(reader),
                Peer::Group(_) | Peer::Channel(_) => peer,
            };
            let dialog = self
                .accounts
                .get_mut(&author)
                .and_then(|account| account.dialogs.get_mut(&peer));
            if let Some(dialog) = dialog
                && dialog.read_outbox_max < theirs
            {
                dialog.read_outbox_max = theirs;
                let kind = EventKind::ReadOutbox { peer, max: theirs };
                self.happen(author, date, kind, None);
            }
        }
    }

    /// The newest message of each author between two marks of the reader, in the author's ids.
    fn newly_read(
        &self,
        reader: UserId,
        peer: Peer,
        before: MessageId,
        max: MessageId,
    ) -> BTreeMap<UserId, MessageId> {
        let mut newest = BTreeMap::new();
        let Some(account) = self.account(reader) else {
            return newest;
        };
        let messages = account.dialogs.get(&peer).map_or(&[][..], |d| d.messages());
        let from = messages.partition_point(|id| *id <= before);
        for id in messages.iter().skip(from).take_while(|id| **id <= max) {
            let held = account.held(*id).filter(|held| !held.out);
            if let Some(post) = held.and_then(|held| self.post(held.post))
                && let Some(theirs) = post.id_for(post.author)
            {
                newest.insert(post.author, theirs);
            }
        }
        newest
    }
}

fn all_if_zero(max: MessageId) -> MessageId {
    if max.0 > 0 { max } else { MessageId(i32::MAX) }
}
