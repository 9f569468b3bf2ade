//! What scripts put into answers and pushes byte by byte, known to any client or to none.
//!
//! Owns nothing: the bytes are the world's. Over the control port it is `POST /raw`.

use bytes::Bytes;

use super::{Dc, SentIds, find_peer};
use crate::world::World;
use crate::world::ids::MessageId;
use crate::world::media::Media;
use crate::world::post::Content;
use crate::world::raw::Raw;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

/// Which part of a message is raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawPart {
    /// A `MessageMedia`; the rest of the message is as usual.
    Media(Vec<u8>),
    /// The whole `Message`. Its id can be written into it with [`Raw::with_id_at`].
    Message(Raw),
}

impl RawPart {
    fn content(self, world: &mut World, text: &str) -> Result<Content, Refusal> {
        let mut content = Content::plain(text);
        match self {
            Self::Media(bytes) => {
                let raw = world.raws.keep(Raw::new(bytes))?;
                content.media = Some(Media::Raw(raw));
            }
            Self::Message(raw) => content.raw = Some(world.raws.keep(raw)?),
        }
        Ok(content)
    }
}

impl Dc {
    /// Sends a message of which a part, or everything, is these bytes wherever it is shown. The
    /// text, which may be empty, is what the ledger and searches know.
    ///
    /// # Errors
    /// As [`Dc::send`]; 400 `RAW_LENGTH_INVALID`, `RAW_ID_INVALID`.
    pub fn send_raw(
        &self,
        from: &str,
        to: &str,
        text: &str,
        part: RawPart,
    ) -> Result<SentIds, Refusal> {
        let content = part.content(&mut self.0.api.world(), text)?;
        let draft = Draft {
            content,
            ..Draft::default()
        };
        self.send_draft(from, to, draft)
    }

    /// Edits a message into one of which a part, or everything, is these bytes. An edit of the text
    /// with [`Dc::edit_in`] makes it an ordinary one.
    ///
    /// # Errors
    /// As [`Dc::edit_in`] and [`Dc::send_raw`].
    pub fn edit_raw(
        &self,
        chat: &str,
        author: &str,
        message_id: i32,
        text: &str,
        part: RawPart,
    ) -> Result<(), Refusal> {
        let author = self.user(author)?;
        let mut world = self.0.api.world();
        let chat = find_peer(&mut world, chat)?;
        let content = part.content(&mut world, text)?;
        let id = MessageId(message_id);
        world.edit(author, Some(chat), id, content, None).map(drop)
    }

    /// Shows these bytes in the place of a `User`, to everybody else, or of a `Chat`; `None` ends
    /// that.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, `RAW_LENGTH_INVALID`.
    pub fn raw_object(&self, peer: &str, bytes: Option<&[u8]>) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let peer = find_peer(&mut world, peer)?;
        world.disguise(peer, bytes.map(Raw::new))
    }

    /// Lets an `Update` of these bytes happen to an account or in a channel. It is pushed within
    /// `updates`; with a `pts_count` above 0 it moves the pts and stands in differences too.
    ///
    /// # Errors
    /// 400 `CHAT_NOT_FOUND`, `RAW_LENGTH_INVALID`, `PEER_ID_INVALID` for basic groups.
    pub fn raw_update(&self, to: &str, bytes: &[u8], pts_count: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let to = find_peer(&mut world, to)?;
        world.happen_raw(to, Raw::new(bytes), pts_count)
    }

    /// Pushes these bytes to an account in the place of `Updates`. Answers to how many keys.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `RAW_LENGTH_INVALID`.
    pub fn push_raw(&self, account: &str, bytes: &[u8]) -> Result<usize, Refusal> {
        Raw::new(bytes).check()?;
        let bytes = Bytes::copy_from_slice(bytes);
        self.each_key(account, |links, key| links.push(key.0, None, bytes.clone()))
    }
}
