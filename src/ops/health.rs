//! How the hub itself is.

use crate::auth::Scope;
use crate::error::Error;
use crate::hub::Hub;
use crate::metrics::{GAPS_OPEN, LOG_OUTS_PENDING, RECEIVING, SESSIONS};
use crate::model::SessionState;
use crate::ops::{Ctx, Operation};
use crate::session::RestoreSnapshot;
use crate::store::{gaps, log_outs, sessions};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::timeout;

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
    /// How many of these receive their updates.
    pub receiving_sessions: u64,
    /// How many sessions are stored, running or not; `None` while the database does not answer.
    pub stored_sessions: Option<u64>,
    /// How far the restore of the stored sessions is.
    pub restore: RestoreSnapshot,
    /// How many sessions are in each state.
    pub sessions_by_state: BTreeMap<&'static str, u64>,
    /// Whether the database answers and takes writes.
    pub database: DatabaseHealth,
    /// How many gaps are open in all logs; `None` while the database does not answer.
    pub open_gaps: Option<u64>,
    /// How many keys Telegram is still to log out; `None` while the database does not answer.
    pub pending_log_outs: Option<u64>,
}

/// Whether the database answers and takes writes.
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
        let asked = hub.store.read(|conn| {
            Ok((
                sessions::count(conn)?,
                gaps::count_open(conn, None)?,
                log_outs::count(conn)?,
            ))
        });
        let counts = match timeout(DATABASE_PATIENCE, asked).await {
            Ok(Ok(counts)) => Some(counts),
            Ok(Err(_)) | Err(_) => None,
        };
        // One that answers may still take no writes, as on a full disk.
        let database = if counts.is_some() && !hub.store.is_away() {
            DatabaseHealth::Ok
        } else {
            DatabaseHealth::Unavailable
        };
        Ok(HealthView {
            active_sessions: u64::try_from(hub.registry.len()).unwrap_or(u64::MAX),
            receiving_sessions: receiving(hub),
            stored_sessions: counts.map(|(stored, ..)| stored),
            restore: hub.restore.snapshot(),
            sessions_by_state: by_state(hub),
            database,
            open_gaps: counts.map(|(_, open, _)| open),
            pending_log_outs: counts.map(|(.., pending)| pending),
        })
    }
}

/// Brings the figures that are counted only when somebody looks up to date.
#[derive(Clone, Copy, Debug)]
pub struct CountSessions;

impl Operation for CountSessions {
    const NAME: &'static str = "health.count_sessions";
    const SCOPE: Scope = Scope::Read;
    type Output = ();

    async fn run(self, ctx: &Ctx) -> Result<Self::Output, Error> {
        for (state, count) in by_state(&ctx.hub) {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            metrics::gauge!(SESSIONS, "state" => state).set(f64::from(count));
        }
        let receiving = u32::try_from(receiving(&ctx.hub)).unwrap_or(u32::MAX);
        metrics::gauge!(RECEIVING).set(f64::from(receiving));
        // Without the database the last count stands.
        let counted = ctx
            .hub
            .store
            .read(|conn| Ok([gaps::count_open(conn, None)?, log_outs::count(conn)?]));
        if let Ok(counts) = counted.await {
            for (gauge, count) in [GAPS_OPEN, LOG_OUTS_PENDING].into_iter().zip(counts) {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                metrics::gauge!(gauge).set(f64::from(count));
            }
        }
        Ok(())
    }
}

fn receiving(hub: &Hub) -> u64 {
    let all = hub.registry.all();
    let receiving = all.iter().filter(|handle| handle.snapshot().is_receiving);
    u64::try_from(receiving.count()).unwrap_or(u64::MAX)
}

/// How many sessions are in each state, also in those that none is in.
fn by_state(hub: &Hub) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<_, _> = SessionState::NAMES
        .into_iter()
        .map(|name| (name, 0))
        .collect();
    for handle in hub.registry.all() {
        *counts.entry(handle.snapshot().state.name()).or_default() += 1;
    }
    counts
}
