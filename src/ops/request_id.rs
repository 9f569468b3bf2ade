//! The id that ties an answer to its lines in the log.

use std::sync::Arc;
use uuid::Uuid;

/// A request's id: 1 to 128 visible ASCII characters. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The longest id, in characters.
    pub const MAX_CHARS: usize = 128;

    /// A fresh id: a UUID of version 7 (RFC 9562), so that ids sort by time.
    pub fn generate() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// Takes a client's id. `None` when it is empty, too long or not visible ASCII.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let visible = text.iter().all(u8::is_ascii_graphic);
        let text = std::str::from_utf8(text).ok()?;
        ((1..=Self::MAX_CHARS).contains(&text.len()) && visible).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_visible_ascii_is_taken_as_an_id() {
        assert_eq!(
            RequestId::parse(b"a-1").map(|id| id.to_string()).as_deref(),
            Some("a-1")
        );
        for bad in ["", "a b", "a\nb", "\u{e9}", &"x".repeat(129)] {
            assert_eq!(RequestId::parse(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(RequestId::generate().as_str().len(), 36);
    }
}
