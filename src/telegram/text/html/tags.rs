//! Splits HTML into tags and what is between them.
//!
//! It owns the rule what a tag is: it ends at `>` outside of quotes and holds no `<`, so that
//! every text is split in one go. It knows nothing of what tags mean.

/// A part of HTML, in its order.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// Text in which characters may be named.
    Text(&'a str),
    Tag(Tag<'a>),
}

/// A tag.
#[derive(Debug, PartialEq)]
pub(super) struct Tag<'a> {
    /// In small letters.
    pub(super) name: String,
    pub(super) closes: bool,
    /// What follows the name.
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// The value of an attribute as it is written; empty for one without a value.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let ends = |c: char| c.is_ascii_whitespace() || c == '=';
            // An attribute that begins with `=` is all name, as browsers have it.
            let length = match rest.strip_prefix('=') {
                Some(after) => 1 + after.find(ends).unwrap_or(after.len()),
                None => rest.find(ends).unwrap_or(rest.len()),
            };
            let (found, after) = rest.split_at_checked(length)?;
            let (value, after) = match after.trim_ascii_start().strip_prefix('=') {
                Some(value) => read_value(value.trim_ascii_start()),
                None => ("", after),
            };
            if found.trim_end_matches('/').eq_ignore_ascii_case(name) {
                return Some(value);
            }
            rest = after;
        }
    }
}

/// A value, quoted or not, and what follows it.
fn read_value(rest: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace());
    rest.split_at_checked(end.unwrap_or(rest.len()))
        .unwrap_or((rest, ""))
}

/// Splits HTML; comments and the like are left out.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let last_comment_end = source.rfind("-->");
    let (mut at, mut text_from) = (0, 0);
    while let Some(found) = source.get(at..).and_then(|rest| rest.find('<')) {
        at += found;
        let rest = source.get(at..).unwrap_or_default();
        let markup = if rest.starts_with("<!--") {
            // An end that lies behind is none.
            last_comment_end
                .filter(|end| *end >= at + "<!--".len())
                .and_then(|_| comment(rest))
        } else {
            tag(rest)
        };
        let Some((tag, length)) = markup else {
            at += 1;
            continue;
        };
        tokens.extend(text(source, text_from, at));
        tokens.extend(tag.map(Token::Tag));
        at += length;
        text_from = at;
    }
    tokens.extend(text(source, text_from, source.len()));
    tokens
}

fn text(source: &str, from: usize, to: usize) -> Option<Token<'_>> {
    let text = source.get(from..to)?;
    (!text.is_empty()).then_some(Token::Text(text))
}

fn comment(rest: &str) -> Option<(Option<Tag<'_>>, usize)> {
    let inside = rest.strip_prefix("<!--")?;
    let length = inside.find("-->")?;
    Some((None, "<!--".len() + length + "-->".len()))
}

/// The tag at the beginning of `rest`, if it is one, and its length; none for `<!…>` and `<?…>`.
fn tag(rest: &str) -> Option<(Option<Tag<'_>>, usize)> {
    let inside = rest.strip_prefix('<')?;
    let length = tag_length(inside)?;
    let whole = "<".len() + length + ">".len();
    let inside = inside.get(..length)?;
    let (name, closes) = match inside.strip_prefix('/') {
        Some(name) => (name, true),
        None => (inside, false),
    };
    match name.chars().next()? {
        '!' | '?' if !closes => return Some((None, whole)),
        letter if letter.is_ascii_alphabetic() => {}
        _ => return None,
    }
    let end = name
        .find(|c: char| c.is_ascii_whitespace() || c == '/')
        .unwrap_or(name.len());
    let (name, attributes) = name.split_at_checked(end)?;
    let name = name.to_ascii_lowercase();
    let tag = Tag {
        name,
        closes,
        attributes,
    };
    Some((Some(tag), whole))
}

/// Where the tag ends: the first `>` outside of quotes, before any `<`.
fn tag_length(inside: &str) -> Option<usize> {
    let mut quote = None;
    let mut value = false;
    for (at, byte) in inside.bytes().enumerate() {
        match (byte, quote) {
            (b'<', _) => return None,
            (b'>', None) => return Some(at),
            // Quotes only count where a value begins.
            (b'"' | b'\'', None) if value => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
        value = byte == b'=' || (value && byte.is_ascii_whitespace());
    }
    None
}
