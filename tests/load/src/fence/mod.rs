//! Two hubs on one PostgreSQL, at two addresses, and faults that make the second one take over.
//!
//! Each run has a database, a data centre and two hubs of its own. Each hub runs in a process-id
//! namespace of its own, which is another host as far as the lock is concerned, and reaches the
//! data centre by a relay that gives it an address of its own. What is counted is what the data
//! centre and the database have seen, not what the hubs say.

mod audit;
mod relay;
mod report;
mod run;

pub use report::{json, table};
pub use run::{Outcome, Setting, run};

/// What happens to the first hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its connections to the database are cut and refused, and later come back.
    Cut,
    /// Its connections to the database stay open and carry nothing, and later break.
    Frozen,
    /// It is stopped for 30 seconds, with a send waiting for it, and continued.
    Stopped,
    /// The second hub's clock is 20 s ahead; the first is killed once the second was refused.
    Ahead,
    /// The same, 20 s behind.
    Behind,
    /// It is killed.
    Killed,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::Cut,
        Self::Frozen,
        Self::Stopped,
        Self::Ahead,
        Self::Behind,
        Self::Killed,
    ];

    /// Its name in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cut => "database cut",
            Self::Frozen => "database frozen",
            Self::Stopped => "SIGSTOP 30 s",
            Self::Ahead => "clock +20 s, kill -9",
            Self::Behind => "clock -20 s, kill -9",
            Self::Killed => "kill -9",
        }
    }

    /// By how much the second hub's clock is ahead.
    const fn skew(self) -> Option<&'static str> {
        match self {
            Self::Ahead => Some("+20s"),
            Self::Behind => Some("-20s"),
            _ => None,
        }
    }
}
