//! The account that a request names.

use super::refusal::Refusal;
use crate::error::{Code, Error};
use crate::model::SessionName;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use utoipa::IntoParams;

/// The header with the session's name.
const HEADER: &str = "x-telegram-username";

/// The session of the header `X-Telegram-Username`.
///
/// # Errors
/// `session_not_authorized` when it is missing or no session's name.
#[derive(Debug)]
pub(crate) struct Account(pub(crate) SessionName);

impl FromRequest for Account {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let given = request.headers().get(HEADER);
        let named = name(given.map_or(&[], |value| value.as_bytes()));
        ready(named.map(Self).map_err(Refusal::from))
    }
}

fn name(bytes: &[u8]) -> Result<SessionName, Error> {
    let refused = |why: String| Error::new(Code::SessionNotAuthorized, why);
    if bytes.trim_ascii().is_empty() {
        return Err(refused(
            "The header X-Telegram-Username is missing".to_owned(),
        ));
    }
    // Some clients write headers in Latin-1, which has a character for each byte.
    let text = std::str::from_utf8(bytes).map_or_else(
        |_| bytes.iter().copied().map(char::from).collect(),
        str::to_owned,
    );
    SessionName::parse(text.trim())
        .map_err(|why| refused(format!("The header X-Telegram-Username {why}")))
}

/// The header, for the document; handlers read it with an extractor.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Header)]
pub(crate) struct AccountHeader {
    /// The session's name.
    #[param(
        rename = "X-Telegram-Username",
        min_length = 1,
        max_length = 128,
        example = "user123"
    )]
    pub(crate) username: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_name_of_a_session_or_refused() {
        for (bytes, expected) in [
            (&b"user123"[..], Some("user123")),
            (b" user123 ", Some("user123")),
            ("Алиса".as_bytes(), Some("Алиса")),
            (b"Ren\xe9", Some("René")),
            (b"", None),
            (b"  ", None),
            (b"a/b", None),
            (b"../../etc/passwd", None),
        ] {
            let read = name(bytes);
            assert_eq!(read.as_ref().ok().map(SessionName::as_str), expected);
            let refused = read.err().map(|error| error.code);
            assert!(refused.is_none_or(|code| code == Code::SessionNotAuthorized));
        }
    }
}
