//! Blows as they strike: the hub killed and started again, its database stopped.
//!
//! Owns the hub's process during a run, and the list of what was disturbed. Blows come one after
//! the other.

use super::journal::{Disturbance, now};
use super::plan::Blow;
use crate::Failure;
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;
use tokio::time::sleep;

/// What has been disturbed so far, by both kinds of faults.
#[derive(Debug, Default)]
pub(super) struct Damage(Mutex<Vec<(Disturbance, String)>>);

impl Damage {
    pub(super) fn note(&self, account: Option<usize>, from: i64, what: &impl std::fmt::Debug) {
        self.add(account, (from, now()), what);
    }

    /// The same, of a time that may be over.
    pub(super) fn add(
        &self,
        account: Option<usize>,
        (from, until): (i64, i64),
        what: &impl std::fmt::Debug,
    ) {
        let disturbance = Disturbance {
            account,
            channel: None,
            from,
            until,
            stopped_until: None,
        };
        self.push(disturbance, what);
    }

    fn push(&self, disturbance: Disturbance, what: &impl std::fmt::Debug) {
        let noted = (disturbance, format!("{what:?}"));
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(noted);
    }

    /// The disturbances, each with the fault that made it.
    pub(super) fn into_list(self) -> Vec<(Disturbance, String)> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until the traffic has come to a place.
pub(super) async fn reached(progress: &mut watch::Receiver<usize>, place: usize) {
    // A traffic that has ended early has failed, and that ends the run.
    drop(progress.wait_for(|done| *done >= place).await);
}

/// Deals all blows in turn, and hands the hub back as it runs after the last one.
pub(super) async fn deal_blows(
    mut hub: Hub,
    settings: &HubSettings,
    server: Option<&Server>,
    blows: &[(usize, Blow)],
    mut progress: watch::Receiver<usize>,
    damage: &Damage,
) -> Result<Hub, Failure> {
    for (place, blow) in blows {
        reached(&mut progress, *place).await;
        if let Some(status) = hub.has_ended()? {
            return Err(format!("the hub has ended by itself: {status}").into());
        }
        let from = now();
        let stopped_until = match blow {
            Blow::Kill(down) => {
                hub.kill().await?;
                sleep(*down).await;
                let stopped_until = now();
                hub = settings.start().await?;
                stopped_until
            }
            Blow::Outage(time) => {
                let server = server.ok_or("this database cannot be stopped")?;
                server.stop().await?;
                sleep(*time).await;
                server.start().await?;
                now()
            }
        };
        let struck = Disturbance {
            account: None,
            channel: None,
            from,
            until: now(),
            stopped_until: Some(stopped_until),
        };
        damage.push(struck, blow);
    }
    Ok(hub)
}
