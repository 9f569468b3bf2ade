//! Lines that are a quote.
//!
//! It owns what makes a line one: `>` at its beginning with a blank or a letter after it, so that
//! `>5`, `>_<` and `>>>` stay what they are. It knows nothing of the marks within lines.

use crate::telegram::text::canonical::BLANKS;

/// Quoted lines at the beginning of a text.
pub(super) struct Block {
    /// The lines without what makes them a quote.
    pub(super) lines: String,
    /// How much of the text they are, in bytes; the line break after them is not.
    pub(super) length: usize,
}

/// Reads the quote at the beginning of `source`, if one is there.
///
/// `**>` begins one after another one, and one that ends with `||`; else it is bold text.
pub(super) fn read(source: &str, after_quote: bool) -> Option<Block> {
    let (first, separated) = match source.strip_prefix("**") {
        Some(first) => (first, true),
        None => (source, false),
    };
    let mut lines = first.split('\n');
    let line = quoted(lines.next()?)?;
    if line.trim_end_matches("||").trim_matches(BLANKS).is_empty() {
        return None;
    }
    let mut inside = line.to_owned();
    let mut length = source.len() - first.len() + line_length(first);
    for (line, raw) in lines.map_while(|raw| quoted(raw).map(|line| (line, raw))) {
        inside.push('\n');
        inside.push_str(line);
        length += 1 + raw.len();
    }
    let collapsed = inside.ends_with("||");
    (!separated || after_quote || collapsed).then_some(Block {
        lines: inside,
        length,
    })
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// A line without its `>` and the blank after that.
fn quoted(line: &str) -> Option<&str> {
    let line = line.strip_prefix('>')?;
    match line.chars().next() {
        None => Some(line),
        Some(' ') => line.strip_prefix(' '),
        Some(letter) => letter.is_alphabetic().then_some(line),
    }
}
