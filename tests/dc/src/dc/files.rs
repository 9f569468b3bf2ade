//! What scripts do with files: send them, place them, let references and authorisations run out.
//!
//! Owns nothing: files are the world's. Accounts and chats are named as everywhere.

use super::{Dc, SentIds, find, find_chat, find_peer};
use crate::image;
use crate::world::files::{Chat, FileKind};
use crate::world::foreign::Death;
use crate::world::ids::Peer;
use crate::world::media::Media;
use crate::world::moves::HOME_DC;
use crate::world::refusal::Refusal;
use crate::world::send::Draft;

use grammers_tl_types::types::DocumentAttributeFilename;

/// A file that a script sends.
#[derive(Clone, Debug, Default)]
pub struct NewFile {
    /// What it is called.
    pub name: String,
    /// Such as `text/plain`; empty for `application/octet-stream`.
    pub mime: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// True for a photo, false for a document.
    pub photo: bool,
}

impl NewFile {
    fn kind(&self) -> Result<FileKind, Refusal> {
        if self.photo {
            let size = image::dimensions(&self.bytes);
            return size
                .map(FileKind::Photo)
                .ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"));
        }
        let mime = match self.mime.as_str() {
            "" => "application/octet-stream",
            mime => mime,
        };
        let name = DocumentAttributeFilename {
            file_name: self.name.clone(),
        };
        Ok(FileKind::Document {
            mime: mime.to_owned(),
            attributes: vec![name.into()],
            thumb: None,
        })
    }
}

impl Dc {
    /// Sends a file from an account to another or to a chat, as from a device that is not
    /// connected here. The draft's text is the caption.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND` or `CHAT_NOT_FOUND`, `IMAGE_PROCESS_FAILED`, what
    /// `messages.sendMedia` answers, and 500 `INTERNAL` when the disk refuses.
    pub fn send_file(
        &self,
        from: &str,
        to: &str,
        file: &NewFile,
        mut draft: Draft,
    ) -> Result<SentIds, Refusal> {
        let kind = file.kind()?;
        let blob = super::media::blob(&file.bytes)?;
        {
            let mut world = self.0.api.world();
            let sender = find(&mut world, from)?;
            find_peer(&mut world, to)?;
            let dc = world.moved_to(sender).unwrap_or(HOME_DC);
            let file = world.keep_file(kind, blob, image::format(&file.bytes), dc);
            let spoiler = false;
            draft.content.media = Some(Media::File { file, spoiler });
        }
        self.send_draft(from, to, draft)
    }

    /// Puts new photos and documents into data centre `dc` from now on; `None` for that of who
    /// uploads them. `upload.getFile` answers 303 `FILE_MIGRATE_n` to keys of others.
    ///
    /// # Errors
    /// 400 `DC_ID_INVALID` for other numbers than 1 to 5.
    pub fn new_files_in(&self, dc: Option<i32>) -> Result<(), Refusal> {
        if dc.is_some_and(|dc| !(1..=5).contains(&dc)) {
            return Err(Refusal::bad("DC_ID_INVALID"));
        }
        self.0.api.world().files.new_in = dc;
        Ok(())
    }

    /// Lets all references to files run out that clients have until now.
    pub fn expire_file_references(&self) {
        self.0.api.world().expire_references(None);
    }

    /// The same for files in one chat: a group or channel, or the private chat of `peer` with
    /// `account`.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `CHAT_NOT_FOUND`.
    pub fn expire_file_references_in(
        &self,
        peer: &str,
        account: Option<&str>,
    ) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let peer = match account {
            Some(_) => find_peer(&mut world, peer)?,
            None => find_chat(&world, peer)?,
        };
        let account = account.map(|name| find(&mut world, name)).transpose()?;
        let chat = match peer {
            Peer::User(user) => Chat::private(user, account.unwrap_or(user)),
            Peer::Group(id) => Chat::Group(id),
            Peer::Channel(id) => Chat::Channel(id),
        };
        world.expire_references(Some(chat));
        Ok(())
    }

    /// Ends an account's authorisations in data centre `dc`, which must not be its own: keys that
    /// were imported there answer 401. If it is `lasting`, keys that are imported later end at
    /// once too, until [`Dc::mend_foreign`]. Answers how many keys that were.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`, `DC_ID_INVALID`.
    pub fn end_foreign(
        &self,
        account: &str,
        dc: i32,
        death: Death,
        lasting: bool,
    ) -> Result<usize, Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        world.end_foreign(user, dc, death, lasting)
    }

    /// Lets keys of an account that are imported to data centre `dc` count again.
    ///
    /// # Errors
    /// 400 `USER_NOT_FOUND`.
    pub fn mend_foreign(&self, account: &str, dc: i32) -> Result<(), Refusal> {
        let mut world = self.0.api.world();
        let user = find(&mut world, account)?;
        world.mend_foreign(user, dc);
        Ok(())
    }
}
