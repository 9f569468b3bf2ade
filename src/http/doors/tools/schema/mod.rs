//! What tools take and answer: parameters, their reading with all faults, and the schemas of both.
//!
//! It must not know the tools.

mod arguments;
mod coerce;
mod fault;
mod output;
mod param;

pub(crate) use arguments::{Arguments, Strictness};
pub(crate) use coerce::whole_number;
pub(crate) use fault::Fault;
pub(crate) use output::{OK, Output, field, maybe, or_null, shaped};
pub(crate) use param::{LARGEST_MESSAGE_ID, Param};
