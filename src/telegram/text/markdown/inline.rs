//! Reads a text into pieces: what is text, which marks found their partner, code and links.
//!
//! It owns the marks within lines and the rule that crossed and lonely marks are text. It hands
//! whole lines that are a quote to its neighbour and knows nothing of entities.

use super::backticks::Backticks;
use super::escapes::{self, PAIRS, Place};
use super::quote;
use crate::telegram::text::span::Kind;

/// A part of a text that was read.
pub(super) enum Piece<'a> {
    /// Text, or a mark that is none.
    Text(&'a str),
    /// A mark whose partner is not found yet, by its number among [`PAIRS`].
    Mark(usize),
    /// Something begins here and ends at the [`Piece::Close`] of its level.
    Open(Kind),
    Close,
    /// Lines that are a quote, without what made them one.
    Quote(String),
}

/// Reads one text, label or the inside of a quote.
pub(super) fn read(source: &str, place: Place) -> Vec<Piece<'_>> {
    let mut reader = Reader {
        source,
        place,
        at: 0,
        text_from: 0,
        pieces: Vec::new(),
        open: Vec::new(),
        backticks: Backticks::new(source),
        addresses_end: true,
        after_quote: false,
    };
    reader.read();
    reader.pieces
}

struct Reader<'a> {
    source: &'a str,
    place: Place,
    /// What is read, in bytes.
    at: usize,
    /// The text before `at` that is not among the pieces yet begins here.
    text_from: usize,
    pieces: Vec<Piece<'a>>,
    /// The pieces that are marks without a partner.
    open: Vec<usize>,
    backticks: Backticks,
    /// Whether there may be a closing parenthesis further on.
    addresses_end: bool,
    /// Whether the line before was a quote.
    after_quote: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn read(&mut self) {
        while self.at < self.source.len() {
            if self.quote() || self.escape() || self.code() || self.link() || self.mark() {
                continue;
            }
            // What no mark begins with is read in one go.
            let rest = self.rest();
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let marks = ['\\', '`', '[', '!', '*', '_', '~', '|', '\n'];
            let plain = match rest.get(first..).and_then(|rest| rest.find(marks)) {
                _ if rest.starts_with('\n') => 1,
                Some(next) => first + next,
                None => rest.len(),
            };
            self.at += plain;
        }
        self.flush();
    }

    /// What was passed over is text.
    fn flush(&mut self) {
        let text = self.source.get(self.text_from..self.at).unwrap_or_default();
        if !text.is_empty() {
            self.pieces.push(Piece::Text(text));
        }
        self.text_from = self.at;
    }

    /// Goes on after `length` bytes of markup.
    fn skip(&mut self, length: usize) {
        self.at += length;
        self.text_from = self.at;
    }

    fn begins_line(&self, at: usize) -> bool {
        at == 0 || self.source.as_bytes().get(at - 1) == Some(&b'\n')
    }

    fn quote(&mut self) -> bool {
        if self.place != Place::Lines || !self.begins_line(self.at) {
            return false;
        }
        let after_quote = std::mem::take(&mut self.after_quote);
        let Some(block) = quote::read(self.rest(), after_quote) else {
            return false;
        };
        self.flush();
        self.pieces.push(Piece::Quote(block.lines));
        self.skip(block.length);
        // The line break after it is text.
        self.after_quote = self.at < self.source.len();
        self.at += usize::from(self.after_quote);
        true
    }

    fn escape(&mut self) -> bool {
        let rest = self.rest();
        let backslashes = rest.len() - rest.trim_start_matches('\\').len();
        if backslashes == 0 {
            return false;
        }
        let marked = rest.get(backslashes..).unwrap_or_default();
        let line = self.begins_line(self.at)
            || (self.source.get(..self.at)).is_some_and(|before| before.ends_with("**"))
                && self.begins_line(self.at - "**".len());
        // The bracket that ends a label follows it.
        let ends_label = self.place == Place::Label && marked.is_empty();
        if !ends_label && !escapes::is_mark(marked, self.place, line) {
            self.at += backslashes;
            return true;
        }
        self.at += backslashes / 2;
        self.flush();
        self.skip(backslashes - backslashes / 2);
        // A mark that is escaped is text, but only its first character: the next may begin one.
        self.at += backslashes % 2;
        true
    }

    fn code(&mut self) -> bool {
        let rest = self.rest();
        let count = rest.len() - rest.trim_start_matches('`').len();
        if count == 0 {
            return false;
        }
        let from = self.at + count;
        let Some(end) = self.backticks.end(from, count) else {
            self.at = from;
            return true;
        };
        self.flush();
        let inside = self.source.get(from..end).unwrap_or_default();
        let (kind, text) = match count {
            1 => (Kind::Code, inside),
            2 => (Kind::Code, unpadded(inside)),
            _ => preformatted(inside),
        };
        self.pieces
            .extend([Piece::Open(kind), Piece::Text(text), Piece::Close]);
        self.at = end;
        self.skip(count);
        true
    }

    fn link(&mut self) -> bool {
        let rest = self.rest();
        let is_emoji = rest.starts_with("![");
        if self.place == Place::Label || !(is_emoji || rest.starts_with('[')) {
            return false;
        }
        let mark = if is_emoji { "![" } else { "[" };
        let Some((label, address, length)) = self.link_parts(rest, mark) else {
            self.at += mark.len();
            return true;
        };
        let kind = match Kind::emoji(address) {
            Some(kind) if is_emoji => Some(kind),
            // An exclamation mark before any other link is one.
            _ if is_emoji => {
                self.at += 1;
                return true;
            }
            _ => Kind::link(&escapes::read_address(address)),
        };
        let Some(kind) = kind else {
            self.at += mark.len();
            return true;
        };
        self.flush();
        self.pieces.push(Piece::Open(kind));
        self.pieces.extend(read(label, Place::Label));
        self.pieces.push(Piece::Close);
        self.skip(length);
        true
    }

    /// The label and the address of a link, and its length.
    fn link_parts(&mut self, rest: &'a str, mark: &str) -> Option<(&'a str, &'a str, usize)> {
        if !self.addresses_end {
            return None;
        }
        let inside = rest.strip_prefix(mark)?;
        let (label, after) = inside.split_at_checked(escapes::find(inside, *b"[]")?)?;
        let address = after.strip_prefix("](").filter(|_| !label.is_empty())?;
        let end = escapes::find(address, *b"))");
        self.addresses_end = end.is_some();
        let address = address.get(..end?)?;
        let length = mark.len() + label.len() + "](".len() + address.len() + ")".len();
        (!address.is_empty()).then_some((label, address, length))
    }

    fn mark(&mut self) -> bool {
        let rest = self.rest();
        let Some(mark) = PAIRS.iter().position(|pair| rest.starts_with(pair)) else {
            return false;
        };
        let is_partner = |piece: &&usize| match self.pieces.get(**piece) {
            Some(Piece::Mark(open)) => *open == mark,
            _ => false,
        };
        let Some(opened) = self.open.iter().copied().find(|piece| is_partner(&piece)) else {
            self.flush();
            self.open.push(self.pieces.len());
            self.pieces.push(Piece::Mark(mark));
            self.skip(2);
            return true;
        };
        if opened + 1 == self.pieces.len() && self.text_from == self.at {
            // Nothing is between the two: this is not the end, but the next character may be.
            self.at += 1;
            return true;
        }
        self.flush();
        // Marks since then have no partner within, and are text.
        self.open.retain(|piece| *piece < opened);
        if let Some(piece) = self.pieces.get_mut(opened) {
            *piece = Piece::Open(styled(mark));
        }
        self.pieces.push(Piece::Close);
        self.skip(2);
        true
    }
}

/// Whether code begins or ends with a backtick, but for spaces.
pub(super) fn touches_ticks(code: &str) -> (bool, bool) {
    let code = code.trim_matches(' ');
    (code.starts_with('`'), code.ends_with('`'))
}

/// Without the space that parts a backtick at an end of the code from those around it.
fn unpadded(inside: &str) -> &str {
    let (first, last) = touches_ticks(inside);
    let from = if first {
        inside.strip_prefix(' ')
    } else {
        None
    }
    .unwrap_or(inside);
    if last { from.strip_suffix(' ') } else { None }.unwrap_or(from)
}

fn styled(mark: usize) -> Kind {
    match mark {
        0 => Kind::Bold,
        1 => Kind::Italic,
        2 => Kind::Strike,
        _ => Kind::Spoiler,
    }
}

/// Whether a first line of preformatted text names a language.
pub(super) fn is_language(word: &str) -> bool {
    word.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-+#_.".contains(letter))
}

/// The language, if the first line is one, and the lines.
fn preformatted(inside: &str) -> (Kind, &str) {
    let (language, text) = match inside.split_once('\n') {
        Some((word, text)) if is_language(word.trim_end_matches('\r')) => {
            (word.trim_end_matches('\r'), text)
        }
        _ => ("", inside),
    };
    let language = language.to_owned();
    let text = text.strip_suffix('\n').unwrap_or(text);
    (Kind::Pre { language }, text)
}
