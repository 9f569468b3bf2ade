//! What comes in: bodies, queries, path segments and headers, checked before a handler sees them.
//!
//! Owns the words of every fault of a request (those of pydantic, which clients of the systems
//! replaced here know). It must not know what the values are for.

mod body;
mod fields;
mod idempotency;
mod path;
mod query;
mod times;

pub(crate) use body::{Body, body_bytes};
pub(crate) use fields::{Fields, FromFields};
pub(crate) use idempotency::IdempotencyKey;
pub(crate) use path::SessionPath;
pub(crate) use query::Query;
pub(crate) use times::instant;
