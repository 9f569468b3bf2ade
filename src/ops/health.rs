//! How the hub itself is.

use crate::auth::Scope;
use crate::error::Error;
use crate::model::SessionState;
use crate::ops::{Ctx, Operation};
use crate::session::RestoreSnapshot;
use crate::store::hub_lock;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the database may take to show that it is there.
const DATABASE_PATIENCE: Duration = Duration::from_secs(2);

/// Looks at the hub. Open to anyone, and never waits for Telegram.
#[derive(Clone, Copy, Debug)]
pub struct Health;

/// How the hub is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthView {
    /// How many sessions the hub runs, connected or not.
    pub active_sessions: u64,
    /// How far the restore of the stored sessions is.
    pub restore: RestoreSnapshot,
    /// How many sessions are in each state.
    pub sessions_by_state: BTreeMap<&'static str, u64>,
    /// Whether the database answers.
    pub database: DatabaseHealth,
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

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        let hub = &ctx.hub;
        let mut sessions_by_state: BTreeMap<_, _> = SessionState::NAMES
            .into_iter()
            .map(|name| (name, 0))
            .collect();
        for handle in hub.registry.all() {
            *sessions_by_state
                .entry(handle.snapshot().state.name())
                .or_default() += 1;
        }
        let asked = hub.store.read(|conn| hub_lock::holder(conn).map(drop));
        let database = match tokio::time::timeout(DATABASE_PATIENCE, asked).await {
            Ok(Ok(())) => DatabaseHealth::Ok,
            Ok(Err(_)) | Err(_) => DatabaseHealth::Unavailable,
        };
        Ok(HealthView {
            active_sessions: u64::try_from(hub.registry.len()).unwrap_or(u64::MAX),
            restore: hub.restore.snapshot(),
            sessions_by_state,
            database,
        })
    }
}
