//! Writes a text with entities as HTML that reads as the same again.
//!
//! It owns the choice of tags, which are those that Telegram's Bot API understands too.

use crate::telegram::text::Formatted;
use crate::telegram::text::measured::Measured;
use crate::telegram::text::span::{Edge, Kind, edges};

/// Writes a text with entities as HTML.
///
/// What [`html`](super::html) makes of the answer is the text with its entities in the form of
/// [`Formatted::tidy`]. Line breaks stay line breaks. What Telegram finds in a text by itself is
/// not marked.
pub fn to_html(formatted: &Formatted) -> String {
    let (text, spans) = formatted.spans();
    let text = Measured::new(&text);
    let mut source = String::new();
    let mut at = 0;
    for edge in edges(&spans) {
        escape(&mut source, text.slice(at, edge.at));
        at = edge.at;
        tag(&mut source, &edge);
    }
    escape(&mut source, text.slice(at, text.len()));
    source
}

fn escape(source: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => source.push_str("&amp;"),
            '<' => source.push_str("&lt;"),
            '>' => source.push_str("&gt;"),
            '"' => source.push_str("&quot;"),
            _ => source.push(letter),
        }
    }
}

fn tag(source: &mut String, edge: &Edge<'_>) {
    let kind = &edge.span.kind;
    if !edge.opens {
        source.push_str(match kind {
            Kind::Quote { .. } => "</blockquote>",
            Kind::Link { .. } | Kind::Mention { .. } => "</a>",
            Kind::Bold => "</b>",
            Kind::Italic => "</i>",
            Kind::Underline => "</u>",
            Kind::Strike => "</s>",
            Kind::Spoiler => "</tg-spoiler>",
            Kind::Emoji { .. } => "</tg-emoji>",
            Kind::Code => "</code>",
            Kind::Pre { language } if language.is_empty() => "</pre>",
            Kind::Pre { .. } => "</code></pre>",
        });
        return;
    }
    let (before, value, after) = match kind {
        Kind::Quote { collapsed: false } => ("<blockquote>", None, ""),
        Kind::Quote { collapsed: true } => ("<blockquote expandable>", None, ""),
        Kind::Link { url } => ("<a href=\"", Some(url.clone()), "\">"),
        Kind::Mention { user_id } => ("<a href=\"tg://user?id=", Some(user_id.to_string()), "\">"),
        Kind::Bold => ("<b>", None, ""),
        Kind::Italic => ("<i>", None, ""),
        Kind::Underline => ("<u>", None, ""),
        Kind::Strike => ("<s>", None, ""),
        Kind::Spoiler => ("<tg-spoiler>", None, ""),
        Kind::Emoji { document_id } => (
            "<tg-emoji emoji-id=\"",
            Some(document_id.to_string()),
            "\">",
        ),
        Kind::Code => ("<code>", None, ""),
        Kind::Pre { language } if language.is_empty() => ("<pre>", None, ""),
        Kind::Pre { language } => (
            "<pre><code class=\"language-",
            Some(language.clone()),
            "\">",
        ),
    };
    source.push_str(before);
    escape(source, &value.unwrap_or_default());
    source.push_str(after);
}
