//! What tools answer, as JSON schemas, and how what they take is published.
//!
//! It must not know the tools.

mod output;
mod titled;

pub(crate) use output::{OK, Output, field, maybe, or_null, shaped};
pub(crate) use titled::titled;
