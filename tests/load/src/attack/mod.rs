//! What one bad client costs the others: attacks on the hub, one after the other.
//!
//! Owns the order of a run: a hub with a large log, its figures while nobody attacks, and the same
//! during each attack. Everything stays on loopback, is bounded, and ends by itself.

mod attacks;
mod good;
mod ground;
mod report;

pub use attacks::Attack;
pub use report::{json, table};

use crate::Failure;
use crate::postgres::Server;
use crate::process;
use attacks::Target;
use good::{Good, Route};
use ground::Ground;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use telegram_hub::store::Engine;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How long an attack that has a number to reach is waited for.
const LONGEST: Duration = Duration::from_mins(2);

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The hub's binary.
    pub binary: PathBuf,
    /// The server for the hub's database, if it runs on PostgreSQL.
    pub server: Option<Server>,
    /// On which databases.
    pub engines: Vec<Engine>,
    /// Which attacks.
    pub attacks: Vec<Attack>,
    /// For how long each is measured.
    pub time: Duration,
    /// How many rows the log has.
    pub rows: i64,
}

/// What was measured in one phase.
#[derive(Clone, Debug, Serialize)]
pub struct Phase {
    /// On which database.
    pub engine: &'static str,
    /// During which attack; `quiet` without one.
    pub attack: String,
    /// What a good client has seen, route by route.
    pub routes: Vec<Seen>,
    /// The hub's memory before, in KiB.
    pub rss_before: u64,
    /// The most that it was, in KiB.
    pub rss_most: u64,
    /// How much was written to the log, in bytes.
    pub log: u64,
    /// What the attacker has got done.
    pub done: u64,
    /// For how long, in seconds.
    pub seconds: f64,
}

/// What a good client has seen of one route.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Which.
    pub route: &'static str,
    /// The time that half of the answers stayed within, in microseconds.
    pub p50: i64,
    /// The time that 99 of 100 stayed within.
    pub p99: i64,
    /// How many answers there were.
    pub answers: usize,
    /// How many requests failed.
    pub failures: usize,
}

/// Carries the plan out.
///
/// # Errors
/// When the hub does not start, or ends.
pub async fn run(plan: &Plan) -> Result<Vec<Phase>, Failure> {
    let mut phases = Vec::new();
    for engine in &plan.engines {
        if *engine == Engine::Postgres && plan.server.is_none() {
            log::warn!("PostgreSQL is left out: there is no server");
            continue;
        }
        let mut ground = Ground::new(plan, *engine).await?;
        phases.push(phase(plan, &mut ground, None).await?);
        for attack in &plan.attacks {
            log::info!("{attack:?}");
            phases.push(phase(plan, &mut ground, Some(*attack)).await?);
            // What is left of an attack is no part of the next one.
            sleep(Duration::from_secs(3)).await;
        }
        ground.clear().await?;
    }
    Ok(phases)
}

async fn phase(plan: &Plan, ground: &mut Ground, attack: Option<Attack>) -> Result<Phase, Failure> {
    let before = ground.figures()?;
    let began = Instant::now();
    let target = Target::new(&ground.address, ground::KEY);
    let stop = CancellationToken::new();
    let attacking = attack.map(|attack| attack.begin(&target, &stop));
    let good = Good::new(&ground.address, ground::KEY)?;
    let watching = tokio::spawn(most_memory(ground.hub.pid, stop.clone()));
    let over = CancellationToken::new();
    let mut routes = Vec::new();
    let measured: Vec<_> = Route::ALL
        .into_iter()
        .map(|route| tokio::spawn(good.clone().ask_until(route, over.clone())))
        .collect();
    sleep(plan.time).await;
    while attack.is_some_and(|attack| attack.is_under_way(&target)) && began.elapsed() < LONGEST {
        sleep(Duration::from_millis(100)).await;
    }
    over.cancel();
    for route in measured {
        routes.push(route.await?);
    }
    stop.cancel();
    if let Some(attacking) = attacking {
        attacking.end().await;
    }
    let rss_most = watching.await?;
    if let Some(status) = ground.hub.has_ended()? {
        return Err(format!("the hub ended during {attack:?}: {status}").into());
    }
    let after = ground.figures()?;
    Ok(Phase {
        engine: ground.engine,
        attack: attack.map_or_else(|| "quiet".to_owned(), |attack| attack.name().to_owned()),
        routes,
        rss_before: before.rss,
        rss_most,
        log: after.log - before.log,
        done: target.done(),
        seconds: began.elapsed().as_secs_f64(),
    })
}

async fn most_memory(pid: u32, stop: CancellationToken) -> u64 {
    let mut most = 0;
    while !stop.is_cancelled() {
        most = most.max(process::figures(pid).map_or(0, |figures| figures.rss_kib));
        sleep(Duration::from_millis(100)).await;
    }
    most
}
