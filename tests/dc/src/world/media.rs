//! What a message shows beside its text: a file, a poll, or the preview of a page.
//!
//! Owns which of the two survives an edit. What is in a file is `files`'; how it looks is not known
//! here.

use super::files::FileId;
use super::poll::PollId;
use super::post::Content;
use super::raw::RawId;

/// What a message shows beside its text.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Something of which only the bytes are known.
    Raw(RawId),
}

impl Media {
    /// Whether the text is a caption.
    pub fn is_file(&self) -> bool {
        self.file().is_some()
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<FileId> {
        match self {
            Self::File { file, .. } => Some(*file),
            Self::WebPage(_) | Self::Poll(_) | Self::Raw(_) => None,
        }
    }

    /// The poll, if it is one.
    pub fn poll(&self) -> Option<PollId> {
        match self {
            Self::Poll(poll) => Some(*poll),
            Self::File { .. } | Self::WebPage(_) | Self::Raw(_) => None,
        }
    }
}

impl Content {
    /// Takes over the file of the version before, unless this one brings a file of its own: an
    /// edit of the text changes the caption.
    pub fn keep_file(&mut self, before: &Self) {
        let brings_file = self.media.as_ref().is_some_and(Media::is_file);
        if !brings_file && before.media.as_ref().is_some_and(Media::is_file) {
            self.media.clone_from(&before.media);
        }
    }
}
