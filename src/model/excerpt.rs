//! Foreign text in one of our own lines: cut, and without what could pass for something else.
//!
//! It owns how a text of a client's, of Telegram's or of a file's name is shown in the log and in
//! messages. It must not know which texts are shown.

use crate::model::characters::{Look, look};
use std::fmt;

/// A text that is shown up to a length, with everything that cannot be seen written as an escape.
///
/// Line breaks, control characters, bidi controls and invisible characters become `\n`, `\u{202e}`
/// and so on, so that one text stays one line and shows all it holds. What is cut is counted.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    text: &'a str,
    most: usize,
}

impl<'a> Excerpt<'a> {
    /// Shows at most `most` characters of the text.
    pub const fn new(text: &'a str, most: usize) -> Self {
        Self { text, most }
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = self.text.char_indices().nth(self.most);
        let (shown, rest) = match cut {
            Some((at, _)) => self.text.split_at(at),
            None => (self.text, ""),
        };
        let mut plain = 0;
        for (at, c) in shown.char_indices() {
            if c.is_ascii_graphic() || matches!(look(c), Look::Plain | Look::Blank) {
                continue;
            }
            f.write_str(&shown[plain..at])?;
            write!(f, "{}", c.escape_default())?;
            plain = at + c.len_utf8();
        }
        f.write_str(&shown[plain..])?;
        match rest.len() {
            0 => Ok(()),
            left => write!(f, "… ({left} more bytes)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, most: usize) -> String {
        Excerpt::new(text, most).to_string()
    }

    #[test]
    fn what_can_be_seen_stays_as_it_is() {
        for text in [
            "",
            "a \"b\" \\ c",
            "Алиса Ünï 愛 🦀",
            "e\u{301}",
            "a\u{a0}b",
        ] {
            assert_eq!(shown(text, 100), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_becomes_an_escape() {
        for (text, expected) in [
            ("a\r\nb\0\t", "a\\r\\nb\\u{0}\\t"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("\u{feff}\u{200b}\u{e0041}", "\\u{feff}\\u{200b}\\u{e0041}"),
            ("\u{2028}\u{85}\u{e000}", "\\u{2028}\\u{85}\\u{e000}"),
        ] {
            assert_eq!(shown(text, 100), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_the_rest_counted() {
        assert_eq!(shown("жук", 3), "жук");
        assert_eq!(shown("жуки", 3), "жук… (2 more bytes)");
        assert_eq!(shown("x", 0), "… (1 more bytes)");
        assert!(shown(&"y".repeat(1 << 20), 64).len() < 100);
    }
}
