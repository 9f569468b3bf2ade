//! The list of an account's chats of all kinds, newest first.
//!
//! Owns the order: by the place of each chat's newest message in the ledger, which no two share.
//! It knows no TL.

use super::World;
use super::channel::Channel;
use super::dialog::Dialog;
use super::ids::{MessageId, Peer, PostId, UserId};

/// One chat in an account's list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The chat.
    pub peer: Peer,
    /// Its newest message that is there.
    pub top: MessageId,
    /// The same in the ledger.
    pub post: PostId,
    /// Where the read marks are.
    pub marks: Marks<'a>,
}

/// Where a chat's read marks are kept.
#[derive(Clone, Copy, Debug)]
pub enum Marks<'a> {
    /// In the account's own dialog.
    Own(&'a Dialog),
    /// In the channel, by member.
    Channel(&'a Channel),
}

impl World {
    /// The chats of an account that hold messages, newest first.
    pub fn dialogs_by_time(&self, user: UserId) -> Vec<Listed<'_>> {
        let Some(account) = self.account(user) else {
            return Vec::new();
        };
        let channels = account.channels.iter().copied().map(Peer::Channel);
        let mut listed: Vec<Listed<'_>> = account
            .dialogs
            .keys()
            .copied()
            .chain(channels)
            .filter_map(|peer| self.listed(user, peer))
            .collect();
        listed.sort_unstable_by_key(|listed| std::cmp::Reverse(listed.post));
        listed
    }

    /// One chat of an account; `None` when it holds no messages.
    pub fn listed(&self, user: UserId, peer: Peer) -> Option<Listed<'_>> {
        let (top, marks) = match peer {
            Peer::Channel(id) => {
                let channel = self.channel(id)?;
                (channel.top(), Marks::Channel(channel))
            }
            Peer::User(_) | Peer::Group(_) => {
                let dialog = self.account(user)?.dialogs.get(&peer)?;
                (*dialog.messages().last()?, Marks::Own(dialog))
            }
        };
        Some(Listed {
            peer,
            top,
            post: self.post_of(user, peer, top)?,
            marks,
        })
    }

    /// The message that `user` knows by `id` in `peer`, if it is there and not deleted.
    pub fn post_of(&self, user: UserId, peer: Peer, id: MessageId) -> Option<PostId> {
        match peer {
            Peer::Channel(channel) => Some(self.channel(channel)?.line(id)?.post),
            Peer::User(_) | Peer::Group(_) => {
                let held = self.account(user)?.held(id)?;
                (held.peer == peer).then_some(held.post)
            }
        }
    }
}
