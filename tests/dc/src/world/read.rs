//! Reading: marking a chat as read on one side and telling the other side so.
//!
//! Owns the translation of a read mark into the other side's ids. It never counts unread messages
//! itself.

use super::clock::now;
use super::events::EventKind;
use super::ids::{MessageId, UserId};
use super::{Origin, World};

impl World {
    /// Marks what `user` got from `peer` as read, up to `max` (0 for all of it).
    ///
    /// Answers the user's pts and how far it moved.
    pub fn read(
        &mut self,
        user: UserId,
        peer: UserId,
        max: MessageId,
        origin: Option<Origin>,
    ) -> (i32, i32) {
        let max = if max.0 > 0 { max } else { MessageId(i32::MAX) };
        let date = now();
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
            self.tell_reader(user, peer, max, date);
        }
        let pts = self.account(user).map_or(0, |account| account.events.pts());
        (pts, moved)
    }

    fn read_mark(&self, user: UserId, peer: UserId) -> MessageId {
        self.account(user)
            .and_then(|account| account.dialogs.get(&peer))
            .map_or(MessageId(0), |dialog| dialog.read_inbox_max)
    }

    /// Tells the author how far their messages were read, in their own ids.
    fn tell_reader(&mut self, reader: UserId, author: UserId, max: MessageId, date: i32) {
        if reader == author {
            return;
        }
        let Some(account) = self.account(reader) else {
            return;
        };
        let newest = account.dialogs.get(&author).and_then(|dialog| {
            let upto = dialog.messages().partition_point(|id| *id <= max);
            let ids = dialog.messages().get(..upto)?;
            ids.iter()
                .rev()
                .filter_map(|id| account.held(*id))
                .find(|held| !held.out)
        });
        let Some(theirs) = newest
            .and_then(|held| self.post(held.post))
            .and_then(|post| post.id_for(author))
        else {
            return;
        };
        let dialog = self
            .accounts
            .get_mut(&author)
            .and_then(|account| account.dialogs.get_mut(&reader));
        if let Some(dialog) = dialog
            && dialog.read_outbox_max < theirs
        {
            dialog.read_outbox_max = theirs;
            let kind = EventKind::ReadOutbox {
                peer: reader,
                max: theirs,
            };
            self.happen(author, date, kind, None);
        }
    }
}
