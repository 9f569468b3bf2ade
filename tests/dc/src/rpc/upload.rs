//! Parts of files on their way here, and parts of files on their way out.
//!
//! Owns the rules of offsets and of data centres, and that no bytes are moved under the world's
//! lock. Source: <https://core.telegram.org/api/files>.

use std::sync::Arc;

use grammers_tl_types::enums::InputFileLocation;
use grammers_tl_types::{enums, functions as f, types};

use super::Request;
use super::render::{THUMB, letter};
use crate::image::Format;
use crate::storage::{Blob, PartFile};
use crate::world::World;
use crate::world::files::{FileId, FileKind, StoredFile};
use crate::world::refusal::Refusal;
use crate::world::uploads::{Method, Part};

/// Bytes that an answer may hold, and whose borders it may not cross.
const WINDOW: i64 = 1024 * 1024;

/// `upload.saveFilePart`.
pub(super) fn save_file_part(
    request: &Request<'_>,
    input: f::upload::SaveFilePart,
) -> Result<bool, Refusal> {
    let f::upload::SaveFilePart {
        file_id,
        file_part,
        bytes,
    } = input;
    let part = Part::check(file_id, file_part, Method::Small, -1, bytes.len())?;
    save(request, &part, &bytes)
}

/// `upload.saveBigFilePart`.
pub(super) fn save_big_file_part(
    request: &Request<'_>,
    input: f::upload::SaveBigFilePart,
) -> Result<bool, Refusal> {
    let f::upload::SaveBigFilePart {
        file_id,
        file_part,
        file_total_parts: total,
        bytes,
    } = input;
    let part = Part::check(file_id, file_part, Method::Big, total, bytes.len())?;
    save(request, &part, &bytes)
}

fn save(request: &Request<'_>, part: &Part, bytes: &[u8]) -> Result<bool, Refusal> {
    let known = {
        let (mut world, _) = request.authorised()?;
        world.uploads.find(request.key(), part)?
    };
    let parts = match known {
        Some(parts) => parts,
        None => begin(request, part)?,
    };
    parts.put(part.number, bytes, part.is_last())?;
    Ok(true)
}

fn begin(request: &Request<'_>, part: &Part) -> Result<Arc<PartFile>, Refusal> {
    let fresh = PartFile::create().map_err(|error| {
        log::error!("cannot keep an upload: {error}");
        Refusal::new(500, "INTERNAL")
    })?;
    let (mut world, _) = request.authorised()?;
    world.uploads.begin(request.key(), part, fresh)
}

/// `upload.getFile`.
pub(super) fn get_file(
    request: &Request<'_>,
    input: f::upload::GetFile,
) -> Result<enums::upload::File, Refusal> {
    let (file, blob) = {
        let (world, caller) = request.authorised()?;
        let wanted = Wanted::of(&input.location)?;
        let file = world
            .file(wanted.id)
            .ok_or_else(|| Refusal::bad("FILE_ID_INVALID"))?;
        if world.key_dc(caller, request.key()) != file.dc {
            return Err(Refusal::new(303, format!("FILE_MIGRATE_{}", file.dc)));
        }
        let blob = wanted.blob(&world, file)?;
        (Arc::clone(file), blob)
    };
    let (offset, limit) = window(&input)?;
    let bytes = blob.read(offset, limit)?;
    Ok(types::upload::File {
        r#type: file_type(file.format),
        mtime: file.date,
        bytes,
    }
    .into())
}

/// What a client asks for, and how it proves that it may.
struct Wanted<'a> {
    id: FileId,
    access_hash: i64,
    reference: &'a [u8],
    thumb: &'a str,
    is_photo: bool,
}

impl<'a> Wanted<'a> {
    fn of(location: &'a InputFileLocation) -> Result<Self, Refusal> {
        match location {
            InputFileLocation::InputDocumentFileLocation(at) => Ok(Self {
                id: FileId(at.id),
                access_hash: at.access_hash,
                reference: &at.file_reference,
                thumb: &at.thumb_size,
                is_photo: false,
            }),
            InputFileLocation::InputPhotoFileLocation(at) => Ok(Self {
                id: FileId(at.id),
                access_hash: at.access_hash,
                reference: &at.file_reference,
                thumb: &at.thumb_size,
                is_photo: true,
            }),
            _ => Err(Refusal::bad("LOCATION_INVALID")),
        }
    }

    fn blob(&self, world: &World, file: &StoredFile) -> Result<Blob, Refusal> {
        if world.file_hash(self.id) != self.access_hash {
            return Err(Refusal::bad("FILE_ID_INVALID"));
        }
        world.check_reference(self.id, self.reference)?;
        let blob = match &file.kind {
            FileKind::Photo(size) => {
                (self.is_photo && self.thumb == letter(*size)).then(|| file.blob.clone())
            }
            FileKind::Document { .. } if self.is_photo => None,
            FileKind::Document { .. } if self.thumb.is_empty() => Some(file.blob.clone()),
            FileKind::Document { thumb, .. } => {
                let thumb = thumb.as_ref().filter(|_| self.thumb == THUMB);
                thumb.map(|(blob, _)| blob.clone())
            }
        };
        blob.ok_or_else(|| Refusal::bad("LOCATION_INVALID"))
    }
}

/// Checks the offset and the limit of a request.
fn window(input: &f::upload::GetFile) -> Result<(u64, usize), Refusal> {
    let (offset, limit) = (input.offset, i64::from(input.limit));
    let step = if input.precise { 1024 } else { 4096 };
    if offset < 0 || offset % step != 0 {
        return Err(Refusal::bad("OFFSET_INVALID"));
    }
    let divides = input.precise || WINDOW % limit.max(1) == 0;
    let fits = (1..=WINDOW).contains(&limit) && limit % step == 0 && divides;
    let last = offset.checked_add(limit - 1);
    if !fits || last.is_none_or(|last| last / WINDOW != offset / WINDOW) {
        return Err(Refusal::bad("LIMIT_INVALID"));
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    Ok((u64::try_from(offset).unwrap_or_default(), limit))
}

fn file_type(format: Option<Format>) -> enums::storage::FileType {
    use enums::storage::FileType;
    match format {
        Some(Format::Jpeg) => FileType::FileJpeg,
        Some(Format::Png) => FileType::FilePng,
        Some(Format::Gif) => FileType::FileGif,
        Some(Format::Webp) => FileType::FileWebp,
        Some(Format::Pdf) => FileType::FilePdf,
        Some(Format::Mp3) => FileType::FileMp3,
        Some(Format::Mp4) => FileType::FileMp4,
        None => FileType::FileUnknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(offset: i64, limit: i32, precise: bool) -> Result<(u64, usize), String> {
        let location = types::InputDocumentFileLocation {
            id: 1,
            access_hash: 1,
            file_reference: Vec::new(),
            thumb_size: String::new(),
        };
        let input = f::upload::GetFile {
            precise,
            cdn_supported: false,
            location: location.into(),
            offset,
            limit,
        };
        window(&input).map_err(|refusal| refusal.name)
    }

    #[test]
    fn offsets_and_limits_follow_telegrams_rules() {
        let mib = 1024 * 1024;
        assert_eq!(asked(0, mib, false), Ok((0, 1024 * 1024)));
        assert_eq!(asked(4096, 4096, false), Ok((4096, 4096)));
        assert_eq!(asked(1024, 3072, true), Ok((1024, 3072)));
        for (offset, precise) in [
            (-4096, false),
            (1024, false),
            (1000, true),
            (i64::MIN, true),
        ] {
            assert_eq!(
                asked(offset, 4096, precise),
                Err("OFFSET_INVALID".to_owned())
            );
        }
        for (offset, limit, precise) in [
            (0, 0, false),
            (0, -4096, true),
            (0, 1024, false),
            (0, 12288, false),
            (0, 2 * mib, false),
            (0, 1000, true),
            (i64::from(mib) - 4096, 8192, false),
            (1024, mib, true),
            (i64::MAX - 1023, mib, true),
        ] {
            let refused = asked(offset, limit, precise);
            assert_eq!(refused, Err("LIMIT_INVALID".to_owned()), "{offset} {limit}");
        }
    }
}
