//! From actix's HTTP to that of rmcp and back.
//!
//! Owns the transport's settings: no sessions, every answer an event stream of its own. It must
//! not know what the messages say.

use super::server::{Inbound, Server};
use crate::http::doors::tools::settings::ToolsConfig;
use actix_web::HttpResponse;
use actix_web::HttpResponseBuilder;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use bytes::Bytes;
use http::request::Builder;
use http_body_util::{BodyDataStream, BodyExt as _, Full};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use std::time::Duration;

/// How often a slow call shows that it lives; proxies close what is silent for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The MCP server and its transport.
pub(crate) struct McpService(StreamableHttpService<Server, NeverSessionManager>);

impl McpService {
    /// A server of the tools that the settings leave open.
    pub(crate) fn new(config: ToolsConfig) -> Self {
        let server = Server::new(config);
        // Names and origins of the outside were checked at the gate, by the hub's own settings.
        let settings = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_legacy_session_mode(false)
            .with_sse_retry(None)
            .with_sse_keep_alive(Some(KEEP_ALIVE));
        let sessions = Arc::new(NeverSessionManager::default());
        let factory = move || Ok(server.clone());
        Self(StreamableHttpService::new(factory, sessions, settings))
    }

    /// Hands a message over and brings the answer back.
    pub(super) async fn carry(
        &self,
        headers: &HeaderMap,
        body: Bytes,
        inbound: Inbound,
    ) -> HttpResponse {
        let request = http::Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .extension(inbound);
        let request = protocol_headers(request, headers).body(Full::new(body));
        let Ok(request) = request else {
            return HttpResponse::BadRequest().body("Bad Request: a header cannot be read");
        };
        let (head, body) = self.0.handle(request).await.into_parts();
        let status =
            StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponseBuilder::new(status);
        for (name, value) in &head.headers {
            response.append_header((name.as_str(), value.as_bytes()));
        }
        if is_events(&head.headers) {
            return response.streaming(BodyDataStream::new(body));
        }
        match body.collect().await {
            Ok(body) => response.body(body.to_bytes()),
            Err(never) => match never {},
        }
    }
}

/// The headers that the protocol itself defines. The key and what else a client sent stay here.
fn protocol_headers(mut request: Builder, headers: &HeaderMap) -> Builder {
    for (name, value) in headers {
        if name.as_str().starts_with("mcp-") {
            request = request.header(name.as_str(), value.as_bytes());
        }
    }
    request
}

fn is_events(headers: &http::HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}
