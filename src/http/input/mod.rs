//! What comes in: bodies, queries, path segments and headers, checked before a handler sees them.
//!
//! Owns the one reader of requests, what it publishes of them, and the words of every fault (those
//! of pydantic, which clients of the systems replaced here know). It must not know what the values
//! are for.

mod body;
mod coerce;
mod fault;
mod idempotency;
pub(crate) mod kind;
pub(crate) mod openapi;
mod param;
mod path;
mod policy;
mod query;
mod reader;
mod request;
mod shape;
mod times;

pub(crate) use body::{Body, body_bytes, object};
pub(crate) use coerce::whole_number;
pub(crate) use fault::Fault;
pub(crate) use idempotency::IdempotencyKey;
pub(crate) use param::{Described, Given, Param, object as object_schema};
pub(crate) use path::SessionPath;
pub(crate) use policy::{Policy, Unknown};
pub(crate) use query::{Query, values as query_values};
pub(crate) use reader::Reader;
pub(crate) use request::{OwnRequest, Request, field_name, request};
pub(crate) use times::instant;
