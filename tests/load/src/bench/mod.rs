//! Measurements of the hub beside the bare client library, in rounds.
//!
//! Every figure is taken on the hub as a process of its own and, in the same round, on grammers
//! alone as another, with the same accounts at the same data centre, which runs in this process.
//! Owns the load and the clock; it must not tune the hub beyond its documented settings.

mod capture;
mod cost;
mod flood;
mod history;
mod latency;
mod machine;
mod report;
mod restore;
mod rounds;
mod sends;
mod series;
pub mod stamp;
mod subject;
mod targets;
mod wire;

pub use report::{json, table};
pub use rounds::{Part, Size, run};
pub use series::{Figure, Figures, Series, Subject};
pub use subject::Tools;
