//! The one form that a text and its spans take before they are sent or written.
//!
//! It owns the rules: blanks around the text go, spans lie within the text and only overlap by
//! nesting, equal ones that touch are one, quotes are outermost, code holds nothing. It knows
//! nothing of markup. Source: <https://core.telegram.org/api/entities>.

use super::span::{Kind, Span};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What Telegram cuts off at the ends of a message.
pub(super) const BLANKS: [char; 4] = [' ', '\n', '\t', '\r'];

/// Puts a text and its spans into their one form. Doing it again changes nothing.
pub(super) fn canonical(mut text: String, spans: Vec<Span>) -> (String, Vec<Span>) {
    text.truncate(text.trim_end_matches(BLANKS).len());
    let mut spans = if spans.is_empty() {
        spans
    } else {
        Ruler::new(&text).settle(spans)
    };
    // Blanks before the text go as well, but not those which the first span begins with: the
    // first line of code keeps its indentation. Blanks take one code unit and one byte each.
    let first = spans.iter().map(|span| span.start).min();
    let blank = text.len() - text.trim_start_matches(BLANKS).len();
    let cut = first.map_or(blank, |first| blank.min(first));
    text.drain(..cut);
    for span in &mut spans {
        span.start -= cut;
        span.end -= cut;
    }
    (text, spans)
}

/// A text by UTF-16 code units.
struct Ruler {
    units: Vec<u16>,
    /// How many units before each place are more than a blank.
    visible: Vec<usize>,
}

impl Ruler {
    fn new(text: &str) -> Self {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut visible = Vec::with_capacity(units.len() + 1);
        let mut seen = 0;
        visible.push(seen);
        for unit in &units {
            let blank = char::from_u32((*unit).into()).is_some_and(|unit| BLANKS.contains(&unit));
            seen += usize::from(!blank);
            visible.push(seen);
        }
        Self { units, visible }
    }

    fn settle(&self, spans: Vec<Span>) -> Vec<Span> {
        let spans = spans
            .into_iter()
            .filter_map(|span| self.fit(span))
            .collect();
        let spans = self.around_quotes(merge(spans));
        let mut spans = nest(spans);
        spans.retain(|span| self.shows(span));
        spans
    }

    /// A span within the text and between characters; none of a span of blanks.
    fn fit(&self, mut span: Span) -> Option<Span> {
        span.start = self.between_characters(span.start);
        span.end = self.between_characters(span.end);
        if span.kind.is_quote() {
            span.start = self.first_line_that_shows(span.start, span.end);
        }
        self.shows(&span).then_some(span)
    }

    fn between_characters(&self, at: usize) -> usize {
        match self.units.get(at) {
            Some(0xDC00..=0xDFFF) if at > 0 => at + 1,
            Some(_) => at,
            None => self.units.len(),
        }
    }

    fn shows(&self, span: &Span) -> bool {
        span.start < span.end && self.visible[span.start] < self.visible[span.end]
    }

    fn is_break(&self, at: usize) -> bool {
        self.units.get(at) == Some(&u16::from(b'\n'))
    }

    fn first_line_that_shows(&self, start: usize, end: usize) -> usize {
        let mut line = start;
        let mut at = start;
        while at < end && self.visible[at + 1] == self.visible[start] {
            if self.is_break(at) {
                line = at + 1;
            }
            at += 1;
        }
        line
    }

    /// Cuts spans where quotes begin and end. What is outside of a quote also leaves the line
    /// breaks before and after it, for these lie between the lines and not in one.
    fn around_quotes(&self, spans: Vec<Span>) -> Vec<Span> {
        let (quotes, others): (Vec<_>, Vec<_>) =
            spans.into_iter().partition(|span| span.kind.is_quote());
        if quotes.is_empty() {
            return others;
        }
        let quotes = self.apart(quotes);
        let mut cut = Vec::with_capacity(quotes.len() + others.len());
        for span in others {
            self.cut(&span, &quotes, &mut cut);
        }
        cut.extend(quotes);
        cut
    }

    fn cut(&self, span: &Span, quotes: &[Span], pieces: &mut Vec<Span>) {
        // The quotes lie in their order and apart from each other.
        let mut next = quotes.partition_point(|quote| quote.end <= span.start);
        let mut start = span.start;
        while start < span.end {
            let before = next.checked_sub(1).and_then(|before| quotes.get(before));
            let quote = quotes.get(next);
            let inside = quote.is_some_and(|quote| quote.start <= start);
            let end = match quote {
                Some(quote) if inside => span.end.min(quote.end),
                Some(quote) => span.end.min(quote.start),
                None => span.end,
            };
            let mut piece = Span {
                start,
                end,
                kind: span.kind.clone(),
            };
            if !inside {
                let leaves = before.is_some_and(|quote| quote.end == start) && self.is_break(start);
                let meets = quote.is_some_and(|quote| quote.start == end) && self.is_break(end - 1);
                piece.start += usize::from(leaves);
                piece.end -= usize::from(meets);
            }
            if self.shows(&piece) {
                pieces.push(piece);
            }
            next += usize::from(inside);
            start = end;
        }
    }

    /// Quotes do not overlap: of two that do, the later one begins where the first one ends.
    fn apart(&self, mut quotes: Vec<Span>) -> Vec<Span> {
        quotes.sort_by(order);
        let mut end = 0;
        quotes.retain_mut(|quote| {
            if quote.start < end {
                quote.start = self.first_line_that_shows(end, quote.end);
            }
            let remains = self.shows(quote);
            if remains {
                end = quote.end;
            }
            remains
        });
        quotes
    }
}

/// By their start, longer ones first, and then in a fixed order.
fn order(a: &Span, b: &Span) -> Ordering {
    (a.start, Reverse(a.end), &a.kind).cmp(&(b.start, Reverse(b.end), &b.kind))
}

/// Makes one of equal spans that overlap or touch.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by(|a, b| (&a.kind, a.start, a.end).cmp(&(&b.kind, b.start, b.end)));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last)
                if last.kind == span.kind
                    && span.kind.is_continuous()
                    && span.start <= last.end =>
            {
                last.end = last.end.max(span.end);
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// A span in the order in which spans are nested.
#[derive(PartialEq, Eq)]
struct Waiting(Span);

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&other.0, &self.0)
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Cuts spans where one that began before them ends, and leaves out what code or its like holds.
fn nest(spans: Vec<Span>) -> Vec<Span> {
    let mut waiting: BinaryHeap<Waiting> = spans.into_iter().map(Waiting).collect();
    let mut nested = Vec::with_capacity(waiting.len());
    let mut open: Vec<(usize, Kind)> = Vec::new();
    while let Some(Waiting(mut span)) = waiting.pop() {
        while open.pop_if(|(end, _)| *end <= span.start).is_some() {}
        if let Some((end, _)) = open.last()
            && *end < span.end
        {
            waiting.push(Waiting(Span {
                start: *end,
                ..span.clone()
            }));
            span.end = *end;
            waiting.push(Waiting(span));
            continue;
        }
        let excluded = |kind: &Kind| kind.is_verbatim() || kind.is_like(&span.kind);
        if open.iter().any(|(_, kind)| excluded(kind)) {
            continue;
        }
        open.push((span.end, span.kind.clone()));
        nested.push(span);
    }
    nested
}
