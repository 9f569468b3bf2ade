//! The ledger: every message the data centre holds, for comparing with what others captured.
//!
//! Owns the form in which messages are shown to tests and to the control port. It changes nothing.

use serde::Serialize;

use super::World;
use super::channel::ChannelKind;
use super::ids::{AudienceId, Peer, PostId, UserId};
use super::post::{Action, Place, Post, Side};

/// One message of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its place, from 0, in the order of sending.
    pub n: usize,
    /// What kind of chat it is in.
    pub kind: ChatKind,
    /// What names the chat: the marked id of a group or channel; in private chats, which each side
    /// names after the other, both user ids ascending, one for Saved Messages.
    pub chat: Vec<i64>,
    /// Who wrote it, also in broadcast channels, whose members are not told.
    pub sender: i64,
    /// Its id where it is the same for all: in channels.
    pub message_id: Option<i32>,
    /// What it says now; empty for a service message.
    pub text: String,
    /// What a service message tells of.
    pub service: Option<Service>,
    /// When it was sent, in seconds since 1970 by the data centre's clock.
    pub date: i32,
    /// When it was handed to the links, in microseconds since 1970 by the machine's clock.
    pub sent_at: i64,
    /// True if it was sent without sound.
    pub silent: bool,
    /// The `n` of the message it answers.
    pub reply_to: Option<usize>,
    /// Earlier texts, oldest first.
    pub edits: Vec<EditEntry>,
    /// When it was deleted for everybody, in microseconds since 1970 by the machine's clock.
    pub deleted_at: Option<i64>,
    /// Everybody who must have seen it, in private chats and basic groups.
    pub accounts: Vec<Witness>,
    /// Everybody who must have seen it, in channels: the members then, by the audience's id.
    pub audience: Option<usize>,
}

/// The kinds of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// Two accounts, or Saved Messages.
    Private,
    /// A basic group.
    Group,
    /// A supergroup.
    Supergroup,
    /// A broadcast channel.
    Broadcast,
}

impl From<ChannelKind> for ChatKind {
    fn from(kind: ChannelKind) -> Self {
        match kind {
            ChannelKind::Supergroup => Self::Supergroup,
            ChannelKind::Broadcast => Self::Broadcast,
        }
    }
}

/// What service messages tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The chat was made.
    Created,
    /// Members were added, or joined.
    Added,
    /// A member was removed, or left.
    Removed,
    /// A message was pinned.
    Pinned,
    /// The chat has another title.
    Renamed,
    /// A basic group became a supergroup; told in both.
    Migrated,
    /// A topic of a forum was made or changed.
    Topic,
}

/// An earlier text of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditEntry {
    /// What it said.
    pub before: String,
    /// When that was replaced, in seconds since 1970 by the data centre's clock.
    pub date: i32,
    /// The same in microseconds by the machine's clock.
    pub at: i64,
}

/// An account that holds, or held, a message in its own box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The account.
    pub user_id: i64,
    /// Its number, without the plus sign.
    pub phone: String,
    /// The message's id in this account's box.
    pub message_id: i32,
    /// The chat's marked id as this account names it.
    pub peer_id: i64,
    /// True if this account wrote it.
    pub out: bool,
    /// True if the message is deleted for this account.
    pub deleted: bool,
}

impl World {
    /// How many messages the ledger holds.
    pub fn ledger_len(&self) -> usize {
        self.posts.len()
    }

    /// At most `limit` messages from `from` on, in the order of sending.
    pub fn ledger(&self, from: usize, limit: usize) -> Vec<Entry> {
        let end = from.saturating_add(limit).min(self.posts.len());
        (from.min(end)..end)
            .filter_map(|n| self.entry(PostId(n)))
            .collect()
    }

    /// The members of an audience by id, ascending; empty for one that does not exist.
    pub fn audience_ids(&self, audience: usize) -> Vec<i64> {
        let members = self.audience_members(AudienceId(audience));
        members.map_or(Vec::new(), |members| {
            members.iter().map(|id| id.0).collect()
        })
    }

    fn entry(&self, id: PostId) -> Option<Entry> {
        let post = self.post(id)?;
        let (kind, chat) = self.chat_of(post);
        let (message_id, audience) = match post.place {
            Place::Channel { id, audience, .. } => (Some(id.0), Some(audience.0)),
            Place::Private(_) | Place::Group(_) => (None, None),
        };
        let edits = post.edits.iter().map(|edit| EditEntry {
            before: edit.before.clone(),
            date: edit.date,
            at: edit.at,
        });
        Some(Entry {
            n: id.0,
            kind,
            chat,
            sender: post.author.0,
            message_id,
            text: post.content.text.clone(),
            service: post.action.as_ref().map(service),
            date: post.date,
            sent_at: post.sent_at,
            silent: post.silent,
            reply_to: post.reply_to.map(|post| post.0),
            edits: edits.collect(),
            deleted_at: post.deleted_at,
            accounts: post
                .sides
                .iter()
                .filter_map(|side| self.witness(*side))
                .collect(),
            audience,
        })
    }

    fn chat_of(&self, post: &Post) -> (ChatKind, Vec<i64>) {
        match post.place {
            Place::Private(other) => {
                let mut sides = vec![post.author.0, other.0];
                sides.sort_unstable();
                sides.dedup();
                (ChatKind::Private, sides)
            }
            Place::Group(id) => (ChatKind::Group, vec![Peer::Group(id).marked()]),
            Place::Channel { channel, .. } => {
                let kind = self.channel(channel).map(|channel| channel.kind);
                let kind = kind.map_or(ChatKind::Supergroup, ChatKind::from);
                (kind, vec![Peer::Channel(channel).marked()])
            }
        }
    }

    fn witness(&self, side: Side) -> Option<Witness> {
        let Side { user, id } = side;
        let account = self.account(user)?;
        let held = account.any_held(id)?;
        let UserId(user_id) = user;
        Some(Witness {
            user_id,
            phone: account.phone.clone(),
            message_id: id.0,
            peer_id: held.peer.marked(),
            out: held.out,
            deleted: held.deleted,
        })
    }
}

fn service(action: &Action) -> Service {
    match action {
        Action::GroupCreated { .. } | Action::ChannelCreated(_) => Service::Created,
        Action::Added(_) | Action::JoinedByLink(_) => Service::Added,
        Action::Pinned => Service::Pinned,
        Action::Removed(_) => Service::Removed,
        Action::Renamed(_) => Service::Renamed,
        Action::MigratedTo(_) | Action::MigratedFrom(..) => Service::Migrated,
        Action::TopicCreated { .. } | Action::TopicEdited(_) => Service::Topic,
    }
}
