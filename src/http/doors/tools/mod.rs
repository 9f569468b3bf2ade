//! The tools door: what people use a Telegram account for, for scripts and for agents.
//!
//! Owns one table of tools and its two halves, REST under `/api` and MCP under `/mcp`, with the
//! JSON of the container that this door replaces. It must not know how an operation is done.

pub(crate) mod call;
mod chats;
mod objects;
pub(crate) mod table;
