//! Photos, documents, places and previews of pages, as messages show them.
//!
//! Owns their constructors. Which file a message shows is the world's.
//! Source: <https://core.telegram.org/api/files>.

use grammers_tl_types::{enums, types};

use super::poll::poll_media;
use super::raw::raw_media;
use crate::world::World;
use crate::world::files::{Dimensions, FileId, FileKind, StoredFile};
use crate::world::ids::{PostId, UserId};
use crate::world::media::Media;
use crate::world::web::Page;

/// The letter of a thumbnail of a document.
pub(in crate::rpc) const THUMB: &str = "m";

/// What a message shows beside its text; outside a message for what was only uploaded. Without a
/// viewer, as it looks to everybody. `None` if there is no such file.
pub(in crate::rpc) fn media(
    world: &World,
    viewer: Option<UserId>,
    seen_in: Option<PostId>,
    media: &Media,
) -> Option<enums::MessageMedia> {
    match media {
        Media::Poll(id) => poll_media(world, viewer, *id),
        Media::WebPage(url) => Some(web_page(url)),
        Media::Told(told) => Some((**told).clone()),
        Media::Raw(raw) => Some(raw_media(world, *raw)),
        Media::File { file: id, spoiler } => {
            let file = world.file(*id)?;
            Some(match &file.kind {
                FileKind::Photo(size) => types::MessageMediaPhoto {
                    spoiler: *spoiler,
                    live_photo: false,
                    photo: Some(photo(world, seen_in, *id, file, *size)),
                    ttl_seconds: None,
                    video: None,
                }
                .into(),
                FileKind::Document { attributes, .. } => {
                    let shown = Shown::of(attributes);
                    types::MessageMediaDocument {
                        nopremium: false,
                        spoiler: *spoiler,
                        video: shown.video,
                        round: shown.round,
                        voice: shown.voice,
                        document: document(world, seen_in, *id, file),
                        alt_documents: None,
                        video_cover: None,
                        video_timestamp: None,
                        ttl_seconds: None,
                    }
                    .into()
                }
            })
        }
    }
}

/// How a document is played.
#[derive(Default)]
struct Shown {
    video: bool,
    round: bool,
    voice: bool,
}

impl Shown {
    fn of(attributes: &[enums::DocumentAttribute]) -> Self {
        let mut shown = Self::default();
        for attribute in attributes {
            match attribute {
                enums::DocumentAttribute::Video(video) => {
                    shown.video = true;
                    shown.round = video.round_message;
                }
                enums::DocumentAttribute::Audio(audio) => shown.voice = audio.voice,
                _ => {}
            }
        }
        shown
    }
}

fn photo(
    world: &World,
    seen_in: Option<PostId>,
    id: FileId,
    file: &StoredFile,
    size: Dimensions,
) -> enums::Photo {
    types::Photo {
        has_stickers: false,
        id: id.0,
        access_hash: world.file_hash(id),
        file_reference: world.file_reference(id, seen_in),
        date: file.date,
        sizes: vec![photo_size(letter(size), size, file.blob.len())],
        video_sizes: None,
        dc_id: file.dc,
    }
    .into()
}

fn document(
    world: &World,
    seen_in: Option<PostId>,
    id: FileId,
    file: &StoredFile,
) -> Option<enums::Document> {
    let FileKind::Document {
        mime,
        attributes,
        thumb,
    } = &file.kind
    else {
        return None;
    };
    let thumb = thumb.as_ref();
    let thumb = thumb.map(|(blob, size)| photo_size(THUMB, *size, blob.len()));
    let document = types::Document {
        id: id.0,
        access_hash: world.file_hash(id),
        file_reference: world.file_reference(id, seen_in),
        date: file.date,
        mime_type: mime.clone(),
        size: i64::try_from(file.blob.len()).unwrap_or(i64::MAX),
        thumbs: thumb.map(|thumb| vec![thumb]),
        video_thumbs: None,
        dc_id: file.dc,
        attributes: attributes.clone(),
    };
    Some(document.into())
}

/// The letter that Telegram gives the smallest box a photo fits into.
pub(in crate::rpc) fn letter(size: Dimensions) -> &'static str {
    match size.width.max(size.height) {
        ..=100 => "s",
        101..=320 => "m",
        321..=800 => "x",
        801..=1280 => "y",
        _ => "w",
    }
}

fn photo_size(letter: &str, size: Dimensions, len: u64) -> enums::PhotoSize {
    types::PhotoSize {
        r#type: letter.to_owned(),
        w: size.width,
        h: size.height,
        size: i32::try_from(len).unwrap_or(i32::MAX),
    }
    .into()
}

fn web_page(url: &str) -> enums::MessageMedia {
    let page = Page::at(url);
    let page = types::WebPage {
        has_large_media: false,
        video_cover_photo: false,
        id: page.id,
        url: page.url,
        display_url: page.display_url,
        hash: 0,
        r#type: Some("article".to_owned()),
        site_name: Some(page.site_name),
        title: Some(page.title),
        description: Some(page.description),
        photo: None,
        embed_url: None,
        embed_type: None,
        embed_width: None,
        embed_height: None,
        duration: None,
        author: None,
        document: None,
        cached_page: None,
        attributes: None,
    };
    types::MessageMediaWebPage {
        force_large_media: false,
        force_small_media: false,
        manual: false,
        safe: false,
        webpage: page.into(),
    }
    .into()
}
