//! What the first bytes of a file say: its format, and how large a picture is.
//!
//! Owns the magic numbers and the headers of pictures. It decodes nothing.

use crate::world::files::Dimensions;

/// Formats that Telegram has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// PDF.
    Pdf,
    /// MP3.
    Mp3,
    /// MPEG-4.
    Mp4,
}

/// The format of a file that begins like this.
pub fn format(start: &[u8]) -> Option<Format> {
    let is_webp = start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP");
    match start {
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Format::Png),
        [b'G', b'I', b'F', b'8', ..] => Some(Format::Gif),
        [b'%', b'P', b'D', b'F', ..] => Some(Format::Pdf),
        [b'I', b'D', b'3', ..] | [0xff, 0xfb, ..] => Some(Format::Mp3),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Format::Mp4),
        _ if is_webp => Some(Format::Webp),
        _ => None,
    }
}

/// How large the picture is that begins like this; `None` for what is no picture.
pub fn dimensions(start: &[u8]) -> Option<Dimensions> {
    let (width, height) = match format(start)? {
        Format::Jpeg => jpeg(start)?,
        Format::Png => (big(start, 16, 4)?, big(start, 20, 4)?),
        Format::Gif => (little(start, 6, 2)?, little(start, 8, 2)?),
        Format::Webp => webp(start)?,
        Format::Pdf | Format::Mp3 | Format::Mp4 => return None,
    };
    let side = |side: u32| i32::try_from(side).ok().filter(|side| *side > 0);
    Some(Dimensions {
        width: side(width)?,
        height: side(height)?,
    })
}

fn big(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(len)?)?;
    Some(
        bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u32::from(*byte)),
    )
}

fn little(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(len)?)?;
    let rev = bytes.iter().rev();
    Some(rev.fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

/// Goes from segment to segment up to the frame header.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let marker = big(bytes, at, 2)?;
        match marker {
            // Padding.
            0xffff => at += 1,
            // Frame headers, without the tables that share their range.
            0xffc0..=0xffcf if ![0xffc4, 0xffc8, 0xffcc].contains(&marker) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            0xff01 | 0xffd0..=0xffd9 => at += 2,
            0xff00..=0xfffe => at += 2 + usize::try_from(big(bytes, at + 2, 2)?.max(2)).ok()?,
            _ => return None,
        }
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((
            little(bytes, 26, 2)? & 0x3fff,
            little(bytes, 28, 2)? & 0x3fff,
        )),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(start: &[u8]) -> Option<(i32, i32)> {
        dimensions(start).map(|found| (found.width, found.height))
    }

    #[test]
    fn pictures_tell_how_large_they_are() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 1, 0, 0, 0, 0, 7]);
        assert_eq!(sides(&png), Some((256, 7)));
        assert_eq!(sides(b"GIF89a\x05\x00\x03\x01"), Some((5, 259)));
        let jpeg =
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc4\x00\x02\xff\xff\xc2\x00\x0b\x08\x00\x10\x01\x00";
        assert_eq!(sides(jpeg), Some((256, 16)));
        let mut webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        webp.extend([9, 0, 0, 19, 0, 0]);
        assert_eq!(sides(&webp), Some((10, 20)));
    }

    #[test]
    fn what_is_cut_off_or_no_picture_has_no_size() {
        for start in [
            &b"\x89PNG\r\n\x1a\n"[..],
            b"\xff\xd8\xff\xe0\xff\xff",
            b"\xff\xd8\xff\x00\x00\x00",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"%PDF-1.7",
            b"hello",
            b"",
        ] {
            assert_eq!(sides(start), None, "{start:?}");
        }
    }
}
