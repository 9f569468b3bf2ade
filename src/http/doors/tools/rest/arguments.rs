//! Where a request has the arguments of a tool, and the account.

use crate::error::{Code, Error};
use crate::http::doors::tools::policy;
use crate::http::doors::tools::refusal::Refusal;
use crate::http::doors::tools::tool::{Source, Tool};
use crate::http::input::{object, query_values, whole_number};
use crate::model::SessionName;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use serde_json::{Map, Value};

/// The header that names the account.
pub(super) const SESSION: &str = "X-Session-Id";

/// The arguments from where the tool has them. The number in the path wins.
///
/// # Errors
/// `invalid_request` for a body that is no JSON object and for a path without a number,
/// `payload_too_large`.
pub(super) async fn given(
    tool: &Tool,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Map<String, Value>, Refusal> {
    let number = number(tool, request)?;
    let mut given = match tool.route.source {
        Source::Nothing => Map::new(),
        Source::Query | Source::Download | Source::Upload => {
            query_values(request.query_string(), policy::REST)
        }
        Source::Body => object(request, payload, policy::REST).await?,
    };
    if let Some(number) = number {
        given.insert("message_id".to_owned(), number.into());
    }
    Ok(given)
}

fn number(tool: &Tool, request: &HttpRequest) -> Result<Option<i64>, Refusal> {
    if !tool.route.names_message() {
        return Ok(None);
    }
    let text = request.match_info().query("message_id");
    match whole_number(text) {
        Some(number) => Ok(Some(number)),
        None => Err(Refusal::Path(text.to_owned())),
    }
}

/// The account that the request names.
///
/// # Errors
/// `invalid_request` when the header holds no session name.
pub(super) fn session(request: &HttpRequest) -> Result<Option<SessionName>, Error> {
    let Some(header) = request.headers().get(SESSION) else {
        return Ok(None);
    };
    let refused = |why: &str| Error::new(Code::InvalidRequest, format!("{SESSION} {why}"));
    let name = std::str::from_utf8(header.as_bytes())
        .map_err(|error| refused("must be UTF-8").because(error))?;
    match SessionName::parse(name) {
        Ok(name) => Ok(Some(name)),
        Err(error) => Err(refused(&error.to_string())),
    }
}
