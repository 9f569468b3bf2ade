//! Who and what an answer names: its users and chats must come with it.
//!
//! Owns the collection, each once and by id, and whether they come whole or `min`. How they look
//! is `user`'s and `chat`'s. Source: <https://core.telegram.org/api/min>.

use std::collections::BTreeSet;

use grammers_tl_types::enums;
use grammers_tl_types::enums::MessageEntity;

use super::chat::{chat, min_channel};
use super::poll::recent_voters;
use super::user::{min_user, user};
use crate::world::World;
use crate::world::channel::ChannelKind;
use crate::world::events::EventKind;
use crate::world::ids::{ChannelId, GroupId, MessageId, Peer, PostId, UserId};
use crate::world::media::Media;
use crate::world::post::{Action, Place, Post};

/// The users and chats that something names.
#[derive(Clone, Debug, Default)]
pub(in crate::rpc) struct Cast {
    users: BTreeSet<UserId>,
    groups: BTreeSet<GroupId>,
    channels: BTreeSet<ChannelId>,
}

impl Cast {
    /// Nobody but these.
    pub(in crate::rpc) fn of(peers: impl IntoIterator<Item = Peer>) -> Self {
        let mut cast = Self::default();
        for peer in peers {
            cast.add(peer);
        }
        cast
    }

    /// Adds a user.
    pub(in crate::rpc) fn add_user(&mut self, user: UserId) {
        self.users.insert(user);
    }

    /// Adds whatever stands for a chat.
    pub(in crate::rpc) fn add(&mut self, peer: Peer) {
        match peer {
            Peer::User(id) => self.users.insert(id),
            Peer::Group(id) => self.groups.insert(id),
            Peer::Channel(id) => self.channels.insert(id),
        };
    }

    /// Adds everybody a message names, and its chat.
    pub(in crate::rpc) fn add_post(&mut self, world: &World, id: PostId) {
        let Some(post) = world.post(id) else {
            return;
        };
        match post.place {
            Place::Private(other) => self.users.extend([post.author, other]),
            Place::Group(id) => {
                self.groups.insert(id);
                self.users.insert(post.author);
            }
            Place::Channel { channel, .. } => {
                self.channels.insert(channel);
                let kind = world.channel(channel).map(|channel| channel.kind);
                if kind == Some(ChannelKind::Supergroup) {
                    self.users.insert(post.author);
                }
            }
        }
        if let Some(forward) = post.forward {
            self.add(forward.from);
            if let Some((chat, _)) = forward.saved_from {
                self.add(chat);
            }
        }
        self.add_reactors(world, post);
        let poll = post.content.media.as_ref().and_then(Media::poll);
        let poll = poll.and_then(|poll| world.poll(poll));
        self.users
            .extend(poll.map(recent_voters).unwrap_or_default());
        self.add_mentioned(post);
    }

    /// Adds those who reacted to a message, where they are shown.
    pub(in crate::rpc) fn add_reactors(&mut self, world: &World, post: &Post) {
        let channel = post.channel().and_then(|id| world.channel(id));
        if channel.is_none_or(|channel| channel.kind == ChannelKind::Supergroup) {
            self.users.extend(post.reactions.iter().map(|one| one.user));
        }
    }

    fn add_mentioned(&mut self, post: &Post) {
        for entity in &post.content.entities {
            if let MessageEntity::MentionName(mention) = entity {
                self.users.insert(UserId(mention.user_id));
            }
        }
        match &post.action {
            Some(Action::GroupCreated { members: users, .. } | Action::Added(users)) => {
                self.users.extend(users);
            }
            Some(Action::Removed(user) | Action::JoinedByLink(user)) => {
                self.users.insert(*user);
            }
            Some(Action::MigratedTo(channel)) => {
                self.channels.insert(*channel);
            }
            Some(Action::MigratedFrom(group, _)) => {
                self.groups.insert(*group);
            }
            Some(
                Action::ChannelCreated(_)
                | Action::Pinned
                | Action::Renamed(_)
                | Action::TopicCreated { .. }
                | Action::TopicEdited(_),
            )
            | None => {}
        }
    }

    /// Adds everybody an event of an account names.
    pub(in crate::rpc) fn add_event(&mut self, world: &World, viewer: UserId, kind: &EventKind) {
        match kind {
            EventKind::New(id) | EventKind::Edited(id) => {
                let held = world.account(viewer).and_then(|account| account.held(*id));
                if let Some(held) = held {
                    self.add_post(world, held.post);
                }
            }
            EventKind::Deleted(_) | EventKind::Raw { .. } => {}
            EventKind::Filed(moves) => {
                for (peer, _) in moves {
                    self.add(*peer);
                }
            }
            EventKind::Pinned { peer, .. }
            | EventKind::ReadInbox { peer, .. }
            | EventKind::ReadOutbox { peer, .. } => {
                self.add(*peer);
            }
        }
    }

    /// Adds everybody a message of a channel names, and the channel.
    pub(in crate::rpc) fn add_line(&mut self, world: &World, channel: ChannelId, id: MessageId) {
        self.channels.insert(channel);
        if let Some(line) = world.channel(channel).and_then(|found| found.line(id)) {
            self.add_post(world, line.post);
        }
    }

    /// Whether a user is among them.
    pub(in crate::rpc) fn has_user(&self, user: UserId) -> bool {
        self.users.contains(&user)
    }

    /// Whether a channel is among them.
    pub(in crate::rpc) fn has_channel(&self, channel: ChannelId) -> bool {
        self.channels.contains(&channel)
    }

    /// The users, whole.
    pub(in crate::rpc) fn users(&self, world: &World, viewer: UserId) -> Vec<enums::User> {
        let users = self.users.iter();
        users.filter_map(|id| user(world, viewer, *id)).collect()
    }

    /// The chats, whole.
    pub(in crate::rpc) fn chats(&self, world: &World, viewer: UserId) -> Vec<enums::Chat> {
        let groups = self.groups.iter().map(|id| Peer::Group(*id));
        let channels = self.channels.iter().map(|id| Peer::Channel(*id));
        groups
            .chain(channels)
            .filter_map(|peer| chat(world, viewer, peer))
            .collect()
    }

    /// The users as they come in pushes that are the same for all.
    pub(in crate::rpc) fn min_users(&self, world: &World, with_hash: bool) -> Vec<enums::User> {
        let users = self.users.iter();
        users
            .filter_map(|id| min_user(world, *id, with_hash))
            .collect()
    }

    /// The channels as they come in pushes that are the same for all.
    pub(in crate::rpc) fn min_chats(&self, world: &World) -> Vec<enums::Chat> {
        let channels = self.channels.iter();
        channels
            .filter_map(|id| world.channel(*id))
            .map(|found| min_channel(world, found))
            .collect()
    }
}
