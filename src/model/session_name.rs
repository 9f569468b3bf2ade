//! The name by which clients call a session.

use crate::model::characters::{Look, look};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A session's name: 1 to 128 characters, no control characters, no `/`.
///
/// It is chosen by a client and therefore only ever data: never a file name, never part of a
/// statement. Cloning is cheap. A new session's name is held to more, see [`Self::check_new`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionName(Arc<str>);

/// Why a text is no session name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionNameError {
    /// No character at all.
    #[error("must have at least 1 character")]
    Empty,
    /// More than 128 characters.
    #[error("must have at most 128 characters")]
    TooLong,
    /// A control character or `/`.
    #[error("must not contain control characters or '/'")]
    Forbidden,
    /// A space at an end, where nobody sees it.
    #[error("must not begin or end with a space")]
    Edge,
    /// A character that nobody can see, or tell from another.
    #[error("must not contain {}, which is {}", code_point(*.0), what(*.0))]
    Unseen(char),
}

/// As Unicode's charts call it: `U+200B`.
fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn what(c: char) -> &'static str {
    match look(c) {
        Look::Blank => "a blank that is no plain space",
        Look::Break => "a separator of lines or paragraphs",
        Look::Control => "a control character",
        Look::Invisible => "an invisible character",
        Look::Undefined => "no character that Unicode defines",
        Look::Plain => "not allowed",
    }
}

impl SessionName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 128;

    /// Checks a text and takes it as a name.
    pub fn parse(text: &str) -> Result<Self, SessionNameError> {
        if text.is_empty() {
            return Err(SessionNameError::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(SessionNameError::TooLong);
        }
        if text.chars().any(|c| c.is_control() || c == '/') {
            return Err(SessionNameError::Forbidden);
        }
        Ok(Self(text.into()))
    }

    /// Whether a new session may have this name: two names that look alike, or a name that turns
    /// the text around it, lead to the wrong account. Names given earlier are still good.
    pub fn check_new(&self) -> Result<(), SessionNameError> {
        if self.0.starts_with(' ') || self.0.ends_with(' ') {
            return Err(SessionNameError::Edge);
        }
        match self.0.chars().find(|c| look(*c) != Look::Plain) {
            Some(c) => Err(SessionNameError::Unseen(c)),
            None => Ok(()),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionName {
    type Error = SessionNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<SessionName> for String {
    fn from(name: SessionName) -> Self {
        name.as_str().to_owned()
    }
}

impl std::fmt::Display for SessionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_and_free_of_control_characters_and_slashes() {
        assert!(SessionName::parse("Алиса ../..\\ '; DROP TABLE").is_err());
        assert!(SessionName::parse("Алиса '; DROP TABLE sessions; --").is_ok());
        assert_eq!(SessionName::parse(""), Err(SessionNameError::Empty));
        assert_eq!(SessionName::parse("a\nb"), Err(SessionNameError::Forbidden));
        assert!(SessionName::parse(&"ж".repeat(128)).is_ok());
        assert_eq!(
            SessionName::parse(&"ж".repeat(129)),
            Err(SessionNameError::TooLong)
        );
    }

    /// One or two of each kind, and the edges of their ranges.
    const UNSEEN: &[char] = &[
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{180e}',
        '\u{200b}',
        '\u{200d}',
        '\u{200f}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2064}',
        '\u{2066}',
        '\u{2069}',
        '\u{206f}',
        '\u{2028}',
        '\u{2029}',
        '\u{a0}',
        '\u{2003}',
        '\u{3000}',
        '\u{2800}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{fff9}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e0100}',
        '\u{e000}',
        '\u{f0000}',
        '\u{378}',
        '\u{ffff}',
        '\u{10ffff}',
    ];

    #[test]
    fn a_new_name_shows_every_character_of_it() {
        for text in [
            "user123",
            "Алиса Ünï",
            "愛 🦀 e\u{301}",
            "ab",
            "नमस्ते",
            "+1 555",
        ] {
            assert_eq!(
                SessionName::parse(text).unwrap().check_new(),
                Ok(()),
                "{text}"
            );
        }
        for c in UNSEEN.iter().copied() {
            for text in [format!("a{c}b"), format!("{c}a"), format!("a{c}")] {
                let name = SessionName::parse(&text).unwrap();
                assert_eq!(name.check_new(), Err(SessionNameError::Unseen(c)), "{c:?}");
            }
        }
        for text in [" a", "a ", " "] {
            let name = SessionName::parse(text).unwrap();
            assert_eq!(name.check_new(), Err(SessionNameError::Edge));
        }
        assert_eq!(
            SessionNameError::Unseen('\u{202e}').to_string(),
            "must not contain U+202E, which is an invisible character"
        );
    }
}
