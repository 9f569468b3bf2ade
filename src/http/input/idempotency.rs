//! The key by which a client repeats a request without repeating its effect.

use crate::error::{Error, FieldFault};
use crate::http::failure::Failure;
use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// The header `Idempotency-Key`, 1 to 255 visible ASCII characters.
///
/// Source: the draft `draft-ietf-httpapi-idempotency-key-header` of the IETF.
///
/// # Errors
/// `invalid_request` when the header is there and has another form.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(Option<String>);

const NAME: &str = "idempotency-key";

impl FromRequest for IdempotencyKey {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::read(request.headers()).map_err(Failure::from))
    }
}

impl IdempotencyKey {
    fn read(headers: &HeaderMap) -> Result<Self, Error> {
        let Some(header) = headers.get(NAME) else {
            return Ok(Self(None));
        };
        let text = header.to_str().unwrap_or_default();
        if is_key(text) {
            Ok(Self(Some(text.to_owned())))
        } else {
            Err(refused("header", NAME, FORM))
        }
    }

    /// The request's key, when the body can name one as `client_id` too.
    ///
    /// # Errors
    /// `invalid_request` when the two differ or `client_id` has another form.
    pub(crate) fn or_client_id(self, client_id: Option<String>) -> Result<Option<String>, Error> {
        match (self.0, client_id) {
            (_, Some(id)) if !is_key(&id) => Err(refused("body", "client_id", FORM)),
            (Some(key), Some(id)) if key != id => {
                let reason = "differs from the header Idempotency-Key";
                Err(refused("body", "client_id", reason))
            }
            (key, id) => Ok(key.or(id)),
        }
    }
}

const FORM: &str = "must be 1 to 255 visible ASCII characters";

fn is_key(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn refused(place: &str, name: &str, reason: &str) -> Error {
    Error::invalid(vec![FieldFault {
        location: vec![place.to_owned(), name.to_owned()],
        message: format!("Value error, {reason}"),
        kind: "value_error",
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(header: Option<&str>, client_id: Option<&str>) -> Result<Option<String>, String> {
        let key = IdempotencyKey(header.map(str::to_owned));
        key.or_client_id(client_id.map(str::to_owned))
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn header_and_body_may_name_the_same_key() {
        assert_eq!(chosen(None, None), Ok(None));
        for (header, client_id) in [(Some("k"), None), (None, Some("k")), (Some("k"), Some("k"))] {
            assert_eq!(chosen(header, client_id), Ok(Some("k".to_owned())));
        }
        assert!(chosen(Some("k"), Some("other")).is_err());
        for bad in ["", "a b", "é", &"x".repeat(256)] {
            assert!(chosen(None, Some(bad)).is_err(), "{bad:?}");
        }
    }
}
