//! How the hub itself is.

use crate::auth::Scope;
use crate::error::{Code, Error};
use crate::ops::{Ctx, Operation};
use std::collections::BTreeMap;

/// Looks at the hub. Open to anyone, and never waits for Telegram.
#[derive(Clone, Copy, Debug)]
pub struct Health;

/// How the hub is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthView {
    /// How many sessions the hub runs, connected or not.
    pub active_sessions: u64,
    /// How far the restore of the stored sessions is.
    pub restore: RestoreProgress,
    /// How many sessions are in each state.
    pub sessions_by_state: BTreeMap<&'static str, u64>,
    /// Whether the database answers.
    pub database: DatabaseHealth,
}

/// How far a restore is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreProgress {
    /// How many sessions are to be restored.
    pub total: u64,
    /// How many have had their first attempt.
    pub done: u64,
    /// How many of these came online.
    pub online: u64,
    /// How many of these did not.
    pub failed: u64,
    /// Whether the restore still runs.
    pub running: bool,
}

/// Whether the database answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseHealth {
    /// It does.
    Ok,
    /// It does not.
    Unavailable,
}

impl Operation for Health {
    const NAME: &'static str = "health.show";
    const SCOPE: Scope = Scope::Public;
    type Output = HealthView;

    async fn run(self, _ctx: &Ctx) -> Result<Self::Output, Error> {
        Err(Error::new(Code::Unavailable, "Not connected yet"))
    }
}
