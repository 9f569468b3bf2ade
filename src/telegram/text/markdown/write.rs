//! Writes a text with entities as Markdown that reads as the same again.
//!
//! It owns the choice of what can be written. How a text is escaped so that none of it reads as a
//! mark is its neighbour's.

use super::escapes::{self, Place};
use super::inline::{is_language, touches_ticks};
use super::mask::{Part, mask};
use crate::telegram::text::Formatted;
use crate::telegram::text::measured::Measured;
use crate::telegram::text::span::{Edge, Kind, Span, edges};

/// Writes a text with entities as Markdown.
///
/// What [`markdown`](super::markdown) makes of the answer is the text with its entities in the form
/// of [`Formatted::tidy`], but for those that Markdown has no mark for, whose text stays: underlined
/// text, what Telegram finds by itself, quotes that are not whole lines, custom emoji within links,
/// code that holds a bracket within a link, and a language of preformatted text that is not a word.
pub fn to_markdown(formatted: &Formatted) -> String {
    let (text, spans) = formatted.spans();
    let text = Measured::new(&text);
    let spans = writable(&text, spans);
    let mut source = String::new();
    let mut at = 0;
    let mut after_quote = false;
    let (quotes, others): (Vec<_>, Vec<_>) = spans.into_iter().partition(|s| s.kind.is_quote());
    for quote in quotes {
        after_quote &= at + 1 == quote.start;
        source.push_str(&lines(&text, &others, at, quote.start, Place::Lines, ""));
        let collapsed = quote.kind == Kind::Quote { collapsed: true };
        let end = if collapsed { "||" } else { "" };
        let inside = lines(&text, &others, quote.start, quote.end, Place::Quote, end);
        source.push_str(if after_quote { "**" } else { "" });
        for (number, line) in inside.split('\n').enumerate() {
            source.push_str(if number == 0 { ">" } else { "\n>" });
            source.push_str(if line.is_empty() { "" } else { " " });
            source.push_str(line);
        }
        at = quote.end;
        after_quote = true;
    }
    source.push_str(&lines(&text, &others, at, text.len(), Place::Lines, ""));
    source
}

/// Without the spans that Markdown cannot write.
fn writable(text: &Measured<'_>, spans: Vec<Span>) -> Vec<Span> {
    let mut open: Vec<(usize, Kind)> = Vec::new();
    let mut kept = Vec::with_capacity(spans.len());
    let touched = touched_quotes(&spans);
    for mut span in spans {
        while open.pop_if(|(end, _)| *end <= span.start).is_some() {}
        let in_label = open.iter().any(|(_, kind)| has_label(kind));
        let inside = text.slice(span.start, span.end);
        // Nothing in code can be escaped, and the label ends at its first bracket.
        let is_free = !in_label || escapes::find(inside, *b"[]").is_none();
        let fits = match &mut span.kind {
            Kind::Underline => false,
            Kind::Quote { .. } => {
                is_lines(text, span.start, span.end) && !touched.contains(&span.start)
            }
            Kind::Code => is_free,
            Kind::Pre { language } => {
                if !is_language(language) {
                    language.clear();
                }
                is_free
            }
            Kind::Mention { user_id: number }
            | Kind::Emoji {
                document_id: number,
            } => !in_label && *number >= 0,
            Kind::Link { .. } => !in_label,
            Kind::Bold | Kind::Italic | Kind::Strike | Kind::Spoiler => true,
        };
        if fits {
            open.push((span.end, span.kind.clone()));
            kept.push(span);
        }
    }
    kept
}

/// Where quotes begin whose line break to the text around them is part of something marked: the
/// break must stand within those marks, and the quote would not begin or end with a line.
fn touched_quotes(spans: &[Span]) -> Vec<usize> {
    let (quotes, others): (Vec<_>, Vec<_>) = spans.iter().partition(|span| span.kind.is_quote());
    let touches = |quote: &&&Span| {
        let ends = |other: &&Span| other.start < quote.start && other.end == quote.start;
        let begins = |other: &&Span| other.start == quote.end;
        others.iter().any(|other| ends(other) || begins(other))
    };
    quotes
        .iter()
        .filter(touches)
        .map(|quote| quote.start)
        .collect()
}

fn has_label(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Link { .. } | Kind::Mention { .. } | Kind::Emoji { .. }
    )
}

fn is_lines(text: &Measured<'_>, start: usize, end: usize) -> bool {
    (start == 0 || text.is_break(start - 1)) && (end == text.len() || text.is_break(end))
}

/// Code as it is written. Of two backticks in a row each ends up in code of its own, which reads as
/// one again because the two touch.
fn code(inside: &str) -> String {
    let mut source = String::new();
    let mut rest = inside;
    while !rest.is_empty() {
        let length = rest.find("``").map_or(rest.len(), |at| at + 1);
        let (part, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let (first, last) = touches_ticks(part);
        let ticks = if part.contains('`') { "``" } else { "`" };
        source.push_str(ticks);
        source.push_str(if first { " " } else { "" });
        source.push_str(part);
        source.push_str(if last { " " } else { "" });
        source.push_str(ticks);
        rest = after;
    }
    source
}

fn preformatted(language: &str, inside: &str) -> String {
    let longest = inside.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat((longest.unwrap_or_default() + 1).max(3));
    format!("{fence}{language}\n{inside}\n{fence}")
}

/// Writes a part of the text that is outside of quotes, or one quote, which `end` ends.
fn lines(
    text: &Measured<'_>,
    spans: &[Span],
    start: usize,
    end_at: usize,
    place: Place,
    end: &str,
) -> String {
    let first = spans.partition_point(|span| span.start < start);
    let last = spans.partition_point(|span| span.start < end_at);
    let mut parts = Vec::new();
    let mut at = start;
    let mut labels = 0;
    for edge in edges(spans.get(first..last).unwrap_or_default()) {
        let place = if labels > 0 { Place::Label } else { place };
        parts.extend(part(text.slice(at, edge.at), place));
        at = edge.at;
        let inside = text.slice(edge.span.start, edge.span.end);
        parts.push(Part::Markup(markup(&edge, inside)));
        if edge.opens && edge.span.kind.is_verbatim() {
            at = edge.span.end;
        }
        if has_label(&edge.span.kind) {
            labels = usize::from(edge.opens);
        }
    }
    parts.extend(part(text.slice(at, end_at), place));
    parts.push(Part::Markup(end.to_owned()));
    mask(&parts, start == 0 || place == Place::Quote)
}

fn part(text: &str, place: Place) -> Option<Part<'_>> {
    (!text.is_empty()).then_some(Part::Text(text, place))
}

fn markup(edge: &Edge<'_>, inside: &str) -> String {
    let opens = edge.opens;
    let address = |address: &str| format!("]({})", escapes::write_address(address));
    match &edge.span.kind {
        Kind::Bold => "**".to_owned(),
        Kind::Italic => "__".to_owned(),
        Kind::Strike => "~~".to_owned(),
        Kind::Spoiler => "||".to_owned(),
        Kind::Code if opens => code(inside),
        Kind::Pre { language } if opens => preformatted(language, inside),
        Kind::Emoji { .. } if opens => "![".to_owned(),
        Kind::Link { .. } | Kind::Mention { .. } if opens => "[".to_owned(),
        Kind::Link { url } => address(url),
        Kind::Mention { user_id } => address(&format!("tg://user?id={user_id}")),
        Kind::Emoji { document_id } => address(&format!("tg://emoji?id={document_id}")),
        Kind::Code | Kind::Pre { .. } | Kind::Underline | Kind::Quote { .. } => String::new(),
    }
}
