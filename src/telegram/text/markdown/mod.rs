//! Markdown as Telegram's client libraries have always read it, and what Telegram has added.
//!
//! It owns the marks: those of Telethon (`**bold**`, `__italic__`, `~~strike~~`, code,
//! `[text](address)`), `||spoiler||`, custom emoji, quotes, and backslashes before them. Everything
//! else, line breaks above all, is text; a mark without its partner is text as well.

mod backticks;
mod escapes;
mod inline;
mod mask;
mod quote;
#[cfg(test)]
mod tests;
mod write;

pub use write::to_markdown;

use super::span::Kind;
use super::{Formatted, Growing};
use escapes::{PAIRS, Place};
use inline::Piece;

/// Reads Markdown: a text, and entities in the form of [`Formatted::tidy`].
///
/// | source | entity |
/// |---|---|
/// | `**a**`, `__a__`, `~~a~~`, `\|\|a\|\|` | bold, italic, strike, spoiler |
/// | `` `a` ``, ``` ``a`b`` ```, ``` `` `a` `` ``` | code, as it stands |
/// | three or more backticks on each side | preformatted; a word alone in the first line is its language |
/// | `[a](address)`, `[a](tg://user?id=1)` | link, mention (see [`Formatted::resolve_mentions`]) |
/// | `![a](tg://emoji?id=1)` | custom emoji |
/// | lines after `>` and a blank or letter | quote; collapsed where it ends with `\|\|` |
///
/// A quote after a quote begins with `**>`. Marks are paired from the left, and one that is crossed
/// by such a pair is text. A backslash before a mark makes its first character text; any other is
/// a backslash. There is no mark for underlined text. Source, but for quotes, emoji, spoilers and
/// backslashes: Telethon; for these: <https://core.telegram.org/bots/api#markdownv2-style>.
pub fn markdown(source: &str) -> Formatted {
    let mut growing = Growing::default();
    write(&mut growing, inline::read(source, Place::Lines));
    Formatted::of(growing.text, growing.spans)
}

fn write(growing: &mut Growing, pieces: Vec<Piece<'_>>) {
    let mut open = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => growing.push(text),
            Piece::Mark(mark) => growing.push(PAIRS.get(mark).copied().unwrap_or_default()),
            Piece::Open(kind) => open.push((growing.units, kind)),
            Piece::Close => {
                if let Some((start, kind)) = open.pop() {
                    growing.span(start, kind);
                }
            }
            Piece::Quote(lines) => {
                let start = growing.units;
                let mut pieces = inline::read(&lines, Place::Quote);
                let end = |piece: &mut Piece<'_>| matches!(piece, Piece::Mark(mark) if PAIRS.get(*mark) == Some(&"||"));
                let collapsed = pieces.pop_if(end).is_some();
                write(growing, pieces);
                growing.span(start, Kind::Quote { collapsed });
            }
        }
    }
}
