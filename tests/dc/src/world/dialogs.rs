//! The list of an account's chats of all kinds, newest first.
//!
//! Owns the order: by the time of each chat's newest message, then by its place in the ledger, which
//! no two share. It knows no TL.

use super::World;
use super::channel::Channel;
use super::dialog::Dialog;
use super::folders::{ARCHIVE, MAIN};
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
    /// When it was sent, in seconds since 1970.
    pub date: i32,
    /// The folder it is in.
    pub folder: i32,
    /// True if it is pinned there.
    pub pinned: bool,
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

impl Listed<'_> {
    /// Where it stands in the order of the list, the newest last.
    pub fn place(&self) -> (i32, PostId) {
        (self.date, self.post)
    }

    /// What `user` has not read in it.
    pub fn unread(&self, user: UserId) -> i32 {
        match self.marks {
            Marks::Own(dialog) => dialog.unread,
            Marks::Channel(channel) => channel.unread(user),
        }
    }
}

impl World {
    /// The chats of an account that hold messages: pinned ones first, from the top, then the others,
    /// newest first. Of one folder, or of all with those of the list pinned before those of the
    /// archive.
    pub fn dialogs(&self, user: UserId, folder: Option<i32>) -> Vec<Listed<'_>> {
        let mut listed = self.dialogs_by_time(user);
        listed.retain(|listed| folder.is_none_or(|folder| folder == listed.folder));
        let Some(account) = self.account(user) else {
            return listed;
        };
        let mut pinned = account.folders.pinned(MAIN);
        pinned.extend(account.folders.pinned(ARCHIVE));
        let place = |listed: &Listed<'_>| pinned.iter().position(|peer| *peer == listed.peer);
        // The sort is stable: what is not pinned stays in the order of time.
        listed.sort_by_key(|listed| place(listed).unwrap_or(usize::MAX));
        listed
    }

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
        listed.sort_unstable_by_key(|listed| std::cmp::Reverse(listed.place()));
        listed
    }

    /// One chat of an account; `None` when it holds no messages.
    pub fn listed(&self, user: UserId, peer: Peer) -> Option<Listed<'_>> {
        let folders = &self.account(user)?.folders;
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
        let post = self.post_of(user, peer, top)?;
        Some(Listed {
            peer,
            top,
            post,
            date: self.post(post)?.date,
            folder: folders.folder(peer),
            pinned: folders.is_pinned(peer),
            marks,
        })
    }

    /// The ids of the messages that are in a chat, oldest first.
    pub fn messages_in(&self, user: UserId, peer: Peer) -> &[MessageId] {
        match peer {
            Peer::Channel(id) => self.channel(id).map_or(&[], |channel| {
                let (all, hidden) = (channel.present().messages(), channel.hidden(user));
                all.get(all.partition_point(|id| *id <= hidden)..)
                    .unwrap_or_default()
            }),
            Peer::User(_) | Peer::Group(_) => {
                let account = self.account(user);
                let dialog = account.and_then(|account| account.dialogs.get(&peer));
                dialog.map_or(&[], Dialog::messages)
            }
        }
    }

    /// The message that `user` knows by `id` in `peer`, if it is there and not deleted.
    pub fn post_of(&self, user: UserId, peer: Peer, id: MessageId) -> Option<PostId> {
        match peer {
            Peer::Channel(channel) => {
                let channel = self.channel(channel)?;
                (id > channel.hidden(user)).then_some(channel.line(id)?.post)
            }
            Peer::User(_) | Peer::Group(_) => {
                let held = self.account(user)?.held(id)?;
                (held.peer == peer).then_some(held.post)
            }
        }
    }
}
