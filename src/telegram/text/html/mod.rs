//! HTML as Telegram means it: tags are marks, and everything else, blanks and line breaks too, is
//! text.
//!
//! It owns what each tag does to the text that grows. A tag that it does not know is left out and
//! what is in it stays; a tag that is not closed ends with the text.

mod references;
mod tags;
#[cfg(test)]
mod tests;
mod write;

pub use write::to_html;

use super::span::{self, Kind};
use super::{Formatted, Growing};
use tags::{Tag, Token};

/// Reads HTML: a text, and entities in the form of [`Formatted::tidy`].
///
/// | tags | entity |
/// |---|---|
/// | `b strong`, `i em`, `u ins`, `s strike del` | bold, italic, underline, strike |
/// | `tg-spoiler`, `spoiler`, `span class="tg-spoiler"` | spoiler |
/// | `code`, `pre`, `pre` with `code class="language-…"` in it | code, preformatted |
/// | `blockquote`, `blockquote expandable` | quote, collapsed quote |
/// | `a href="…"`, `a href="tg://user?id=1"` | link, mention (see [`Formatted::resolve_mentions`]) |
/// | `tg-emoji emoji-id="1"` | custom emoji |
///
/// `br` breaks the line, and a `p` begins and ends on one of its own. Characters are named by number
/// or by the usual names. Comments and unknown tags are left out; what is no tag is text. Source:
/// <https://core.telegram.org/bots/api#html-style>.
pub fn html(source: &str) -> Formatted {
    let mut reader = Reader::default();
    for token in tags::tokens(source) {
        match token {
            Token::Text(text) => reader.text(&references::decode(text)),
            Token::Tag(tag) if tag.closes => reader.close(&tag),
            Token::Tag(tag) => reader.open(&tag),
        }
    }
    for slot in ALL {
        reader.end(slot);
    }
    Formatted::of(reader.growing.text, reader.growing.spans)
}

/// What can be open, each only once: another one inside of it adds nothing.
#[derive(Clone, Copy)]
enum Slot {
    Bold,
    Italic,
    Underline,
    Strike,
    Spoiler,
    Span,
    Code,
    Pre,
    Quote,
    Link,
    Emoji,
}

const ALL: [Slot; 11] = [
    Slot::Bold,
    Slot::Italic,
    Slot::Underline,
    Slot::Strike,
    Slot::Spoiler,
    Slot::Span,
    Slot::Code,
    Slot::Pre,
    Slot::Quote,
    Slot::Link,
    Slot::Emoji,
];

struct Open {
    /// In UTF-16 code units.
    start: usize,
    /// How many of the sort are open.
    depth: usize,
    /// None of a tag that lacks what it needs.
    kind: Option<Kind>,
}

#[derive(Default)]
struct Reader {
    growing: Growing,
    open: [Option<Open>; ALL.len()],
    /// For each open `span`, whether it is a spoiler.
    spans: Vec<bool>,
    /// How many `code` are open within `pre`, where they name its language.
    code_in_pre: usize,
    /// Whether a paragraph has ended.
    paragraph_ended: bool,
}

impl Reader {
    fn slot(&mut self, slot: Slot) -> Option<&mut Option<Open>> {
        let index = ALL.iter().position(|each| same(*each, slot))?;
        self.open.get_mut(index)
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if std::mem::take(&mut self.paragraph_ended) && !text.starts_with('\n') {
            self.begin_line();
        }
        self.growing.push(text);
    }

    fn begin_line(&mut self) {
        self.paragraph_ended = false;
        if !self.growing.text.is_empty() && !self.growing.text.ends_with('\n') {
            self.growing.push("\n");
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => {
                self.paragraph_ended = false;
                self.growing.push("\n");
            }
            "p" => self.begin_line(),
            "span" => {
                let spoiler = tag.value("class") == Some("tg-spoiler");
                self.spans.push(spoiler);
                if spoiler {
                    self.begin(Slot::Span, Some(Kind::Spoiler));
                }
            }
            "code" if self.is_open(Slot::Pre) => self.name_language(tag),
            "a" => {
                // Links do not nest: one that begins ends the one before.
                self.end(Slot::Link);
                let address = tag.value("href").map(references::decode);
                self.begin(Slot::Link, address.as_deref().and_then(Kind::link));
            }
            "tg-emoji" => {
                let number = tag.value("emoji-id").and_then(span::number);
                let emoji = |document_id| Kind::Emoji { document_id };
                self.begin(Slot::Emoji, number.map(emoji));
            }
            name => {
                if let Some(slot) = slot_of(name) {
                    self.begin(slot, kind_of(slot, tag));
                }
            }
        }
    }

    fn close(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "br" => self.growing.push("\n"),
            "p" => self.paragraph_ended = true,
            "span" => {
                if self.spans.pop() == Some(true) {
                    self.leave(Slot::Span);
                }
            }
            "code" if self.code_in_pre > 0 => self.code_in_pre -= 1,
            "a" => self.leave(Slot::Link),
            "tg-emoji" => self.leave(Slot::Emoji),
            name => {
                if let Some(slot) = slot_of(name) {
                    self.leave(slot);
                }
            }
        }
    }

    fn is_open(&mut self, slot: Slot) -> bool {
        self.slot(slot).is_some_and(|open| open.is_some())
    }

    fn name_language(&mut self, tag: &Tag<'_>) {
        self.code_in_pre += 1;
        let class = tag.value("class").map(references::decode);
        let named = class
            .as_deref()
            .and_then(|class| class.strip_prefix("language-"));
        let pre = self.slot(Slot::Pre).and_then(Option::as_mut);
        if let (Some(named), Some(Open { kind, .. })) = (named, pre) {
            let language = named.to_owned();
            *kind = Some(Kind::Pre { language });
        }
    }

    fn begin(&mut self, slot: Slot, kind: Option<Kind>) {
        let start = self.growing.units;
        match self.slot(slot) {
            Some(Some(open)) => open.depth += 1,
            Some(free) => {
                *free = Some(Open {
                    start,
                    depth: 1,
                    kind,
                });
            }
            None => {}
        }
    }

    /// One of the sort is closed; the outermost one ends it.
    fn leave(&mut self, slot: Slot) {
        match self.slot(slot).and_then(Option::as_mut) {
            Some(open) if open.depth > 1 => open.depth -= 1,
            _ => self.end(slot),
        }
    }

    fn end(&mut self, slot: Slot) {
        if matches!(slot, Slot::Pre) {
            self.code_in_pre = 0;
        }
        let Some(open) = self.slot(slot).and_then(Option::take) else {
            return;
        };
        if let Some(kind) = open.kind {
            self.growing.span(open.start, kind);
        }
    }
}

fn same(one: Slot, other: Slot) -> bool {
    std::mem::discriminant(&one) == std::mem::discriminant(&other)
}

/// For tags that need nothing but their name.
fn slot_of(name: &str) -> Option<Slot> {
    Some(match name {
        "b" | "strong" => Slot::Bold,
        "i" | "em" => Slot::Italic,
        "u" | "ins" => Slot::Underline,
        "s" | "strike" | "del" => Slot::Strike,
        "tg-spoiler" | "spoiler" => Slot::Spoiler,
        "code" => Slot::Code,
        "pre" => Slot::Pre,
        "blockquote" => Slot::Quote,
        _ => return None,
    })
}

fn kind_of(slot: Slot, tag: &Tag<'_>) -> Option<Kind> {
    Some(match slot {
        Slot::Bold => Kind::Bold,
        Slot::Italic => Kind::Italic,
        Slot::Underline => Kind::Underline,
        Slot::Strike => Kind::Strike,
        Slot::Spoiler | Slot::Span => Kind::Spoiler,
        Slot::Code => Kind::Code,
        Slot::Pre => Kind::Pre {
            language: String::new(),
        },
        Slot::Quote => Kind::Quote {
            collapsed: tag.value("expandable").is_some(),
        },
        Slot::Link | Slot::Emoji => return None,
    })
}
