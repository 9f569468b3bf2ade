//! The session named by a path.

use crate::error::{Error, FieldFault};
use crate::http::failure::Failure;
use crate::model::SessionName;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode_str;
use std::future::{Ready, ready};

/// The session of `/session/{session_id}…`, percent-decoded once (RFC 3986, section 2.4).
///
/// # Errors
/// `invalid_request` when the segment is no session name.
#[derive(Debug)]
pub(crate) struct SessionPath(pub SessionName);

impl FromRequest for SessionPath {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // The router's own path is decoded in part already, so the raw one is read.
        let segment = request.uri().path().split('/').nth(2).unwrap_or_default();
        ready(name(segment).map(Self).map_err(Failure::from))
    }
}

fn name(segment: &str) -> Result<SessionName, Error> {
    let refused = |reason: String| {
        Error::invalid(vec![FieldFault {
            location: vec!["path".to_owned(), "session_id".to_owned()],
            message: format!("Value error, {reason}"),
            kind: "value_error",
        }])
    };
    let text = percent_decode_str(segment)
        .decode_utf8()
        .map_err(|error| refused("must be UTF-8".to_owned()).because(error))?;
    SessionName::parse(&text).map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_decoded_once_and_checked() {
        for (segment, expected) in [
            ("user123", Some("user123")),
            ("a%20b+c", Some("a b+c")),
            ("%D0%90%D0%BB", Some("Ал")),
            ("100%2525", Some("100%25")),
            ("..", Some("..")),
            ("a%2Fb", None),
            ("a%00", None),
            ("%ff", None),
            ("", None),
        ] {
            let parsed = name(segment).ok();
            assert_eq!(
                parsed.as_ref().map(SessionName::as_str),
                expected,
                "{segment}"
            );
        }
    }
}
