//! Searching: which messages of a chat, or of all chats, are meant by a query.
//!
//! Owns what matches. The order and the paging are the caller's.
//! Source: <https://core.telegram.org/api/search>.

use grammers_tl_types::enums::{DocumentAttribute, MessageEntity};

use super::World;
use super::channel::ChannelKind;
use super::files::FileKind;
use super::ids::{MessageId, Peer, PostId, UserId};
use super::media::Media;
use super::post::{Place, Post};
use super::topics::GENERAL;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Part of the text, in any case; everything if empty.
    pub text: String,
    /// Only what this user wrote, or this channel posted.
    pub from: Option<Peer>,
    /// Only messages of this topic of a forum.
    pub topic: Option<MessageId>,
    /// Only messages of this kind.
    pub filter: Filter,
    /// Not before this time, in seconds since 1970; 0 for no bound.
    pub min_date: i32,
    /// Before this time, in seconds since 1970; 0 for no bound.
    pub max_date: i32,
}

/// Kinds of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them, service messages only without a text to look for.
    #[default]
    Any,
    /// Those that are pinned.
    Pinned,
    /// Those with links.
    Url,
    /// Those that show a photo.
    Photo,
    /// Those that show a video, but not a round one.
    Video,
    /// Both.
    PhotoVideo,
    /// Those with any other file that is not made to be heard or seen at once.
    Document,
    /// Those with music.
    Music,
    /// Those that were spoken.
    Voice,
    /// Those that mention who searches.
    Mentions,
    /// None: a kind that nobody can send here.
    Nothing,
}

impl World {
    /// The messages of a chat that a query means, oldest first.
    pub fn search(&self, user: UserId, peer: Peer, query: &Query) -> Vec<MessageId> {
        let wanted = query.text.to_lowercase();
        let messages = self.messages_in(user, peer).iter().copied();
        messages
            .filter(|id| {
                let post = self.post_of(user, peer, *id);
                post.and_then(|post| self.post(post)).is_some_and(|post| {
                    query.fits(self, post, &wanted) && self.passes(user, peer, *id, post, query)
                })
            })
            .collect()
    }

    /// The messages of all chats of an account that a query means, newest first.
    pub fn search_everywhere(&self, user: UserId, query: &Query) -> Vec<(PostId, Peer, MessageId)> {
        let mut found: Vec<(PostId, Peer, MessageId)> = self
            .dialogs_by_time(user)
            .into_iter()
            .flat_map(|listed| {
                let ids = self.search(user, listed.peer, query).into_iter();
                ids.filter_map(move |id| {
                    Some((self.post_of(user, listed.peer, id)?, listed.peer, id))
                })
            })
            .collect();
        found.sort_unstable_by_key(|(post, ..)| std::cmp::Reverse(*post));
        found
    }

    fn passes(&self, user: UserId, peer: Peer, id: MessageId, post: &Post, query: &Query) -> bool {
        match query.filter {
            Filter::Any => true,
            Filter::Pinned => self.is_pinned(user, peer, id),
            Filter::Url => has_link(post),
            Filter::PhotoVideo => self
                .kind(post)
                .is_some_and(|kind| [Filter::Photo, Filter::Video].contains(&kind)),
            Filter::Photo | Filter::Video | Filter::Document | Filter::Music | Filter::Voice => {
                self.kind(post) == Some(query.filter)
            }
            Filter::Mentions => self.mentions(post, user),
            Filter::Nothing => false,
        }
    }

    /// The kind of file that a message shows.
    fn kind(&self, post: &Post) -> Option<Filter> {
        let file = self.file(post.content.media.as_ref()?.file()?)?;
        let FileKind::Document { attributes, .. } = &file.kind else {
            return Some(Filter::Photo);
        };
        let kind = attributes.iter().find_map(|attribute| match attribute {
            DocumentAttribute::Video(video) if video.round_message => Some(Filter::Nothing),
            DocumentAttribute::Video(_) => Some(Filter::Video),
            DocumentAttribute::Audio(audio) if audio.voice => Some(Filter::Voice),
            DocumentAttribute::Audio(_) => Some(Filter::Music),
            DocumentAttribute::Sticker(_) => Some(Filter::Nothing),
            _ => None,
        });
        Some(kind.unwrap_or(Filter::Document))
    }

    /// Who a message is from, as those see it who read it.
    fn sender(&self, post: &Post) -> Peer {
        match post.place {
            Place::Channel { channel, .. }
                if self
                    .channel(channel)
                    .is_some_and(|found| found.kind == ChannelKind::Broadcast) =>
            {
                Peer::Channel(channel)
            }
            _ => Peer::User(post.author),
        }
    }
}

impl Query {
    fn fits(&self, world: &World, post: &Post, wanted: &str) -> bool {
        let text_fits = wanted.is_empty()
            || post.action.is_none() && post.content.text.to_lowercase().contains(wanted);
        text_fits
            && (self.min_date <= 0 || post.date >= self.min_date)
            && (self.max_date <= 0 || post.date < self.max_date)
            && self.from.is_none_or(|from| world.sender(post) == from)
            && self.topic.is_none_or(|topic| stands_in(post, topic))
    }
}

fn stands_in(post: &Post, topic: MessageId) -> bool {
    match (post.topic, &post.place) {
        (Some(own), _) => own == topic,
        (None, Place::Channel { id, .. }) => *id == topic || topic == GENERAL,
        (None, _) => false,
    }
}

fn has_link(post: &Post) -> bool {
    let text = &post.content.text;
    text.contains("://")
        || matches!(post.content.media, Some(Media::WebPage(_)))
        || post
            .content
            .entities
            .iter()
            .any(|entity| matches!(entity, MessageEntity::Url(_) | MessageEntity::TextUrl(_)))
}
