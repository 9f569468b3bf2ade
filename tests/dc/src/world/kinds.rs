//! What kind of thing a message shows, as searches tell them apart.
//!
//! Owns the order in which the attributes of a document decide: Telegram's clients read them so.
//! Source: <https://core.telegram.org/type/MessagesFilter>.

use grammers_tl_types::enums::{DocumentAttribute, MessageEntity, MessageMedia};

use super::World;
use super::files::{FileKind, StoredFile};
use super::media::Media;
use super::post::{Content, Post};

/// Kinds of what messages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A photo.
    Photo,
    /// A video that is neither round nor plays for itself.
    Video,
    /// A round video.
    RoundVideo,
    /// A video without sound that plays for itself.
    Gif,
    /// Something spoken.
    Voice,
    /// Music.
    Music,
    /// A sticker; no search is for them.
    Sticker,
    /// Any other file.
    Document,
    /// A poll.
    Poll,
    /// A place on the map.
    Geo,
    /// Somebody's number and name.
    Contact,
}

impl World {
    /// What a message shows, if it is anything that can be searched for.
    pub(super) fn kind(&self, post: &Post) -> Option<Kind> {
        match post.content.media.as_ref()? {
            Media::File { file, .. } => self.file(*file).map(|file| file.kind()),
            Media::Poll(_) => Some(Kind::Poll),
            Media::Told(told) => match **told {
                MessageMedia::Geo(_) | MessageMedia::Venue(_) => Some(Kind::Geo),
                MessageMedia::Contact(_) => Some(Kind::Contact),
                _ => None,
            },
            Media::WebPage(_) | Media::Raw(_) => None,
        }
    }
}

impl StoredFile {
    fn kind(&self) -> Kind {
        let FileKind::Document { attributes, .. } = &self.kind else {
            return Kind::Photo;
        };
        let mut kind = Kind::Document;
        for attribute in attributes {
            kind = match attribute {
                DocumentAttribute::Sticker(_) | DocumentAttribute::CustomEmoji(_) => Kind::Sticker,
                DocumentAttribute::Animated => Kind::Gif,
                DocumentAttribute::Video(video) if video.round_message => Kind::RoundVideo,
                DocumentAttribute::Video(_) => Kind::Video,
                DocumentAttribute::Audio(audio) if audio.voice => Kind::Voice,
                DocumentAttribute::Audio(_) => Kind::Music,
                _ => continue,
            };
            // A video of one of these is not a video.
            if [Kind::Sticker, Kind::Gif].contains(&kind) {
                return kind;
            }
        }
        kind
    }
}

impl Content {
    /// Whether the text has links, or a page is previewed.
    pub(super) fn has_link(&self) -> bool {
        self.text.contains("://")
            || matches!(self.media, Some(Media::WebPage(_)))
            || self
                .entities
                .iter()
                .any(|entity| matches!(entity, MessageEntity::Url(_) | MessageEntity::TextUrl(_)))
    }
}
