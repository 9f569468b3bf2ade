//! Photos and documents: what they are, in which data centre, and who may fetch them.
//!
//! Owns the files that messages show, with their access hashes and the references that expire. The
//! bytes are `storage`'s. Source: <https://core.telegram.org/api/file_reference>.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;

use grammers_tl_types::enums::DocumentAttribute;

use super::World;
use super::ids::{ChannelId, GroupId, PostId, UserId};
use super::media::Media;
use super::post::{Place, Post};
use super::random::random;
use super::refusal::Refusal;
use crate::image::Format;
use crate::storage::Blob;

/// A photo's or a document's id, the same for every account. Positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub i64);

/// A photo or a document.
#[derive(Debug)]
pub struct StoredFile {
    /// What it is.
    pub kind: FileKind,
    /// All of it.
    pub blob: Blob,
    /// What its first bytes look like.
    pub format: Option<Format>,
    /// The data centre that has it, 1 to 5.
    pub dc: i32,
    /// When it came, in seconds since 1970.
    pub date: i32,
}

/// What a file is.
#[derive(Clone, Debug)]
pub enum FileKind {
    /// A picture that is shown in the chat.
    Photo(Dimensions),
    /// Anything else.
    Document {
        /// Such as `text/plain`; never empty.
        mime: String,
        /// As the client told them.
        attributes: Vec<DocumentAttribute>,
        /// A small picture of it.
        thumb: Option<(Blob, Dimensions)>,
    },
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// From left to right.
    pub width: i32,
    /// From top to bottom.
    pub height: i32,
}

/// A chat with all its sides, whoever names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Chat {
    /// Of these two, the smaller id first; twice the same for Saved Messages.
    Private(UserId, UserId),
    /// A basic group.
    Group(GroupId),
    /// A supergroup or a broadcast channel.
    Channel(ChannelId),
}

/// All files, and which references to them count.
#[derive(Debug, Default)]
pub struct Files {
    /// The data centre that new files come to; their owner's if `None`.
    pub new_in: Option<i32>,
    by_id: HashMap<FileId, Arc<StoredFile>>,
    expired: u32,
    expired_in: HashMap<Chat, u32>,
}

impl Chat {
    /// The private chat of two people.
    pub fn private(one: UserId, other: UserId) -> Self {
        Self::Private(one.min(other), one.max(other))
    }

    /// Where a message is.
    pub fn of(post: &Post) -> Self {
        match post.place {
            Place::Private(other) => Self::private(post.author, other),
            Place::Group(group) => Self::Group(group),
            Place::Channel { channel, .. } => Self::Channel(channel),
        }
    }
}

impl World {
    /// A photo or document.
    pub fn file(&self, id: FileId) -> Option<&Arc<StoredFile>> {
        self.files.by_id.get(&id)
    }

    /// Whether what a message shows is a photo.
    pub fn is_photo(&self, media: &Media) -> bool {
        let file = media.file().and_then(|id| self.file(id));
        file.is_some_and(|file| matches!(file.kind, FileKind::Photo(_)))
    }

    /// Keeps a file of `owner`'s. It comes to the data centre that is set for new files, else to
    /// the one `dc` that its owner's key talks to.
    pub fn keep_file(
        &mut self,
        kind: FileKind,
        blob: Blob,
        format: Option<Format>,
        dc: i32,
    ) -> FileId {
        let id = FileId(i64::from_le_bytes(random()).wrapping_abs().max(1));
        let file = StoredFile {
            kind,
            blob,
            format,
            dc: self.files.new_in.unwrap_or(dc),
            date: self.now(),
        };
        self.files.by_id.insert(id, Arc::new(file));
        id
    }

    /// What everybody must show to fetch a file. The same for all accounts: messages are pushed to
    /// the members of a channel in one form.
    pub fn file_hash(&self, id: FileId) -> i64 {
        self.proof(&[id.0])
    }

    /// What a client must show that has seen the file in this message, as long as it counts.
    pub fn file_reference(&self, id: FileId, seen_in: Option<PostId>) -> Vec<u8> {
        let seen = seen_in.and_then(|post| i64::try_from(post.0).ok());
        let seen = seen.unwrap_or(-1);
        let epoch = i64::from(self.epoch(seen_in));
        let proof = self.proof(&[id.0, seen, epoch]);
        let mut reference = vec![1];
        for number in [seen, epoch, proof] {
            reference.extend_from_slice(&number.to_le_bytes());
        }
        reference
    }

    /// Checks a reference to a file.
    ///
    /// # Errors
    /// 400 `FILE_REFERENCE_EMPTY`, `FILE_REFERENCE_INVALID`, `FILE_REFERENCE_EXPIRED`.
    pub fn check_reference(&self, id: FileId, reference: &[u8]) -> Result<(), Refusal> {
        if reference.is_empty() {
            return Err(Refusal::bad("FILE_REFERENCE_EMPTY"));
        }
        let (seen, epoch) = self
            .read_reference(id, reference)
            .ok_or_else(|| Refusal::bad("FILE_REFERENCE_INVALID"))?;
        let seen_in = usize::try_from(seen).ok().map(PostId);
        if epoch == i64::from(self.epoch(seen_in)) {
            Ok(())
        } else {
            Err(Refusal::bad("FILE_REFERENCE_EXPIRED"))
        }
    }

    /// Lets all references run out that were given until now, or those of one chat's messages.
    pub fn expire_references(&mut self, chat: Option<Chat>) {
        let count = match chat {
            Some(chat) => self.files.expired_in.entry(chat).or_default(),
            None => &mut self.files.expired,
        };
        *count = count.wrapping_add(1);
    }

    fn read_reference(&self, id: FileId, reference: &[u8]) -> Option<(i64, i64)> {
        let (1, numbers) = reference
            .split_first()
            .map(|(first, rest)| (*first, rest))?
        else {
            return None;
        };
        let (numbers, rest) = numbers.as_chunks::<8>();
        let [seen, epoch, proof] = numbers
            .iter()
            .map(|n| i64::from_le_bytes(*n))
            .collect::<Vec<_>>()[..]
        else {
            return None;
        };
        (rest.is_empty() && proof == self.proof(&[id.0, seen, epoch])).then_some((seen, epoch))
    }

    /// How often the references of a message have run out.
    fn epoch(&self, seen_in: Option<PostId>) -> u32 {
        let chat = seen_in.and_then(|id| self.post(id)).map(Chat::of);
        let here = chat.and_then(|chat| self.files.expired_in.get(&chat));
        self.files.expired.wrapping_add(here.copied().unwrap_or(0))
    }

    fn proof(&self, of: &[i64]) -> i64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.secret);
        hasher.write(b"file");
        for number in of {
            hasher.write_i64(*number);
        }
        hasher.finish().cast_signed()
    }
}
