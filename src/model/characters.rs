//! Which characters a reader can see and tell apart, by the Unicode Character Database.
//!
//! It owns the few kinds that names and the log treat differently. Sources: Unicode Standard,
//! section 4.5 (general categories) and section 5.21 (characters that are ignored in display).

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// What a reader sees of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Itself.
    Plain,
    /// An empty place that is no space (U+0020).
    Blank,
    /// The end of a line or a paragraph.
    Break,
    /// A control character.
    Control,
    /// Nothing: zero width, bidi controls, variation selectors, tags, fillers.
    Invisible,
    /// What a font makes of it: private use, or not assigned in this version of Unicode.
    Undefined,
}

pub(super) fn look(c: char) -> Look {
    use GeneralCategory as G;
    // BRAILLE PATTERN BLANK is a symbol without a dot, and no property says so.
    if c == '\u{2800}' {
        return Look::Blank;
    }
    match CodePointMapData::<G>::new().get(c) {
        G::Control => Look::Control,
        G::LineSeparator | G::ParagraphSeparator => Look::Break,
        G::SpaceSeparator if c != ' ' => Look::Blank,
        G::Format => Look::Invisible,
        _ if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c) => Look::Invisible,
        G::PrivateUse | G::Unassigned | G::Surrogate => Look::Undefined,
        _ => Look::Plain,
    }
}
