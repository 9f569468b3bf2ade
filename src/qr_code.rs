//! QR codes as pictures and as text.
//!
//! It owns how a text is drawn: dark on light, with the quiet zone that readers look for. It must
//! not know what the text is for.

use qrcode::render::{svg, unicode};
use qrcode::{Color, EcLevel, QrCode};

/// Modules of light around the code (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: usize = 4;

/// Pixels of each module in a picture.
const MODULE: usize = 8;

/// Why a text was not drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// It is too long for a QR code.
    #[error("the text does not fit into a QR code: {0}")]
    Text(#[from] qrcode::types::QrError),
    /// The picture could not be written.
    #[error("the picture of a QR code could not be written: {0}")]
    Picture(#[from] png::EncodingError),
}

fn code(text: &str) -> Result<QrCode, DrawError> {
    // A screen is neither torn nor soiled, and larger modules are read from further away.
    Ok(QrCode::with_error_correction_level(text, EcLevel::L)?)
}

/// The code of a text as an SVG document.
///
/// # Errors
/// [`DrawError`].
pub fn svg(text: &str) -> Result<String, DrawError> {
    let code = code(text)?;
    let mut drawing = code.render::<svg::Color<'_>>();
    Ok(drawing.min_dimensions(256, 256).quiet_zone(true).build())
}

/// The code of a text as a PNG picture.
///
/// # Errors
/// [`DrawError`].
pub fn png(text: &str) -> Result<Vec<u8>, DrawError> {
    let code = code(text)?;
    let (width, colors) = (code.width(), code.to_colors());
    let side = (width + 2 * QUIET_ZONE) * MODULE;
    let mut pixels = vec![u8::MAX; side * side];
    for (row, modules) in colors.chunks(width).enumerate() {
        for (column, color) in modules.iter().enumerate() {
            if *color == Color::Dark {
                darken(&mut pixels, side, row + QUIET_ZONE, column + QUIET_ZONE);
            }
        }
    }
    let mut picture = Vec::new();
    let length = u32::try_from(side).unwrap_or(u32::MAX);
    let mut encoder = png::Encoder::new(&mut picture, length, length);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(picture)
}

fn darken(pixels: &mut [u8], side: usize, row: usize, column: usize) {
    for line in pixels.chunks_mut(side).skip(row * MODULE).take(MODULE) {
        for pixel in line.iter_mut().skip(column * MODULE).take(MODULE) {
            *pixel = 0;
        }
    }
}

/// The code of a text in half blocks, two modules to a character. The blocks are the light modules,
/// as on a dark terminal.
///
/// # Errors
/// [`DrawError`].
pub fn text(text: &str) -> Result<String, DrawError> {
    let code = code(text)?;
    let mut drawing = code.render::<unicode::Dense1x2>();
    let drawing = drawing
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .quiet_zone(true);
    Ok(drawing.build())
}

/// The same in colours of its own, whatever those of the terminal are.
///
/// # Errors
/// [`DrawError`].
pub fn colored_text(content: &str) -> Result<String, DrawError> {
    let mut colored = String::new();
    for line in text(content)?.lines() {
        colored.extend(["\x1b[97;40m", line, "\x1b[0m\n"]);
    }
    Ok(colored)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "tg://login?token=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

    /// Reads a grey picture with a reader that shares nothing with what has drawn it.
    fn read(side: usize, pixels: &[u8]) -> String {
        let grey = |x: usize, y: usize| pixels[y * side + x];
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "one code");
        grids[0].decode().expect("readable").1
    }

    #[test]
    fn the_picture_says_what_was_drawn() {
        let picture = png(TEXT).expect("drawn");
        let decoder = png::Decoder::new(std::io::Cursor::new(picture));
        let mut reader = decoder.read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("pixels");
        assert_eq!(info.width, info.height);
        let side = usize::try_from(info.width).expect("small");
        assert_eq!(read(side, &pixels), TEXT);
    }

    #[test]
    fn the_text_says_what_was_drawn() {
        let drawn = text(TEXT).expect("drawn");
        let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        let side = lines[0].len();
        let mut pixels = vec![u8::MAX; (side * MODULE).pow(2)];
        for (y, line) in lines.iter().enumerate() {
            for (x, block) in line.iter().enumerate() {
                let (upper, lower) = match block {
                    ' ' => (true, true),
                    '▀' => (false, true),
                    '▄' => (true, false),
                    '█' => (false, false),
                    other => panic!("{other:?}"),
                };
                for (dark, row) in [(upper, 2 * y), (lower, 2 * y + 1)] {
                    if dark && row < side {
                        darken(&mut pixels, side * MODULE, row, x);
                    }
                }
            }
        }
        assert_eq!(read(side * MODULE, &pixels), TEXT);
        let colored = colored_text(TEXT).expect("drawn");
        assert_eq!(colored.lines().count(), lines.len());
    }

    #[test]
    fn the_document_is_one_and_a_text_may_be_too_long() {
        let drawn = svg(TEXT).expect("drawn");
        assert!(
            drawn.contains("<svg") && drawn.ends_with("</svg>"),
            "{drawn}"
        );
        assert!(matches!(svg(&"x".repeat(4000)), Err(DrawError::Text(_))));
    }
}
