//! The header `Range` (RFC 9110, section 14).

use crate::ops::files::ByteRange;
use actix_web::http::header::{HeaderMap, IF_RANGE, RANGE};

/// The bytes that a request asks for of a file without validators; `None` for the whole.
///
/// With `If-Range` it is the whole, because nothing tells whether the client has another version.
pub(crate) fn requested(headers: &HeaderMap) -> Option<ByteRange> {
    if headers.contains_key(IF_RANGE) {
        return None;
    }
    given(headers)
}

/// The bytes that `Range` names; `None` for the whole.
///
/// Several ranges at once, other units and what cannot be read count as the whole, which the RFC
/// allows.
pub(super) fn given(headers: &HeaderMap) -> Option<ByteRange> {
    let text = headers.get(RANGE)?.to_str().ok()?;
    let (unit, range) = text.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    if first.is_empty() {
        return number(last).map(ByteRange::Last);
    }
    let first = number(first)?;
    if last.is_empty() {
        return Some(ByteRange::From(first, None));
    }
    let last = number(last)?;
    (last >= first).then_some(ByteRange::From(first, Some(last)))
}

/// Digits alone; more than 64 bits of them are beyond any file.
fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn of(text: &'static str) -> Option<ByteRange> {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static(text));
        requested(&headers)
    }

    #[test]
    fn one_range_of_bytes_is_read_and_anything_else_means_the_whole() {
        for (text, range) in [
            ("bytes=0-99", ByteRange::From(0, Some(99))),
            ("Bytes=5-", ByteRange::From(5, None)),
            ("bytes= -500", ByteRange::Last(500)),
            ("bytes=7-7", ByteRange::From(7, Some(7))),
            (
                "bytes=99999999999999999999-",
                ByteRange::From(u64::MAX, None),
            ),
        ] {
            assert_eq!(of(text), Some(range), "{text}");
        }
        for text in [
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=2-1",
            "bytes=-",
            "bytes=a-b",
            "bytes",
            "bytes=+1-2",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-1"));
        headers.insert(IF_RANGE, HeaderValue::from_static("\"x\""));
        assert_eq!(requested(&headers), None);
    }
}
