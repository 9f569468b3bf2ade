//! Made-up bytes for what scripts send: the head of a format, and a pattern behind it.
//!
//! Owns the heads, which say enough for a format and the size of a picture to be recognised. Nobody
//! can play or show them.

use crate::world::files::Dimensions;

/// The pattern: byte `n` is `n` modulo this.
const PERIOD: u8 = 251;

/// So many bytes of the pattern, of which the first are those of `head`; all of the head if there
/// are less.
pub(super) fn bytes(head: &[u8], size: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..PERIOD).cycle().take(size.max(head.len())).collect();
    bytes
        .iter_mut()
        .zip(head)
        .for_each(|(byte, head)| *byte = *head);
    bytes
}

/// A JPEG of this size.
pub(super) fn jpeg(size: Dimensions) -> Vec<u8> {
    let pixels = |count: i32| u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes();
    let mut head =
        b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08".to_vec();
    head.extend(pixels(size.height));
    head.extend(pixels(size.width));
    head.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
    head
}

/// An MPEG-4 container.
pub(super) const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
/// An Ogg stream.
pub(super) const OGG: &[u8] = b"OggS\0\x02";
/// An MP3 with a tag.
pub(super) const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\0";
/// A WebP picture of 512 by 512.
pub(super) const WEBP: &[u8] = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\x01\0\xff\x01\0";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Format, dimensions, format};

    #[test]
    fn heads_are_recognised_and_the_pattern_follows() {
        let size = Dimensions {
            width: 1280,
            height: 720,
        };
        let photo = bytes(&jpeg(size), 1000);
        assert_eq!(dimensions(&photo), Some(size));
        assert_eq!((photo.len(), photo[600]), (1000, 98));
        let sticker = dimensions(&bytes(WEBP, 0)).unwrap();
        assert_eq!((sticker.width, sticker.height), (512, 512));
        assert_eq!(format(&bytes(MP4, 100)), Some(Format::Mp4));
        assert_eq!(format(&bytes(MP3, 100)), Some(Format::Mp3));
        assert_eq!(format(&bytes(OGG, 100)), None);
        assert_eq!(bytes(b"", 3), [0, 1, 2]);
    }
}
