//! Escapes a text in Markdown as far as needed, and no further.
//!
//! It owns the way back from a text to a source: it goes from the end to the beginning, because
//! what is after a character decides whether it would read as a mark. It knows nothing of spans.

use super::escapes::{self, Place};

/// A part of Markdown.
pub(super) enum Part<'a> {
    /// Stands as it is.
    Markup(String),
    /// Reads as itself at this place.
    Text(&'a str, Place),
}

/// Puts the parts together; `begins_line` says whether the first one begins a line.
pub(super) fn mask(parts: &[Part<'_>], begins_line: bool) -> String {
    let begins = line_beginnings(parts, begins_line);
    let mut source = Reversed::default();
    for (part, begins_line) in parts.iter().zip(begins).rev() {
        match part {
            Part::Markup(markup) => source.markup(markup),
            Part::Text(text, place) => source.text(text, *place, begins_line),
        }
    }
    source.0.chars().rev().collect()
}

/// Whether each part begins a line, or comes after the `**` that does.
fn line_beginnings(parts: &[Part<'_>], begins_line: bool) -> Vec<bool> {
    let mut written = if begins_line { "\n" } else { "" }.to_owned();
    let mut beginnings = Vec::with_capacity(parts.len());
    for part in parts {
        beginnings.push(written.ends_with('\n') || written.ends_with("\n**"));
        match part {
            Part::Markup(markup) => written.push_str(markup),
            Part::Text(text, _) => written.push_str(text),
        }
    }
    beginnings
}

/// Markdown from its end to its beginning.
#[derive(Default)]
struct Reversed(String);

impl Reversed {
    fn markup(&mut self, markup: &str) {
        self.0.extend(markup.chars().rev());
    }

    /// What follows, as far as it can be a mark, without the backslash that may stand before it.
    fn follows(&self) -> String {
        let ahead = self.0.chars().rev().take(3);
        ahead.skip_while(|letter| *letter == '\\').collect()
    }

    fn text(&mut self, text: &str, place: Place, begins_line: bool) {
        let mut rest = text;
        while let Some(letter) = rest.chars().next_back() {
            let begins_line = |before: &str| match before.chars().next_back() {
                None => begins_line,
                Some(last) => last == '\n',
            };
            if letter == '\\' {
                let before = rest.trim_end_matches(letter);
                let backslashes = rest.len() - before.len();
                let marked = escapes::is_mark(&self.follows(), place, begins_line(before));
                let needed = if marked { 2 * backslashes } else { backslashes };
                self.0.extend(std::iter::repeat_n('\\', needed));
                rest = before;
                continue;
            }
            rest = rest.strip_suffix(letter).unwrap_or_default();
            let next = self.0.chars().next_back();
            let reads_as_mark = match letter {
                '`' | '[' => true,
                ']' => place == Place::Label,
                '>' => place == Place::Lines && begins_line(rest),
                '!' => next == Some('['),
                '*' | '_' | '~' | '|' => next == Some(letter),
                _ => false,
            };
            self.0.push(letter);
            if reads_as_mark {
                self.0.push('\\');
            }
        }
    }
}
