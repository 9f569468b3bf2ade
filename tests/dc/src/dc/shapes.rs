//! How each kind of file looks: the head of its bytes, its attributes, its thumbnail.
//!
//! Owns what Telegram's phones write into the attributes of a document.
//! Source: <https://core.telegram.org/type/DocumentAttribute>.

use grammers_tl_types::{enums, types};

use super::media::{MediaKind, NewMedia};
use super::samples::{MP3, MP4, OGG, WEBP, jpeg};
use crate::world::files::Dimensions;

/// The loudness of a voice message, as it is drawn.
const WAVEFORM: usize = 63;

/// The outside of a file.
pub(super) struct Shape {
    pub(super) head: Vec<u8>,
    /// None for a photo.
    pub(super) mime: Option<&'static str>,
    pub(super) size: Dimensions,
    pub(super) attributes: Vec<enums::DocumentAttribute>,
    pub(super) thumb: Option<Dimensions>,
}

impl Shape {
    /// How one of these looks.
    pub(super) fn of(media: &NewMedia) -> Self {
        match media.kind {
            MediaKind::Photo => {
                let size = sides(media, (1280, 960));
                Self::new(&jpeg(size), None, size, Vec::new())
            }
            MediaKind::Video => Self::moving(media, (1280, 720), "video.mp4"),
            MediaKind::Gif => Self::moving(media, (480, 270), "animation.gif.mp4"),
            MediaKind::RoundVideo => Self::moving(media, (384, 384), ""),
            MediaKind::Voice => {
                let voice = types::DocumentAttributeAudio {
                    voice: true,
                    duration: media.duration.unwrap_or(5),
                    title: None,
                    performer: None,
                    waveform: Some(vec![0x55; WAVEFORM]),
                };
                let attributes = [Some(voice.into()), name(media, "")];
                Self::still(OGG, "audio/ogg", attributes)
            }
            MediaKind::Music => {
                let music = types::DocumentAttributeAudio {
                    voice: false,
                    duration: media.duration.unwrap_or(180),
                    title: media.title.clone().or_else(|| Some("Title".to_owned())),
                    performer: media
                        .performer
                        .clone()
                        .or_else(|| Some("Performer".to_owned())),
                    waveform: None,
                };
                let attributes = [Some(music.into()), name(media, "music.mp3")];
                Self::still(MP3, "audio/mpeg", attributes)
            }
            MediaKind::Sticker => sticker(media),
            _ => Self::still(b"", "application/octet-stream", [name(media, "file.bin")]),
        }
    }

    fn new(
        head: &[u8],
        mime: Option<&'static str>,
        size: Dimensions,
        attributes: Vec<enums::DocumentAttribute>,
    ) -> Self {
        Self {
            head: head.to_vec(),
            mime,
            size,
            attributes,
            thumb: None,
        }
    }

    fn still<const N: usize>(
        head: &[u8],
        mime: &'static str,
        attributes: [Option<enums::DocumentAttribute>; N],
    ) -> Self {
        let size = Dimensions {
            width: 0,
            height: 0,
        };
        let attributes = attributes.into_iter().flatten().collect();
        Self::new(head, Some(mime), size, attributes)
    }

    /// What is moving: a video, a round one, or one that plays for itself.
    fn moving(media: &NewMedia, usual: (i32, i32), called: &str) -> Self {
        let size = sides(media, usual);
        let is_gif = media.kind == MediaKind::Gif;
        let video = types::DocumentAttributeVideo {
            round_message: media.kind == MediaKind::RoundVideo,
            supports_streaming: !is_gif,
            nosound: is_gif,
            duration: f64::from(media.duration.unwrap_or(10)),
            w: size.width,
            h: size.height,
            preload_prefix_size: None,
            video_start_ts: None,
            video_codec: None,
        };
        let animated = is_gif.then_some(enums::DocumentAttribute::Animated);
        let attributes = [Some(video.into()), name(media, called), animated];
        let attributes = attributes.into_iter().flatten().collect();
        Self {
            thumb: Some(within(size, 320)),
            ..Self::new(MP4, Some("video/mp4"), size, attributes)
        }
    }
}

fn sticker(media: &NewMedia) -> Shape {
    let size = Dimensions {
        width: 512,
        height: 512,
    };
    let picture = types::DocumentAttributeImageSize {
        w: size.width,
        h: size.height,
    };
    let sticker = types::DocumentAttributeSticker {
        mask: false,
        alt: media.emoji.clone().unwrap_or_else(|| "👍".to_owned()),
        stickerset: enums::InputStickerSet::Empty,
        mask_coords: None,
    };
    let attributes = [
        Some(picture.into()),
        Some(sticker.into()),
        name(media, "sticker.webp"),
    ];
    Shape::still(WEBP, "image/webp", attributes)
}

/// The name of a file; none for what phones give no name.
fn name(media: &NewMedia, usual: &str) -> Option<enums::DocumentAttribute> {
    let name = media.name.clone().unwrap_or_else(|| usual.to_owned());
    let file_name = Some(name).filter(|name| !name.is_empty())?;
    Some(types::DocumentAttributeFilename { file_name }.into())
}

fn sides(media: &NewMedia, usual: (i32, i32)) -> Dimensions {
    Dimensions {
        width: media.width.unwrap_or(usual.0).max(1),
        height: media.height.unwrap_or(usual.1).max(1),
    }
}

/// The same picture, no side longer than `most`.
fn within(size: Dimensions, most: i32) -> Dimensions {
    let long = size.width.max(size.height).max(1);
    let scaled = |pixels: i32| {
        let fitting = i64::from(pixels) * i64::from(most.min(long)) / i64::from(long);
        i32::try_from(fitting).unwrap_or(most).max(1)
    };
    Dimensions {
        width: scaled(size.width),
        height: scaled(size.height),
    }
}
