//! Faults as they strike: the hub killed and started again, links cut and stalled.
//!
//! Owns the hub's process during a run and writes down what it has disturbed. Faults of links go
//! on beside each other; blows to the hub come one after the other.

use super::journal::{Disturbance, now};
use super::plan::{Blow, Trouble};
use crate::Failure;
use crate::fleet::{Member, refused};
use crate::hub::{Hub, HubSettings};
use crate::postgres::Server;
use local_dc::dc::Dc;
use local_dc::world::faults::{Fault, FaultKind};
use local_dc::world::ids::UserId;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// What has been disturbed so far, by both kinds of faults.
#[derive(Debug, Default)]
pub(super) struct Damage(Mutex<Vec<(Disturbance, String)>>);

impl Damage {
    fn note(&self, account: Option<usize>, from: i64, what: &impl std::fmt::Debug) {
        let until = now();
        let disturbance = Disturbance {
            account,
            from,
            until,
        };
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
async fn reached(progress: &mut watch::Receiver<usize>, place: usize) {
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
        match blow {
            Blow::Kill(down) => {
                hub.kill().await?;
                sleep(*down).await;
                hub = settings.start().await?;
            }
            Blow::Outage(time) => {
                let server = server.ok_or("this database cannot be stopped")?;
                server.stop().await?;
                sleep(*time).await;
                server.start().await?;
            }
        }
        damage.note(None, from, blow);
    }
    Ok(hub)
}

/// Lets every trouble strike in its place, and waits until the last has passed.
pub(super) async fn make_trouble(
    dc: &Dc,
    members: &[Member],
    troubles: &[(usize, Trouble)],
    mut progress: watch::Receiver<usize>,
    damage: &std::sync::Arc<Damage>,
) -> Result<(), Failure> {
    let mut stalls = JoinSet::new();
    for (place, trouble) in troubles {
        reached(&mut progress, *place).await;
        let from = now();
        let account = |index: &usize| UserId(members[*index].user_id);
        let struck = match trouble {
            Trouble::Cut(index) => {
                dc.drop_links(&members[*index].phone)
                    .map_err(|refusal| refused(&refusal))?;
                Some(*index)
            }
            Trouble::CutAll => {
                dc.drop_all_links();
                None
            }
            Trouble::Stall(index, time) => {
                let (dc, phone) = (dc.clone(), members[*index].phone.clone());
                let (damage, index, time) = (std::sync::Arc::clone(damage), *index, *time);
                stalls.spawn(async move { stall(&dc, &phone, index, time, &damage).await });
                continue;
            }
            Trouble::Error(index, method, code, name) => {
                dc.fault(Fault::error(method, *code, name).of(account(index)));
                Some(*index)
            }
            Trouble::Silence(index, method) => {
                dc.fault(Fault::new(method, FaultKind::Silence).of(account(index)));
                Some(*index)
            }
        };
        damage.note(struck, from, trouble);
    }
    while let Some(ended) = stalls.join_next().await {
        ended??;
    }
    Ok(())
}

async fn stall(
    dc: &Dc,
    phone: &str,
    index: usize,
    time: Duration,
    damage: &Damage,
) -> Result<(), Failure> {
    let from = now();
    dc.stall(phone, true).map_err(|refusal| refused(&refusal))?;
    sleep(time).await;
    dc.stall(phone, false)
        .map_err(|refusal| refused(&refusal))?;
    damage.note(Some(index), from, &Trouble::Stall(index, time));
    Ok(())
}
