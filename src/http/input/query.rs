//! Query strings.

use crate::http::failure::Failure;
use crate::http::input::fault::invalid;
use crate::http::input::policy::Empty;
use crate::http::input::{OwnRequest, Policy};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use url::form_urlencoded;

/// The query string, read as a `T`.
///
/// # Errors
/// `invalid_request` with every fault.
#[derive(Debug)]
pub(crate) struct Query<T>(pub T);

impl<T: OwnRequest> FromRequest for Query<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let mut given = values(request.query_string(), T::POLICY);
        collect_repeated::<T>(request.query_string(), &mut given);
        let read = T::read("query", &given, T::POLICY);
        ready(read.map(Self).map_err(|faults| invalid(faults).into()))
    }
}

/// The values of a query string; of a repeated name the last one counts.
pub(crate) fn values(query: &str, policy: Policy) -> Map<String, Value> {
    form_urlencoded::parse(query.as_bytes())
        .filter(|(_, value)| policy.empty == Empty::IsAText || !value.is_empty())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}

/// Gives the fields that take several values all that were given.
fn collect_repeated<T: OwnRequest>(query: &str, given: &mut Map<String, Value>) {
    let pairs = || form_urlencoded::parse(query.as_bytes());
    if pairs().count() == given.len() {
        return;
    }
    let fields = T::fields(T::POLICY);
    for field in fields.iter().filter(|field| field.is_list()) {
        let own = pairs().filter(|(name, _)| name == field.name);
        let texts = own.map(|(_, value)| Value::String(value.into_owned()));
        let all: Vec<Value> = texts.collect();
        if all.len() > 1 {
            given.insert(field.name.to_owned(), all.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::http::input::reader::tests::PLAIN;
    use crate::http::input::{Request as _, kind, request};

    request! {
        policy PLAIN;
        struct Search {
            q: Option<String> = kind::text().optional(),
            limit: i64 = kind::integer(1, 500).or(100),
        }
    }

    fn search(query: &str) -> Result<Search, Error> {
        let read = Search::read("query", &values(query, PLAIN), PLAIN);
        read.map_err(invalid)
    }

    #[test]
    fn values_are_decoded_and_empty_ones_are_missing() {
        let found = search("q=a%20b%26c+d&limit=&x=%ff").expect("valid");
        assert_eq!((found.q.as_deref(), found.limit), (Some("a b&c d"), 100));
        let found = search("limit=3&limit=4").expect("valid");
        assert_eq!((found.q, found.limit), (None, 4));
    }

    #[test]
    fn a_query_keeps_empty_values_and_the_last_of_a_name() {
        let keeping = Policy {
            empty: Empty::IsAText,
            ..PLAIN
        };
        let given = values("a=&b=1&b=2&c=x%20y+z", keeping);
        let expected = serde_json::json!({ "a": "", "b": "2", "c": "x y z" });
        assert_eq!(Value::Object(given), expected);
    }

    #[test]
    fn a_field_of_several_values_has_all_that_were_given() {
        request! {
            policy PLAIN;
            /// What is looked for.
            struct Kinds {
                /// Which.
                kinds: Vec<String> = kind::repeated(3, kind::text()).or_none(),
                /// How many.
                limit: i64 = kind::integer(1, 500).or(100),
            }
        }
        for (query, expected) in [
            ("", &[][..]),
            ("kinds=a", &["a"]),
            ("kinds=a&limit=1&kinds=b%20c&limit=2", &["a", "b c"]),
            ("limit=1&limit=2&kinds=a", &["a"]),
        ] {
            let mut given = values(query, PLAIN);
            collect_repeated::<Kinds>(query, &mut given);
            let found = Kinds::read("query", &given, PLAIN).expect("valid");
            assert_eq!(found.kinds, expected, "{query}");
            assert!(!query.contains("limit=2") || found.limit == 2);
        }
    }

    #[test]
    fn a_fault_is_placed_in_the_query() {
        let error = search("limit=501").expect_err("refused");
        assert_eq!(
            error.message(),
            "query.limit: Input should be less than or equal to 500"
        );
    }
}
