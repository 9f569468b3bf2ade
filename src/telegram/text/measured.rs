//! A text that is cut by UTF-16 code units.
//!
//! It owns the way from code units to bytes. It knows nothing of spans and markup.

/// A text and where each of its UTF-16 code units is.
pub(super) struct Measured<'a> {
    text: &'a str,
    /// The byte of each code unit, and the end.
    bytes: Vec<usize>,
}

impl<'a> Measured<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        for (at, letter) in text.char_indices() {
            bytes.extend(std::iter::repeat_n(at, letter.len_utf16()));
        }
        bytes.push(text.len());
        Self { text, bytes }
    }

    /// From one place to another, as far as the text goes.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(self.text.len());
        self.text.get(byte(start)..byte(end)).unwrap_or_default()
    }

    /// The length in UTF-16 code units.
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - 1
    }

    pub(super) fn is_break(&self, at: usize) -> bool {
        at < self.len() && self.slice(at, at + 1) == "\n"
    }
}
