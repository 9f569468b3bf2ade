//! Markdown as Telegram's client libraries have always read it.
//!
//! `**bold**`, `__italic__`, `~~strike~~`, `||spoiler||`, `` `code` ``, fenced `pre` blocks and
//! `[text](url)`. Everything else, line breaks above all, is text. A delimiter without its
//! partner stays as it stands. No input is an error.

use grammers_client::tl;
use grammers_client::tl::enums::MessageEntity as Entity;

/// A text and its entities; offsets and lengths in UTF-16 code units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formatted {
    /// The text without markup.
    pub text: String,
    /// The entities by their start, outer before inner.
    pub entities: Vec<Entity>,
}

impl Formatted {
    /// A text that is meant as it stands.
    pub fn plain(text: String) -> Self {
        Self {
            text,
            entities: Vec::new(),
        }
    }
}

const DELIMITERS: [&str; 4] = ["**", "__", "~~", "||"];

/// Reads Markdown.
pub fn markdown(source: &str) -> Formatted {
    let mut reader = Reader::default();
    reader.read(source);
    reader.restore_unclosed();
    reader
        .entities
        .sort_by_key(|(offset, length, _)| (*offset, -*length));
    let place = |(offset, length, make): (i32, i32, Make)| make(offset, length);
    Formatted {
        text: reader.text,
        entities: reader.entities.into_iter().map(place).collect(),
    }
}

/// Makes an entity once its place is final.
type Make = Box<dyn FnOnce(i32, i32) -> Entity>;

/// A delimiter that waits for its partner.
struct Open {
    delimiter: &'static str,
    /// Where it stood, in UTF-16 code units.
    offset: i32,
    /// Where it stood, in bytes.
    index: usize,
}

#[derive(Default)]
struct Reader {
    text: String,
    /// The length of `text` in UTF-16 code units.
    units: i32,
    entities: Vec<(i32, i32, Make)>,
    open: Vec<Open>,
}

impl Reader {
    fn read(&mut self, source: &str) {
        let mut rest = source;
        while let Some(next) = rest.chars().next() {
            rest = self
                .fence(rest)
                .or_else(|| self.code(rest))
                .or_else(|| self.link(rest))
                .or_else(|| self.delimiter(rest))
                .unwrap_or_else(|| {
                    self.push_char(next);
                    rest.strip_prefix(next).unwrap_or_default()
                });
        }
    }

    fn push_char(&mut self, letter: char) {
        self.text.push(letter);
        self.units = self
            .units
            .saturating_add(if letter.len_utf16() == 1 { 1 } else { 2 });
    }

    fn push_str(&mut self, text: &str) {
        text.chars().for_each(|letter| self.push_char(letter));
    }

    fn entity(&mut self, offset: i32, make: impl FnOnce(i32, i32) -> Entity + 'static) {
        let length = self.units.saturating_sub(offset);
        if length > 0 {
            self.entities.push((offset, length, Box::new(make)));
        }
    }

    /// Puts delimiters whose partner turned out to be code or an address back into the text.
    fn restore_unclosed(&mut self) {
        while let Some(open) = self.open.pop() {
            self.text.insert_str(open.index, open.delimiter);
            let added = i32::try_from(open.delimiter.len()).unwrap_or_default();
            for (offset, length, _) in &mut self.entities {
                if *offset >= open.offset {
                    *offset = offset.saturating_add(added);
                } else if offset.saturating_add(*length) > open.offset {
                    *length = length.saturating_add(added);
                }
            }
        }
    }

    fn fence<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let (body, after) = rest.strip_prefix("```")?.split_once("```")?;
        let (language, body) = match body.split_once('\n') {
            Some((word, body)) if word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                (word.to_owned(), body)
            }
            _ => (String::new(), body),
        };
        let offset = self.units;
        self.push_str(body.strip_suffix('\n').unwrap_or(body));
        self.entity(offset, move |offset, length| {
            tl::types::MessageEntityPre {
                offset,
                length,
                language,
            }
            .into()
        });
        Some(after)
    }

    fn code<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let (body, after) = rest.strip_prefix('`')?.split_once('`')?;
        if body.is_empty() {
            return None;
        }
        let offset = self.units;
        self.push_str(body);
        self.entity(offset, |offset, length| {
            tl::types::MessageEntityCode { offset, length }.into()
        });
        Some(after)
    }

    fn link<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let (label, after) = rest.strip_prefix('[')?.split_once("](")?;
        let (url, after) = after.split_once(')')?;
        if label.is_empty() || label.contains(['[', ']']) || url.is_empty() {
            return None;
        }
        let offset = self.units;
        self.read(label);
        let mention = url
            .strip_prefix("tg://user?id=")
            .and_then(|id| id.parse::<i64>().ok());
        let url = url.to_owned();
        self.entity(offset, move |offset, length| match mention {
            Some(user_id) => tl::types::MessageEntityMentionName {
                offset,
                length,
                user_id,
            }
            .into(),
            None => tl::types::MessageEntityTextUrl {
                offset,
                length,
                url,
            }
            .into(),
        });
        Some(after)
    }

    fn delimiter<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let (delimiter, after) = DELIMITERS
            .into_iter()
            .find_map(|d| rest.strip_prefix(d).map(|after| (d, after)))?;
        if let Some(index) = self
            .open
            .iter()
            .rposition(|open| open.delimiter == delimiter)
        {
            let offset = self.open.remove(index).offset;
            self.entity(offset, move |offset, length| {
                styled(delimiter, offset, length)
            });
            return Some(after);
        }
        // Only a delimiter with a partner further on, and something between them, is markup.
        if after.find(delimiter).is_some_and(|at| at > 0) {
            let index = self.text.len();
            self.open.push(Open {
                delimiter,
                offset: self.units,
                index,
            });
            return Some(after);
        }
        self.push_str(delimiter);
        Some(after)
    }
}

fn styled(delimiter: &str, offset: i32, length: i32) -> Entity {
    match delimiter {
        "**" => tl::types::MessageEntityBold { offset, length }.into(),
        "__" => tl::types::MessageEntityItalic { offset, length }.into(),
        "~~" => tl::types::MessageEntityStrike { offset, length }.into(),
        _ => tl::types::MessageEntitySpoiler { offset, length }.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(source: &str) -> (String, Vec<(&'static str, i32, i32)>) {
        let Formatted { text, entities } = markdown(source);
        let places = entities.iter().map(|entity| match entity {
            Entity::Bold(e) => ("bold", e.offset, e.length),
            Entity::Italic(e) => ("italic", e.offset, e.length),
            Entity::Strike(e) => ("strike", e.offset, e.length),
            Entity::Spoiler(e) => ("spoiler", e.offset, e.length),
            Entity::Code(e) => ("code", e.offset, e.length),
            Entity::Pre(e) => ("pre", e.offset, e.length),
            Entity::TextUrl(e) => ("url", e.offset, e.length),
            Entity::MentionName(e) => ("mention", e.offset, e.length),
            _ => ("other", 0, 0),
        });
        (text, places.collect())
    }

    #[test]
    fn markup_becomes_entities_in_utf16_units_and_line_breaks_stay() {
        for (source, text, entities) in [
            ("plain\ntext\n\n- a list", "plain\ntext\n\n- a list", vec![]),
            ("a **b** c", "a b c", vec![("bold", 2, 1)]),
            (
                "😀 __i__ ~~s~~ ||p||",
                "😀 i s p",
                vec![("italic", 3, 1), ("strike", 5, 1), ("spoiler", 7, 1)],
            ),
            ("`a **b**`", "a **b**", vec![("code", 0, 7)]),
            ("```rust\nlet a;\n```", "let a;", vec![("pre", 0, 6)]),
            (
                "[**x**](https://t.me)",
                "x",
                vec![("url", 0, 1), ("bold", 0, 1)],
            ),
            ("[x](tg://user?id=5)", "x", vec![("mention", 0, 1)]),
            ("[x](tg://user?id=abc)", "x", vec![("url", 0, 1)]),
            (
                "2 ** 3 and snake_case__x",
                "2 ** 3 and snake_case__x",
                vec![],
            ),
            (
                "**a __b** c__",
                "a b c",
                vec![("bold", 0, 3), ("italic", 2, 3)],
            ),
            ("**a `**`", "**a **", vec![("code", 4, 2)]),
            ("****", "****", vec![]),
        ] {
            let (got_text, mut got) = read(source);
            let mut entities = entities;
            got.sort_unstable();
            entities.sort_unstable();
            assert_eq!((got_text.as_str(), got), (text, entities), "{source}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_entities_lie_within_the_text(source in "[*_~|`\\[\\]()a😀\n ]{0,60}") {
            let Formatted { text, entities } = markdown(&source);
            let units = text.encode_utf16().count();
            for (_, offset, length) in read(&source).1 {
                prop_assert!(usize::try_from(offset + length).unwrap() <= units && length > 0);
            }
            prop_assert!(entities.len() <= source.len());
        }

        #[test]
        fn text_without_markup_comes_back_as_it_was(source in "[a-zA-Z0-9 .,\n😀-]{0,60}") {
            prop_assert_eq!(markdown(&source), Formatted::plain(source));
        }
    }
}
