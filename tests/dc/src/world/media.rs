//! What a message shows beside its text: a file, a poll, a place, or the preview of a page.
//!
//! Owns what survives an edit of the text. What is in a file is `files`'; how it looks is not known
//! here.

use grammers_tl_types::enums::MessageMedia;

use super::files::FileId;
use super::poll::PollId;
use super::post::Content;
use super::raw::RawId;

/// What a message shows beside its text.
#[derive(Clone, Debug, PartialEq)]
pub enum Media {
    /// A photo or a document.
    File {
        /// Which one.
        file: FileId,
        /// True if it is covered until somebody taps on it.
        spoiler: bool,
    },
    /// The preview of the page at this address.
    WebPage(String),
    /// A poll.
    Poll(PollId),
    /// Something that says everything itself: a point on the map, a venue, a contact.
    Told(Box<MessageMedia>),
    /// Something of which only the bytes are known.
    Raw(RawId),
}

impl Media {
    /// Whether the text is a caption.
    pub fn is_file(&self) -> bool {
        self.file().is_some()
    }

    /// Whether a message that shows it needs no text.
    pub fn stands_alone(&self) -> bool {
        !matches!(self, Self::WebPage(_))
    }

    /// Whether a new text leaves it as it is.
    fn outlives_text(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Told(_))
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Self::File { file, .. } => Some(*file),
            Self::WebPage(_) | Self::Poll(_) | Self::Told(_) | Self::Raw(_) => None,
        }
    }

    /// The poll, if it is one.
    pub fn poll(&self) -> Option<PollId> {
        match self {
            Self::Poll(poll) => Some(*poll),
            Self::File { .. } | Self::WebPage(_) | Self::Told(_) | Self::Raw(_) => None,
        }
    }
}

impl Content {
    /// Takes over the file or place of the version before, unless this one brings one of its own:
    /// an edit of the text changes the caption.
    pub fn keep_file(&mut self, before: &Self) {
        let brings_one = self.media.as_ref().is_some_and(Media::outlives_text);
        if !brings_one && before.media.as_ref().is_some_and(Media::outlives_text) {
            self.media.clone_from(&before.media);
        }
    }
}
