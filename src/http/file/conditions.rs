//! Conditional requests for a file (RFC 9110, section 13), and which part of it they ask for.

use super::range;
use crate::ops::files::ByteRange;
use actix_web::HttpRequest;
use actix_web::http::header::{
    EntityTag, Header, HttpDate, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
};
use std::time::SystemTime;

/// By what one version of a file is told from another.
pub(crate) struct Validators {
    /// Of its bytes; a strong one.
    pub(crate) etag: EntityTag,
    /// When it became so, in whole seconds.
    pub(crate) modified: HttpDate,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The client has it already: 304.
    Unchanged,
    /// The client wants another version: 412.
    Failed,
    /// All of it.
    Whole,
    /// A part.
    Part(ByteRange),
}

/// What a request asks for, in the order of RFC 9110, section 13.2.2.
pub(crate) fn asked(request: &HttpRequest, file: &Validators) -> Asked {
    if !may_match(request, file) {
        return Asked::Failed;
    }
    if has_already(request, file) {
        return Asked::Unchanged;
    }
    match range::given(request.headers()) {
        Some(range) if is_of_version(request, file) => Asked::Part(range),
        _ => Asked::Whole,
    }
}

/// `If-Match`, else `If-Unmodified-Since`.
fn may_match(request: &HttpRequest, file: &Validators) -> bool {
    if request.headers().contains_key(IF_MATCH) {
        return match IfMatch::parse(request) {
            Ok(IfMatch::Any) => true,
            Ok(IfMatch::Items(tags)) => tags.iter().any(|tag| tag.strong_eq(&file.etag)),
            Err(_) => false,
        };
    }
    if !request.headers().contains_key(IF_UNMODIFIED_SINCE) {
        return true;
    }
    // A date that cannot be read is to be ignored.
    IfUnmodifiedSince::parse(request)
        .map_or(true, |since| modified(file) <= SystemTime::from(since.0))
}

/// `If-None-Match`, else `If-Modified-Since`.
fn has_already(request: &HttpRequest, file: &Validators) -> bool {
    if request.headers().contains_key(IF_NONE_MATCH) {
        return match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&file.etag)),
            Err(_) => false,
        };
    }
    if !request.headers().contains_key(IF_MODIFIED_SINCE) {
        return false;
    }
    IfModifiedSince::parse(request).is_ok_and(|since| modified(file) <= SystemTime::from(since.0))
}

/// Whether a part of this version is wanted, and not the whole of another: `If-Range`.
fn is_of_version(request: &HttpRequest, file: &Validators) -> bool {
    if !request.headers().contains_key(IF_RANGE) {
        return true;
    }
    match IfRange::parse(request) {
        Ok(IfRange::EntityTag(tag)) => tag.strong_eq(&file.etag),
        // An exact match, as section 13.1.5 has it.
        Ok(IfRange::Date(date)) => SystemTime::from(date) == modified(file),
        Err(_) => false,
    }
}

fn modified(file: &Validators) -> SystemTime {
    file.modified.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use std::time::Duration;

    const THEN: &str = "Sat, 28 Nov 2026 12:00:01 GMT";
    const BEFORE: &str = "Sat, 28 Nov 2026 12:00:00 GMT";

    fn asked_with(headers: &[(&str, &str)]) -> Asked {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_867_201);
        let file = Validators {
            etag: EntityTag::new_strong("abc".to_owned()),
            modified: modified.into(),
        };
        let request = headers
            .iter()
            .fold(TestRequest::default(), |request, header| {
                request.insert_header(*header)
            });
        asked(&request.to_http_request(), &file)
    }

    #[test]
    fn conditions_are_heeded_in_their_order() {
        let part = Asked::Part(ByteRange::From(0, Some(1)));
        let range = ("range", "bytes=0-1");
        for (headers, expected) in [
            (vec![], Asked::Whole),
            (vec![range], part),
            (vec![("if-none-match", "\"abc\"")], Asked::Unchanged),
            (vec![("if-none-match", "W/\"abc\"")], Asked::Unchanged),
            (vec![("if-none-match", "*")], Asked::Unchanged),
            (vec![("if-none-match", "\"x\""), range], part),
            (vec![("if-modified-since", THEN)], Asked::Unchanged),
            (vec![("if-modified-since", BEFORE)], Asked::Whole),
            (vec![("if-modified-since", "yesterday")], Asked::Whole),
            (
                vec![("if-none-match", "\"x\""), ("if-modified-since", THEN)],
                Asked::Whole,
            ),
            (vec![("if-match", "\"x\""), range], Asked::Failed),
            (vec![("if-match", "\"abc\""), range], part),
            (vec![("if-unmodified-since", BEFORE)], Asked::Failed),
            (vec![("if-unmodified-since", THEN)], Asked::Whole),
            (vec![range, ("if-range", "\"abc\"")], part),
            (vec![range, ("if-range", "\"x\"")], Asked::Whole),
            (vec![range, ("if-range", "W/\"abc\"")], Asked::Whole),
            (vec![range, ("if-range", THEN)], part),
            (vec![range, ("if-range", BEFORE)], Asked::Whole),
            (vec![range, ("if-range", "nonsense")], Asked::Whole),
        ] {
            assert_eq!(asked_with(&headers), expected, "{headers:?}");
        }
    }
}
