//! Characters that HTML names: `&amp;`, `&#38;`, `&#x26;`.
//!
//! It owns the names that people use. A name that it does not know is text.

use std::borrow::Cow;

/// The longest name, with what is around it: `&thinsp;`, `&#1114111;`.
const LONGEST: usize = 12;

/// Replaces what names a character by that character.
pub(super) fn decode(source: &str) -> Cow<'_, str> {
    if !source.contains('&') {
        return Cow::Borrowed(source);
    }
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        text.push_str(before);
        if let Some((letter, after)) = reference(from) {
            text.push(letter);
            rest = after;
        } else {
            text.push('&');
            rest = from.strip_prefix('&').unwrap_or_default();
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// The character that is named at the beginning, and what follows.
fn reference(from: &str) -> Option<(char, &str)> {
    let end = from.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let name = from.get("&".len()..end)?;
    let after = from.get(end + ";".len()..)?;
    let letter = match name.strip_prefix('#') {
        Some(number) => numbered(number)?,
        None => named(name)?,
    };
    Some((letter, after))
}

fn numbered(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(code).filter(|letter| *letter != '\0')
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "thinsp" => '\u{2009}',
        "shy" => '\u{AD}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "laquo" => '«',
        "raquo" => '»',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "bull" => '•',
        "middot" => '·',
        "deg" => '°',
        "times" => '×',
        "plusmn" => '±',
        "sect" => '§',
        "euro" => '€',
        "pound" => '£',
        "larr" => '←',
        "rarr" => '→',
        "ne" => '≠',
        "le" => '≤',
        "ge" => '≥',
        _ => return None,
    })
}
