//! What a request of this door brings: credentials in its headers, and a query.

use super::wire::{POLICY, api_hash, api_id};
use crate::error::{Error, FieldFault};
use crate::http::failure::Failure;
use crate::http::input::{Fault, OwnRequest, Reader, kind, query_values};
use crate::model::MessageId;
use crate::ops::guests::{Application, GuestPass};
use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use utoipa::IntoParams;

/// The headers, as faults name them.
const HEADERS: [&str; 3] = ["x-api-id", "x-api-hash", "x-session-string"];

/// A request with the account that it is for.
///
/// # Errors
/// `invalid_request` with every fault of the query and the headers; `session_string_invalid`.
pub(super) struct Asked<T> {
    /// The account.
    pub(super) pass: GuestPass,
    /// The query.
    pub(super) query: T,
}

/// The credentials, for the document.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Header)]
pub(super) struct Credentials {
    /// The application's id at Telegram.
    #[param(
        rename = "X-Api-Id",
        minimum = 1,
        maximum = 2_147_483_647,
        example = 12_345_678
    )]
    api_id: i32,
    /// The application's hash at Telegram.
    #[param(
        rename = "X-Api-Hash",
        max_length = 256,
        example = "abcdef1234567890abcdef1234567890"
    )]
    api_hash: String,
    /// The session string that `/auth/verify-code` has answered, or that Telethon has made.
    #[param(rename = "X-Session-String", format = "password")]
    session_string: String,
}

/// The number of a message, for the document.
#[derive(IntoParams)]
#[expect(dead_code, reason = "only its description is used")]
#[into_params(parameter_in = Path)]
pub(super) struct MessageParam {
    /// The message's number in the chat.
    #[param(minimum = 1, maximum = 2_147_483_647)]
    id: i32,
}

/// The message that a path names.
///
/// # Errors
/// `invalid_request`.
pub(super) struct MessagePath(pub(super) MessageId);

impl<T: OwnRequest> FromRequest for Asked<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::read(request).map_err(Failure::from))
    }
}

impl<T: OwnRequest> Asked<T> {
    fn read(request: &HttpRequest) -> Result<Self, Error> {
        let given = query_values(request.query_string(), T::POLICY);
        let query = T::read("query", &given, T::POLICY);
        match (query, credentials(request.headers())) {
            (Ok(query), Ok((app, string))) => Ok(Self {
                pass: GuestPass::read(app, &string)?,
                query,
            }),
            (query, credentials) => {
                let of_query = query.err().into_iter().flatten();
                let faults = of_query.chain(credentials.err().into_iter().flatten());
                Err(invalid(faults))
            }
        }
    }
}

fn credentials(headers: &HeaderMap) -> Result<(Application, SecretString), Vec<Fault>> {
    let given = HEADERS.iter().filter_map(|name| {
        let text = String::from_utf8_lossy(headers.get(*name)?.as_bytes());
        Some(((*name).to_owned(), text.into_owned().into()))
    });
    let given: Map<String, Value> = given.collect();
    let mut reader = Reader::new("header", &given, POLICY);
    let [id, hash, string] = HEADERS;
    let api_id = reader.field(id, api_id());
    let api_hash = reader.field(hash, api_hash());
    let string = reader.field(string, kind::secret());
    let app = api_id.zip(api_hash);
    let app = app.map(|(api_id, api_hash)| Application { api_id, api_hash });
    reader.finish(app.zip(string))
}

impl FromRequest for MessagePath {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let text = request.match_info().get("id").unwrap_or_default();
        let given = Map::from_iter([("id".to_owned(), Value::from(text))]);
        let mut reader = Reader::new("path", &given, POLICY);
        let id = reader.field("id", kind::message_id());
        let read = reader.finish(id).map_err(invalid);
        ready(read.map(Self).map_err(Failure::from))
    }
}

fn invalid(faults: impl IntoIterator<Item = Fault>) -> Error {
    Error::invalid(faults.into_iter().map(FieldFault::from).collect())
}
