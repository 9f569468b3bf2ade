//! The file of a message in the words of the model.
//! Sources: <https://core.telegram.org/constructor/document>,
//! <https://core.telegram.org/constructor/photo>.

use crate::model::{FileKind, MediaClass, MessageFile};
use grammers_client::tl::{self, Deserializable as _};

/// The file of a message, out of the message's raw bytes. `None` when it has none, or cannot be
/// read.
pub fn message_file(raw: &[u8]) -> Option<MessageFile> {
    match tl::enums::Message::from_bytes(raw).ok()? {
        tl::enums::Message::Message(message) => message.media.as_ref().and_then(file),
        tl::enums::Message::Service(_) | tl::enums::Message::Empty(_) => None,
    }
}

/// The file of a message's media: its document, or the largest size of its photo.
pub(in crate::telegram) fn file(media: &tl::enums::MessageMedia) -> Option<MessageFile> {
    match media {
        tl::enums::MessageMedia::Document(media) => match media.document.as_ref()? {
            tl::enums::Document::Document(document) => Some(document_file(document)),
            tl::enums::Document::Empty(_) => None,
        },
        tl::enums::MessageMedia::Photo(media) => match media.photo.as_ref()? {
            tl::enums::Photo::Photo(photo) => photo_file(photo),
            tl::enums::Photo::Empty(_) => None,
        },
        _ => None,
    }
}

fn document_file(document: &tl::types::Document) -> MessageFile {
    let mut attributes = document.attributes.iter();
    let name = attributes.find_map(|attribute| match attribute {
        tl::enums::DocumentAttribute::Filename(name) => Some(name.file_name.clone()),
        _ => None,
    });
    MessageFile {
        class: MediaClass::Document,
        kind: kind(&document.attributes),
        file_id: document.id,
        mime: document.mime_type.clone(),
        name,
        size: u64::try_from(document.size).unwrap_or_default(),
    }
}

/// A document may be several things at once, such as a sticker that is a video: the first of this
/// order counts.
fn kind(attributes: &[tl::enums::DocumentAttribute]) -> FileKind {
    use tl::enums::DocumentAttribute as Is;
    let has = |is: fn(&Is) -> bool| attributes.iter().any(is);
    if has(|one| matches!(one, Is::Sticker(_))) {
        FileKind::Stickers
    } else if has(|one| matches!(one, Is::Animated)) {
        FileKind::Gifs
    } else if has(|one| matches!(one, Is::Audio(audio) if audio.voice)) {
        FileKind::VoiceMessages
    } else if has(|one| matches!(one, Is::Video(video) if video.round_message)) {
        FileKind::VideoMessages
    } else if has(|one| matches!(one, Is::Video(_))) {
        FileKind::Videos
    } else {
        FileKind::Files
    }
}

/// Photos are always JPEG. Source: <https://core.telegram.org/api/files#image-thumbnail-types>.
fn photo_file(photo: &tl::types::Photo) -> Option<MessageFile> {
    Some(MessageFile {
        class: MediaClass::Photo,
        kind: FileKind::Photos,
        file_id: photo.id,
        mime: "image/jpeg".to_owned(),
        name: None,
        size: largest_size(photo)?.bytes,
    })
}

/// One of the sizes in which Telegram has a photo.
pub(in crate::telegram) struct LargestSize {
    /// Telegram's letter for it.
    pub(in crate::telegram) kind: String,
    bytes: u64,
}

/// The largest size of a photo that is fetched by itself.
pub(in crate::telegram) fn largest_size(photo: &tl::types::Photo) -> Option<LargestSize> {
    let sizes = photo.sizes.iter().filter_map(|size| match size {
        tl::enums::PhotoSize::Size(size) => Some((size.w * size.h, size.size, &size.r#type)),
        tl::enums::PhotoSize::Progressive(size) => {
            Some((size.w * size.h, *size.sizes.iter().max()?, &size.r#type))
        }
        _ => None,
    });
    let (_, bytes, kind) = sizes.max_by_key(|(area, ..)| *area)?;
    Some(LargestSize {
        kind: kind.clone(),
        bytes: u64::try_from(bytes).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tl::types::{
        DocumentAttributeAudio, DocumentAttributeFilename, DocumentAttributeSticker,
        DocumentAttributeVideo,
    };

    fn video(round_message: bool) -> tl::enums::DocumentAttribute {
        DocumentAttributeVideo {
            round_message,
            supports_streaming: false,
            nosound: false,
            duration: 1.0,
            w: 1,
            h: 1,
            preload_prefix_size: None,
            video_start_ts: None,
            video_codec: None,
        }
        .into()
    }

    fn audio(voice: bool) -> tl::enums::DocumentAttribute {
        DocumentAttributeAudio {
            voice,
            duration: 1,
            title: None,
            performer: None,
            waveform: None,
        }
        .into()
    }

    fn sticker() -> tl::enums::DocumentAttribute {
        DocumentAttributeSticker {
            mask: false,
            alt: String::new(),
            stickerset: tl::enums::InputStickerSet::Empty,
            mask_coords: None,
        }
        .into()
    }

    #[test]
    fn the_first_of_several_categories_counts() {
        let animated = tl::enums::DocumentAttribute::Animated;
        let named = DocumentAttributeFilename {
            file_name: "x".to_owned(),
        };
        for (attributes, wanted) in [
            (vec![video(false), sticker()], FileKind::Stickers),
            (vec![video(false), animated.clone()], FileKind::Gifs),
            (vec![audio(true)], FileKind::VoiceMessages),
            (vec![video(true)], FileKind::VideoMessages),
            (vec![video(false), audio(false)], FileKind::Videos),
            (vec![audio(false), named.into()], FileKind::Files),
            (Vec::new(), FileKind::Files),
        ] {
            assert_eq!(kind(&attributes), wanted, "{attributes:?}");
        }
    }
}
