//! Load for the real hub: a fleet of accounts, faults on a plan, and figures.
//!
//! Everything that `hub-chaos`, `hub-bench` and the other programs share lives here: accounts put
//! into a hub's database without a login, the hub as a child process, its tables as they are on
//! disk. It starts nothing but children of its own and speaks to loopback alone; it must not reach
//! into a running hub but over HTTP.

pub mod attack;
pub mod bare;
pub mod bench;
pub mod calls;
pub mod chaos;
pub mod database;
pub mod fence;
pub mod figures;
pub mod fleet;
pub mod hub;
pub mod ledger;
pub mod postgres;
pub mod process;

/// What goes wrong in a run: any error, with its text.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
