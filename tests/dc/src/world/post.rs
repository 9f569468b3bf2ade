//! A message as the data centre holds it once, whoever sees it.
//!
//! Owns the text with all its versions and the ids under which accounts hold it. Knows neither
//! dialogs nor pts.

use grammers_tl_types::enums::MessageEntity;

use super::forward::Forward;
use super::ids::{AudienceId, ChannelId, GroupId, MessageId, PostId, UserId};
use super::media::Media;
use super::raw::RawId;
use super::reactions::Reaction;
use super::topics::TopicChange;

/// One message of any chat.
#[derive(Clone, Debug)]
pub struct Post {
    /// Who wrote it.
    pub author: UserId,
    /// In which chat.
    pub place: Place,
    /// Who holds it in their own box under which id, the author first; empty in channels.
    pub sides: Vec<Side>,
    /// Seconds since 1970 by the data centre's clock.
    pub date: i32,
    /// Microseconds since 1970 by the machine's clock: when it was handed to the links.
    pub sent_at: i64,
    /// What it says now; empty for a service message.
    pub content: Content,
    /// What a service message tells of.
    pub action: Option<Action>,
    /// True if the receivers' devices should not ring.
    pub silent: bool,
    /// The message it answers.
    pub reply_to: Option<PostId>,
    /// The topic of a forum it stands in, none for the one for everything else.
    pub topic: Option<MessageId>,
    /// The album it belongs to, the same number for all of its messages.
    pub grouped_id: Option<i64>,
    /// Where it came from, if it was forwarded with its author.
    pub forward: Option<Forward>,
    /// True if it waited for its time.
    pub from_scheduled: bool,
    /// Who reacted to it, oldest first, each once.
    pub reactions: Vec<Reaction>,
    /// What it said before each edit, oldest first, with the time of that edit.
    pub edits: Vec<Edit>,
    /// When it was deleted for everybody, in microseconds since 1970 by the machine's clock.
    pub deleted_at: Option<i64>,
}

/// The chat a message is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The private chat of the author with this user; with oneself, Saved Messages.
    Private(UserId),
    /// A basic group.
    Group(GroupId),
    /// A supergroup or a broadcast channel.
    Channel {
        /// Which one.
        channel: ChannelId,
        /// The message's id there.
        id: MessageId,
        /// The members at the time.
        audience: AudienceId,
    },
}

/// One participant of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Whose box.
    pub user: UserId,
    /// The message's id in that box.
    pub id: MessageId,
}

/// The text of a message with its formatting, and what it shows beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// At most 4096 UTF-16 units.
    pub text: String,
    /// Offsets and lengths in UTF-16 units.
    pub entities: Vec<MessageEntity>,
    /// A file, to which the text is the caption, or the preview of a page that the text names.
    pub media: Option<Media>,
    /// What is shown in the place of the whole message.
    pub raw: Option<RawId>,
}

/// What a service message tells of. Its author is who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A basic group was made, with these members beside the author.
    GroupCreated {
        /// Its title then.
        title: String,
        /// Without the author.
        members: Vec<UserId>,
    },
    /// A supergroup or a broadcast channel was made under this title.
    ChannelCreated(String),
    /// These people were added; alone the author, who then joined.
    Added(Vec<UserId>),
    /// This member was removed; the author, who then left.
    Removed(UserId),
    /// The author joined by a link of this person's.
    JoinedByLink(UserId),
    /// The message that this one answers was pinned.
    Pinned,
    /// The chat has this title from now on.
    Renamed(String),
    /// A topic was made; its id is that of this message.
    TopicCreated {
        /// What it is called.
        title: String,
        /// As `0xRRGGBB`.
        colour: i32,
        /// An emoji in the place of the coloured sign.
        emoji: Option<i64>,
    },
    /// The topic that this message stands in was changed.
    TopicEdited(TopicChange),
    /// This supergroup has taken the basic group's place.
    MigratedTo(ChannelId),
    /// The supergroup was this basic group, under this title.
    MigratedFrom(GroupId, String),
}

/// An earlier version of a message.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What it said until then.
    pub before: String,
    /// When it was replaced, in seconds since 1970 by the data centre's clock.
    pub date: i32,
    /// The same in microseconds by the machine's clock.
    pub at: i64,
}

impl Content {
    /// A text without formatting.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Post {
    /// The id of this message as `user` sees it, `None` if it is not in their box. In a channel
    /// it is the same for all, members or not.
    pub fn id_for(&self, user: UserId) -> Option<MessageId> {
        if let Place::Channel { id, .. } = self.place {
            return Some(id);
        }
        let side = self.sides.iter().find(|side| side.user == user)?;
        Some(side.id)
    }

    /// The channel it is in.
    pub fn channel(&self) -> Option<ChannelId> {
        match self.place {
            Place::Channel { channel, .. } => Some(channel),
            Place::Private(_) | Place::Group(_) => None,
        }
    }
}
