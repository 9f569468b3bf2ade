//! The MCP half of the tools door, at `/mcp` and `/mcp/`: streamable HTTP without sessions.
//!
//! Owns both paths and the way of a message from HTTP to rmcp and back, which speaks the protocol.
//! It must not know what the tools do.
//! Source: <https://modelcontextprotocol.io/specification/2025-11-25/basic/transports>.

mod answer;
mod carrier;
mod listing;
mod message;
mod server;

pub(super) use carrier::McpService;

use crate::error::{Code, Error};
use crate::http::context::Context;
use crate::http::door::{Guard, Rule};
use crate::http::failure::Failure;
use crate::http::fallback::fallback;
use crate::http::input;
use actix_web::http::header::{ALLOW, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use message::Malformed;
use server::Inbound;

/// The header that names the account of a call.
const X_SESSION_ID: &str = "x-session-id";

/// The paths of this half; the router names both by the first.
const PATHS: [&str; 2] = ["/mcp", "/mcp/"];

/// What lies below, where nothing is.
const ELSEWHERE: &str = "/mcp/{rest:.*}";

/// The rules of this half's patterns.
pub(super) fn rules(guard: Guard) -> impl Iterator<Item = (&'static str, Rule)> {
    PATHS
        .into_iter()
        .chain([ELSEWHERE])
        .map(move |path| (path, Rule::Door(guard)))
}

/// Registers every path of this half.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource(PATHS)
                .route(web::post().to(post))
                .default_service(web::to(other)),
        )
        .service(web::resource(ELSEWHERE).to(fallback));
}

/// Takes one JSON-RPC message and answers a request with one event, a notification with 202.
async fn post(
    request: HttpRequest,
    payload: web::Payload,
    context: Context,
    service: web::Data<McpService>,
) -> HttpResponse {
    let headers = request.headers();
    if let Err(malformed) = message::check_headers(headers) {
        return malformed.respond();
    }
    let body = match input::body_bytes(&request, &mut payload.into_inner()).await {
        Ok(body) => body,
        Err(error) => return Malformed::Unread(error).respond(),
    };
    match message::check_body(&body) {
        Ok(()) => {
            let inbound = Inbound::new(context, text(headers, X_SESSION_ID));
            service.carry(headers, body.freeze(), inbound).await
        }
        Err(malformed) => malformed.respond(),
    }
}

/// There is no stream to listen to, and no session to end.
async fn other() -> HttpResponse {
    let error = Error::new(Code::MethodNotAllowed, "Method Not Allowed");
    let mut response = HttpResponse::from_error(Failure::from(error));
    let post = HeaderValue::from_static("POST");
    response.headers_mut().insert(ALLOW, post);
    response
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    Some(text.trim().to_owned())
}
