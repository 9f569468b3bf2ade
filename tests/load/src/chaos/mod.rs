//! Chaos: the hub under faults, and the proof of what it captured.
//!
//! One run posts messages, edits and deletions at a steady rate while a seeded plan of faults
//! strikes, then lets everything settle and compares the data centre's ledger with the hub's
//! database, message by message. It owns the plan, the faults and the comparison; it must not
//! help the hub: nothing here asks it to reconnect or to look again.

mod absence;
mod appearance;
mod chats;
mod drain;
mod expectation;
mod journal;
mod plan;
mod report;
mod run;
mod strike;
mod traffic;
mod trouble;
mod verdict;

pub use plan::{Plan, Scale};
pub use report::{engine, header, json, line, story};
pub use run::{Outcome, Setting, run};
pub use verdict::{Finding, Verdict};
