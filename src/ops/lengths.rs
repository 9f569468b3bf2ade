//! How long texts may be, counted as Telegram counts them.
//!
//! It owns the two limits, so that a text is refused before a file is uploaded or a call made.
//! Telegram counts what is left of a text once its markup is read, in characters of Unicode (code
//! points), not in UTF-16 units: `message_length_max` and `caption_length_max` of
//! <https://core.telegram.org/constructor/config>, `caption_length_limit_default` and
//! `caption_length_limit_premium` of <https://core.telegram.org/api/config>.

use crate::error::{Code, Error};
use crate::telegram::{Formatted, Link};

/// The longest text of a message.
const MESSAGE: usize = 4096;
/// The longest caption of a file, and that of an account with Premium.
const CAPTION: usize = 1024;
const CAPTION_PREMIUM: usize = 4096;

/// Refuses a message without a text, or with one that is too long.
pub(super) fn message(text: Formatted) -> Result<Formatted, Error> {
    if text.text.trim().is_empty() {
        return Err(Error::new(
            Code::MessageInvalid,
            "the text of the message is empty once its markup is read",
        ));
    }
    edited(text)
}

/// Refuses the new text of a message if it is too long. Below a file it may be empty.
pub(super) fn edited(text: Formatted) -> Result<Formatted, Error> {
    within("the text of the message", MESSAGE, text)
}

/// Refuses a caption that is too long for the account.
pub(super) async fn caption(link: &Link, text: Formatted) -> Result<Formatted, Error> {
    let asks = (CAPTION + 1..=CAPTION_PREMIUM).contains(&length(&text));
    let premium = asks && link.is_premium().await?;
    let most = if premium { CAPTION_PREMIUM } else { CAPTION };
    within("the caption", most, text)
}

fn within(what: &str, most: usize, text: Formatted) -> Result<Formatted, Error> {
    let length = length(&text);
    if length <= most {
        return Ok(text);
    }
    let why =
        format!("{what} has {length} characters once its markup is read; Telegram takes {most}");
    Err(Error::new(Code::MessageInvalid, why))
}

fn length(text: &Formatted) -> usize {
    text.text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Formatted {
        Formatted::plain(text.to_owned())
    }

    #[test]
    fn characters_are_counted_whatever_their_size() {
        for letter in ["a", "ж", "愛", "🦀"] {
            assert!(message(plain(&letter.repeat(4096))).is_ok(), "{letter}");
            let error = message(plain(&letter.repeat(4097))).expect_err(letter);
            assert_eq!(error.code, Code::MessageInvalid);
            assert_eq!(
                error.message(),
                "the text of the message has 4097 characters once its markup is read; Telegram \
                 takes 4096"
            );
        }
    }

    #[test]
    fn a_message_needs_a_text_and_an_edited_one_may_be_a_file_without() {
        for text in ["", " ", "\n\t", "\u{2003}"] {
            assert!(message(plain(text)).is_err(), "{text:?}");
            assert!(edited(plain(text)).is_ok(), "{text:?}");
        }
    }
}
