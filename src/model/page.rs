//! Pages of ordered rows and the cursors between them.

use crate::model::UtcTime;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// One page of a listing and where the next one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the order the listing states.
    pub items: Vec<T>,
    /// The cursor of the next page, `None` on the last one.
    pub next: Option<Cursor>,
}

/// A place in a listing that is ordered by time and then by row id. Opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The time of the last row seen.
    pub time: UtcTime,
    /// The id of the last row seen.
    pub id: i64,
}

/// The text is no cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor that this hub has given out")]
pub struct CursorError;

impl Cursor {
    /// Reads the text of its `Display`.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().ok_or(CursorError)?;
        let bytes: [u8; 16] = bytes.try_into().ok().ok_or(CursorError)?;
        let packed = i128::from_be_bytes(bytes);
        let id = i64::try_from(packed & i128::from(u64::MAX))
            .ok()
            .ok_or(CursorError)?;
        let micros = i64::try_from(packed >> 64).ok().ok_or(CursorError)?;
        let time = UtcTime::from_micros(micros).ok_or(CursorError)?;
        Ok(Self { time, id })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let packed = (i128::from(self.time.as_micros()) << 64) | i128::from(self.id);
        f.write_str(&URL_SAFE_NO_PAD.encode(packed.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_anything_else_is_refused() {
        let cursor = Cursor {
            time: UtcTime::now(),
            id: 42,
        };
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        for text in ["", "x", "////", "AAAA", "AAAAAAAAAAD__________w"] {
            assert_eq!(Cursor::parse(text), Err(CursorError), "{text}");
        }
    }
}
