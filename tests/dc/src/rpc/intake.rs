//! From what a client hands in to a file or page that a message can show.
//!
//! Owns the checks of uploads and of files that are shown again. Nothing is read from disk under
//! the world's lock. Source: <https://core.telegram.org/api/files#uploading-files>.

use grammers_tl_types::enums::{
    DocumentAttribute, InputDocument, InputFile, InputMedia, InputPhoto,
};
use grammers_tl_types::types;

use super::{Request, place};
use crate::image;
use crate::storage::Blob;
use crate::world::World;
use crate::world::files::{Dimensions, FileId, FileKind};
use crate::world::media::Media;
use crate::world::poll::Poll;
use crate::world::refusal::Refusal;
use crate::world::uploads::Method;
use crate::world::web::is_previewed;

/// The largest photo and the largest file by `upload.saveFilePart`, in bytes.
const MAX_SMALL: u64 = 10 * 1024 * 1024;
/// Bytes in which the size of a picture must be told.
const HEAD: usize = 512 * 1024;
/// Width and height of a photo together, at most.
const MAX_SIDES: i32 = 10_000;
/// How often the shorter side of a photo fits into the longer one, at most.
const MAX_RATIO: i32 = 20;
/// What names of photos end in.
const EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "jfif"];

/// What a message can show of what a client hands in.
///
/// # Errors
/// 400 `MEDIA_EMPTY`, `MEDIA_INVALID` for what is not served here, `WEBPAGE_URL_INVALID`,
/// `GEO_POINT_INVALID`, and what an upload, a photo, a shown file or a poll may be refused for.
pub(super) fn media(request: &Request<'_>, input: InputMedia) -> Result<Media, Refusal> {
    let (file, spoiler) = match input {
        InputMedia::Empty => return Err(Refusal::bad("MEDIA_EMPTY")),
        InputMedia::UploadedPhoto(photo) => (new_photo(request, &photo)?, photo.spoiler),
        InputMedia::UploadedDocument(document) => {
            let spoiler = document.spoiler;
            (new_document(request, document)?, spoiler)
        }
        InputMedia::Photo(photo) => (known_photo(request, &photo.id)?, photo.spoiler),
        InputMedia::Document(document) => {
            (known_document(request, &document.id)?, document.spoiler)
        }
        InputMedia::Poll(poll) => {
            let (mut world, caller) = request.authorised()?;
            let poll = Poll::new(caller, *poll, world.now())?;
            return Ok(Media::Poll(world.keep_poll(poll)));
        }
        InputMedia::WebPage(page) if is_previewed(&page.url) => {
            return Ok(Media::WebPage(page.url));
        }
        InputMedia::WebPage(_) => return Err(Refusal::bad("WEBPAGE_URL_INVALID")),
        InputMedia::GeoPoint(place) => return place::point(&place.geo_point),
        InputMedia::Venue(venue) => return place::venue(venue),
        InputMedia::Contact(card) => {
            let (world, _) = request.authorised()?;
            return Ok(place::contact(&world, card));
        }
        _ => return Err(Refusal::bad("MEDIA_INVALID")),
    };
    Ok(Media::File { file, spoiler })
}

fn known_photo(request: &Request<'_>, photo: &InputPhoto) -> Result<FileId, Refusal> {
    let InputPhoto::Photo(photo) = photo else {
        return Err(Refusal::bad("MEDIA_EMPTY"));
    };
    let (world, _) = request.authorised()?;
    let proof = (photo.access_hash, photo.file_reference.as_slice());
    let is_photo = |kind: &FileKind| matches!(kind, FileKind::Photo(_));
    known(&world, FileId(photo.id), proof, is_photo)
}

fn known_document(request: &Request<'_>, document: &InputDocument) -> Result<FileId, Refusal> {
    let InputDocument::Document(document) = document else {
        return Err(Refusal::bad("MEDIA_EMPTY"));
    };
    let (world, _) = request.authorised()?;
    let proof = (document.access_hash, document.file_reference.as_slice());
    let is_document = |kind: &FileKind| matches!(kind, FileKind::Document { .. });
    known(&world, FileId(document.id), proof, is_document)
}

fn known(
    world: &World,
    id: FileId,
    (access_hash, reference): (i64, &[u8]),
    is_such: impl Fn(&FileKind) -> bool,
) -> Result<FileId, Refusal> {
    let is_known = world.file(id).is_some_and(|file| is_such(&file.kind));
    if !is_known || world.file_hash(id) != access_hash {
        return Err(Refusal::bad("MEDIA_EMPTY"));
    }
    world.check_reference(id, reference)?;
    Ok(id)
}

fn new_photo(
    request: &Request<'_>,
    photo: &types::InputMediaUploadedPhoto,
) -> Result<FileId, Refusal> {
    let blob = uploaded(request, &photo.file)?;
    let extension = name(&photo.file)
        .rsplit_once('.')
        .map(|(_, ext)| ext.to_lowercase());
    if !extension.is_some_and(|ext| EXTENSIONS.contains(&ext.as_str())) {
        return Err(Refusal::bad("PHOTO_EXT_INVALID"));
    }
    if blob.len() > MAX_SMALL {
        return Err(Refusal::bad("PHOTO_SAVE_FILE_INVALID"));
    }
    let head = blob.read(0, HEAD)?;
    let size = image::dimensions(&head).ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))?;
    let (short, long) = (size.width.min(size.height), size.width.max(size.height));
    if long.saturating_add(short) > MAX_SIDES || long / short > MAX_RATIO {
        return Err(Refusal::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    keep(request, FileKind::Photo(size), blob, &head)
}

fn new_document(
    request: &Request<'_>,
    document: types::InputMediaUploadedDocument,
) -> Result<FileId, Refusal> {
    let blob = uploaded(request, &document.file)?;
    let thumb = document.thumb.map(|file| thumb(request, &file));
    let mime = match document.mime_type {
        empty if empty.is_empty() => "application/octet-stream".to_owned(),
        mime => mime,
    };
    let kind = FileKind::Document {
        mime,
        attributes: document.attributes,
        thumb: thumb.transpose()?,
    };
    let head = blob.read(0, 16)?;
    keep(request, kind, blob, &head)
}

fn thumb(request: &Request<'_>, file: &InputFile) -> Result<(Blob, Dimensions), Refusal> {
    let blob = uploaded(request, file)?;
    let size = image::dimensions(&blob.read(0, HEAD)?);
    size.map(|size| (blob, size))
        .ok_or_else(|| Refusal::bad("IMAGE_PROCESS_FAILED"))
}

fn keep(request: &Request<'_>, kind: FileKind, blob: Blob, head: &[u8]) -> Result<FileId, Refusal> {
    let (mut world, caller) = request.authorised()?;
    let dc = world.key_dc(caller, request.key());
    Ok(world.keep_file(kind, blob, image::format(head), dc))
}

/// The whole of an upload.
fn uploaded(request: &Request<'_>, file: &InputFile) -> Result<Blob, Refusal> {
    let (id, count, method) = match file {
        InputFile::File(file) => (file.id, file.parts, Method::Small),
        InputFile::Big(file) => (file.id, file.parts, Method::Big),
        InputFile::StoryDocument(_) => return Err(Refusal::bad("MEDIA_INVALID")),
    };
    let parts = {
        let (mut world, _) = request.authorised()?;
        world.uploads.take(request.key(), id, method, count)?
    };
    let blob = parts.whole(count)?;
    if let InputFile::File(file) = file {
        if blob.len() > MAX_SMALL {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        let told = file.md5_checksum.to_lowercase();
        if !told.is_empty() && blob.md5()? != told {
            return Err(Refusal::bad("MD5_CHECKSUM_INVALID"));
        }
    }
    Ok(blob)
}

fn name(file: &InputFile) -> &str {
    match file {
        InputFile::File(file) => &file.name,
        InputFile::Big(file) => &file.name,
        InputFile::StoryDocument(_) => "",
    }
}

/// Which files may stand together in an album.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// Photos and videos.
    Visual,
    /// Music.
    Audio,
    /// Other files.
    Plain,
}

/// In which albums a file may stand; `None` for those that stand alone.
pub(super) fn company(world: &World, media: &Media) -> Option<Company> {
    let file = world.file(media.file()?)?;
    let FileKind::Document { attributes, .. } = &file.kind else {
        return Some(Company::Visual);
    };
    let mut company = Company::Plain;
    for attribute in attributes {
        match attribute {
            DocumentAttribute::Video(video) if !video.round_message => company = Company::Visual,
            DocumentAttribute::Audio(audio) if !audio.voice => company = Company::Audio,
            DocumentAttribute::Video(_)
            | DocumentAttribute::Audio(_)
            | DocumentAttribute::Animated
            | DocumentAttribute::Sticker(_) => return None,
            _ => {}
        }
    }
    Some(company)
}
