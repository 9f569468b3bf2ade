//! The name by which clients call a session.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A session's name: 1 to 128 characters, no control characters, no `/`.
///
/// It is chosen by a client and therefore only ever data: never a file name, never part of a
/// statement. Cloning is cheap.
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
}
