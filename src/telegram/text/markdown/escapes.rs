//! What a backslash does: before a mark it makes text of it, anywhere else it is text itself.
//!
//! So many texts hold backslashes, and so few mean this, that a backslash is only ever read where
//! leaving it would change what follows. Two backslashes before a mark are one, and a mark.

/// Marks that are two of one character.
pub(super) const PAIRS: [&str; 4] = ["**", "__", "~~", "||"];

/// What can be a mark, by where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In lines of which some may be quotes.
    Lines,
    /// In a quote, in which there are no others.
    Quote,
    /// Between the brackets of a link.
    Label,
}

/// Whether `rest` begins with a mark; `line` says that it begins a line.
pub(super) fn is_mark(rest: &str, place: Place, line: bool) -> bool {
    rest.starts_with(['`', '['])
        || rest.starts_with("![")
        || PAIRS.iter().any(|pair| rest.starts_with(pair))
        || (place == Place::Label && rest.starts_with(']'))
        || (place == Place::Lines && line && rest.starts_with('>'))
}

/// The byte at which one of `ends` stands that is not escaped.
pub(super) fn find(source: &str, ends: [u8; 2]) -> Option<usize> {
    let mut backslashes = 0_usize;
    for (at, byte) in source.bytes().enumerate() {
        if byte == b'\\' {
            backslashes += 1;
            continue;
        }
        if ends.contains(&byte) && backslashes.is_multiple_of(2) {
            return Some(at);
        }
        backslashes = 0;
    }
    None
}

/// An address as it is meant: backslashes only count before a closing parenthesis.
pub(super) fn read_address(source: &str) -> String {
    let mut address = String::with_capacity(source.len());
    let mut backslashes = 0_usize;
    for letter in source.chars() {
        if letter == '\\' {
            backslashes += 1;
            continue;
        }
        let kept = if letter == ')' {
            backslashes / 2
        } else {
            backslashes
        };
        address.extend(std::iter::repeat_n('\\', kept));
        address.push(letter);
        backslashes = 0;
    }
    // The parenthesis that ends the address follows.
    address.extend(std::iter::repeat_n('\\', backslashes / 2));
    address
}

/// The other way round.
pub(super) fn write_address(address: &str) -> String {
    let mut source = String::with_capacity(address.len());
    let mut backslashes = 0_usize;
    for letter in address.chars().chain([')']) {
        if letter == '\\' {
            backslashes += 1;
            continue;
        }
        let needed = if letter == ')' {
            2 * backslashes
        } else {
            backslashes
        };
        source.extend(std::iter::repeat_n('\\', needed));
        if letter == ')' {
            source.push('\\');
        }
        source.push(letter);
        backslashes = 0;
    }
    // The parenthesis that was added is not part of the address.
    source.truncate(source.len() - "\\)".len());
    source
}
