//! The files that messages carry: what Telegram says of them, and what became of their bytes here.
//!
//! It must not know TL, which says the former, nor where bytes are kept.

use crate::model::{ChatId, MessageId, SessionId, UtcTime};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A closed list by names.
macro_rules! names {
    ($(#[$doc:meta])+ $name:ident { $($(#[$of:meta])+ $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$of])+ #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All there are.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in the database and in answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one of that name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

names! {
    /// Telegram's class of a message's media that has a file.
    MediaClass {
        /// A photo.
        Photo = "MessageMediaPhoto",
        /// Any other file.
        Document = "MessageMediaDocument",
    }
}

names! {
    /// What kind of file it is, as accounts choose what is downloaded.
    FileKind {
        /// Photos.
        Photos = "photos",
        /// Videos.
        Videos = "videos",
        /// Voice messages.
        VoiceMessages = "voice_messages",
        /// Round videos.
        VideoMessages = "video_messages",
        /// Stickers.
        Stickers = "stickers",
        /// Animations.
        Gifs = "gifs",
        /// Everything else, music too.
        Files = "files",
    }
}

names! {
    /// What became of a file's bytes.
    MediaState {
        /// Nobody has wanted them yet.
        Skipped = "skipped",
        /// They are kept.
        Stored = "stored",
        /// They were wanted, and could not be had.
        Failed = "failed",
        /// They were kept, and are no more.
        Gone = "gone",
    }
}

/// The file of a message, as Telegram tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageFile {
    /// Telegram's class of the media.
    pub class: MediaClass,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Telegram's number of the photo or document; its bytes never change.
    pub file_id: i64,
    /// Its MIME type.
    pub mime: String,
    /// Its name, if it has one; photos have none.
    pub name: Option<String>,
    /// Its size in bytes.
    pub size: u64,
}

/// What clients call the file of a message by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileUuid(pub Uuid);

impl FileUuid {
    /// A new one.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The one that a text names.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().map(Self)
    }
}

impl fmt::Display for FileUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The name of kept bytes: their SHA-256, so that no client names them and equal ones are one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName([u8; 32]);

impl ObjectName {
    /// The name of bytes with this SHA-256.
    pub const fn of(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// The one that 64 hexadecimal digits name.
    pub fn parse(text: &str) -> Option<Self> {
        let mut sha256 = [0; 32];
        hex::decode_to_slice(text, &mut sha256).ok()?;
        Some(Self(sha256))
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The file of a message of the log, and what became of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its row.
    pub id: i64,
    /// What clients call it; it never changes.
    pub uuid: FileUuid,
    /// The account whose message it is.
    pub session_id: SessionId,
    /// The message's chat.
    pub chat_id: ChatId,
    /// The message's number there.
    pub message_id: MessageId,
    /// What Telegram says of it.
    pub file: MessageFile,
    /// What became of its bytes.
    pub state: MediaState,
    /// Its kept bytes, when they are [`MediaState::Stored`].
    pub object: Option<StoredObject>,
    /// How often it was tried to download them without success, since the last one.
    pub attempts: u32,
    /// Whether its bytes stay when others have to make room.
    pub pinned: bool,
    /// When this was last so that it changed.
    pub updated_at: UtcTime,
}

/// Kept bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Their name.
    pub name: ObjectName,
    /// How many they are.
    pub size: u64,
}

impl Media {
    /// How large it is: as its bytes are, else as Telegram says.
    pub fn size(&self) -> u64 {
        self.object.map_or(self.file.size, |object| object.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in FileKind::ALL {
            assert_eq!(FileKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(MediaState::parse("else"), None);
        let uuid = FileUuid::random();
        assert_eq!(FileUuid::parse(&uuid.to_string()), Some(uuid));
        let name = ObjectName::of([0xab; 32]);
        assert_eq!(ObjectName::parse(&name.to_string()), Some(name));
        for wrong in ["", "ab", "../../../etc/passwd", &"g".repeat(64)] {
            assert_eq!(ObjectName::parse(wrong), None, "{wrong}");
        }
    }
}
