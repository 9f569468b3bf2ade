//! Query strings.

use crate::http::failure::Failure;
use crate::http::input::{Fields, FromFields};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use url::form_urlencoded;

/// The query string, read as a `T`.
///
/// An empty value counts as missing, and of a repeated name the last value counts.
///
/// # Errors
/// `invalid_request` with every fault.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<T: FromFields> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let read = fields(request.query_string()).read();
        ready(read.map(Self).map_err(Failure::from))
    }
}

fn fields(query: &str) -> Fields {
    let values: Map<String, Value> = form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    Fields::new("query", values)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Search {
        q: Option<String>,
        limit: i64,
    }

    impl FromFields for Search {
        fn from_fields(fields: &mut Fields) -> Option<Self> {
            let q = fields.optional_text("q");
            let limit = fields.integer_or("limit", 1..=500, 100);
            Some(Self { q, limit: limit? })
        }
    }

    #[test]
    fn values_are_decoded_and_empty_ones_are_missing() {
        let search: Search = fields("q=a%20b%26c+d&limit=&x=%ff").read().expect("valid");
        assert_eq!((search.q.as_deref(), search.limit), (Some("a b&c d"), 100));
        let search: Search = fields("limit=3&limit=4").read().expect("valid");
        assert_eq!((search.q, search.limit), (None, 4));
    }

    #[test]
    fn a_fault_is_placed_in_the_query() {
        let error = fields("limit=501").read::<Search>().err().expect("refused");
        assert_eq!(
            error.message(),
            "query.limit: Input should be less than or equal to 500"
        );
    }
}
