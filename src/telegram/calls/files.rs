//! The parts of files, to Telegram and back. Source: <https://core.telegram.org/api/files>.

use crate::model::{MessageFile, MessageId, Peer};
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::Link;
use grammers_client::tl;

/// The size of a part in bytes, both ways; Telegram takes and gives no more at once.
pub const PART_BYTES: usize = 512 * 1024;

/// Files of more parts are saved with another method.
pub const SMALL_FILE_PARTS: usize = 20;

/// The same in bytes: 10 MiB.
pub const SMALL_FILE_BYTES: u64 = (SMALL_FILE_PARTS * PART_BYTES) as u64;

/// A file whose parts are being saved.
#[derive(Clone, Copy, Debug)]
pub struct Upload {
    /// The client's own number of the file, random.
    pub file_id: i64,
    /// Whether it is larger than [`SMALL_FILE_BYTES`].
    pub big: bool,
}

/// A file all of whose parts are saved, good for one message.
#[derive(Clone, Debug)]
pub struct UploadedFile {
    /// Which.
    pub upload: Upload,
    /// How many parts it has.
    pub parts: i32,
    /// Its name, without a path.
    pub name: String,
}

/// A file of a message.
#[derive(Clone, Debug)]
pub struct MediaFile {
    /// Where its bytes are.
    pub location: FileLocation,
    /// What Telegram says of it.
    pub about: MessageFile,
}

/// Where a file's bytes are; it goes out of date after some hours.
#[derive(Clone, Debug)]
pub struct FileLocation {
    dc_id: i32,
    place: tl::enums::InputFileLocation,
}

impl Link {
    /// Saves one part; `part` counts from 0, `total` is -1 while it is not known.
    ///
    /// Saving a part again does no harm.
    pub async fn save_part(
        &self,
        upload: Upload,
        part: i32,
        total: i32,
        bytes: Vec<u8>,
    ) -> Result<(), Error> {
        let file_id = upload.file_id;
        if upload.big {
            let request = tl::functions::upload::SaveBigFilePart {
                file_id,
                file_part: part,
                file_total_parts: total,
                bytes,
            };
            return self.invoke(&request).await.map(drop);
        }
        let request = tl::functions::upload::SaveFilePart {
            file_id,
            file_part: part,
            bytes,
        };
        self.invoke(&request).await.map(drop)
    }

    /// The file of a message: its document, or the largest size of its photo. `None` when the
    /// message has none; the outer `None` when there is no such message.
    pub async fn media_file(
        &self,
        peer: &Peer,
        id: MessageId,
    ) -> Result<Option<Option<MediaFile>>, Error> {
        let message = self.raw_message(peer, id).await?;
        Ok(message.map(|message| match message {
            tl::enums::Message::Message(message) => message.media.as_ref().and_then(media_file),
            tl::enums::Message::Service(_) | tl::enums::Message::Empty(_) => None,
        }))
    }

    /// Bytes of a file from `offset`, at most [`PART_BYTES`]; fewer at its end. `offset` is a
    /// multiple of [`PART_BYTES`].
    pub async fn read_file(&self, location: &FileLocation, offset: u64) -> Result<Vec<u8>, Error> {
        let request = tl::functions::upload::GetFile {
            precise: false,
            cdn_supported: false,
            location: location.place.clone(),
            offset: i64::try_from(offset).unwrap_or(i64::MAX),
            limit: i32::try_from(PART_BYTES).unwrap_or(i32::MAX),
        };
        let answer = match self.invoke_in(location.dc_id, &request).await {
            Err(error) if let Some(dc_id) = error.migrate_to() => {
                self.invoke_in(dc_id, &request).await?
            }
            answer => answer?,
        };
        match answer {
            tl::enums::upload::File::File(file) => Ok(file.bytes),
            tl::enums::upload::File::CdnRedirect(_) => Err(Error::Unreachable(
                "upload.getFile redirected although it was told not to".into(),
            )),
        }
    }
}

impl From<UploadedFile> for tl::enums::InputFile {
    fn from(file: UploadedFile) -> Self {
        let (id, parts, name) = (file.upload.file_id, file.parts, file.name);
        if file.upload.big {
            return tl::types::InputFileBig { id, parts, name }.into();
        }
        tl::types::InputFile {
            id,
            parts,
            name,
            // Optional: the transport has its own checks.
            md5_checksum: String::new(),
        }
        .into()
    }
}

fn media_file(media: &tl::enums::MessageMedia) -> Option<MediaFile> {
    let (dc_id, place) = match media {
        tl::enums::MessageMedia::Document(media) => match media.document.as_ref()? {
            tl::enums::Document::Document(document) => document_place(document),
            tl::enums::Document::Empty(_) => return None,
        },
        tl::enums::MessageMedia::Photo(media) => match media.photo.as_ref()? {
            tl::enums::Photo::Photo(photo) => photo_place(photo)?,
            tl::enums::Photo::Empty(_) => return None,
        },
        _ => return None,
    };
    Some(MediaFile {
        location: FileLocation { dc_id, place },
        about: convert::file(media)?,
    })
}

type Place = (i32, tl::enums::InputFileLocation);

fn document_place(document: &tl::types::Document) -> Place {
    let place = tl::types::InputDocumentFileLocation {
        id: document.id,
        access_hash: document.access_hash,
        file_reference: document.file_reference.clone(),
        thumb_size: String::new(),
    };
    (document.dc_id, place.into())
}

fn photo_place(photo: &tl::types::Photo) -> Option<Place> {
    let place = tl::types::InputPhotoFileLocation {
        id: photo.id,
        access_hash: photo.access_hash,
        file_reference: photo.file_reference.clone(),
        thumb_size: convert::largest_size(photo)?.kind,
    };
    Some((photo.dc_id, place.into()))
}
