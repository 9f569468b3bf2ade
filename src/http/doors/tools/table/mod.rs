//! The one table of tools, which the REST half and the MCP half both serve.
//!
//! Owns every tool's name, arguments, bounds, defaults, answer and the operation behind it. It
//! must not know how a call came in: paths name where REST finds a tool, and nothing else of HTTP
//! is here.

mod arguments;
mod coerce;
mod fault;
mod output;
mod param;
mod tool;

pub(crate) use arguments::{Arguments, Strictness};
pub(crate) use fault::{Fault, Place, Trouble};
pub(crate) use output::{Field, FieldKind, Output};
pub(crate) use param::{Kind, Missing, Param};
pub(crate) use tool::{Hints, Method, Route, Source, Tool};

mod account;

/// Every tool: the fifteen of the original in its order, then the further ones.
pub(crate) static TOOLS: &[&Tool] = &[&account::GET_ME, &account::GET_ENTITY];

/// The tool of that name.
pub(crate) fn find(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().copied().find(|tool| tool.name == name)
}
