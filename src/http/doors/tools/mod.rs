//! The tools door: what people use a Telegram account for, for scripts and for agents.
//!
//! Owns one table of tools and its two halves, REST under `/api` and MCP under `/mcp`, with the
//! JSON of the container that this door replaces. It must not know how an operation is done.

mod call;
mod chats;
mod mcp;
mod objects;
mod refusal;
mod rest;
mod table;
mod telethon;

pub(crate) use mcp::McpService;
pub(crate) use refusal::unauthorized;
pub(crate) use rest::document;

use crate::http::rules::Rule;
use actix_web::web::ServiceConfig;

/// The rules of this door's patterns.
pub(crate) fn rules() -> impl Iterator<Item = (&'static str, Rule)> {
    rest::rules().chain(mcp::rules())
}

/// Registers every path of both halves.
pub(crate) fn routes(config: &mut ServiceConfig) {
    rest::routes(config);
    mcp::routes(config);
}
