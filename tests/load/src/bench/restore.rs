//! What stored accounts cost: the time until they are back, memory and open files of each.
//!
//! Owns the start of a hub with thousands of accounts in its database, and of the bare library
//! with as many.

use super::rounds::Size;
use super::series::{Figures, Subject};
use super::subject::{Ground, Tools, accounts_of};
use super::targets::stored;
use crate::Failure;
use crate::bare::{Bare, Order};
use crate::fleet;
use crate::hub::HubSettings;
use crate::process::{self, Figures as Process};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the accounts stay idle before memory is read: what the start has left behind is given
/// back only after a while.
const IDLE: Duration = Duration::from_secs(15);

/// Measures one subject with each number of accounts.
pub(super) async fn measure(
    tools: &Tools,
    size: &Size,
    subject: Subject,
    figures: &mut Figures,
) -> Result<(), Failure> {
    for &accounts in &size.stored {
        let ground = Ground::new(tools, subject)?;
        if subject == Subject::Bare {
            bare(&ground, accounts, figures).await?;
        } else {
            hub(tools, &ground, subject, accounts, figures).await?;
        }
        ground.clear().await?;
    }
    Ok(())
}

async fn bare(ground: &Ground, count: usize, figures: &mut Figures) -> Result<(), Failure> {
    let accounts = accounts_of(ground, count)?;
    let bare = Bare::start(&accounts, ground.dir.path(), &Order::Listen).await?;
    let online = bare.online_after.as_secs_f64();
    figures.add(&stored(count, "all online"), "s", Subject::Bare, online);
    sleep(IDLE).await;
    note(bare.pid, Subject::Bare, count, figures)?;
    bare.stop().await
}

async fn hub(
    tools: &Tools,
    ground: &Ground,
    subject: Subject,
    count: usize,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let store = ground.database.open().await?;
    fleet::enrol(&ground.dc, &store, count).await?;
    store.close().await;
    let settings = HubSettings::new(&tools.binary, &ground.database, &ground.dc);
    let started = Instant::now();
    let hub = settings.start().await?;
    let answered = hub.answered_after.as_secs_f64();
    hub.wait_until_online(count).await?;
    let online = started.elapsed().as_secs_f64();
    figures.add(&stored(count, "HTTP answers"), "s", subject, answered);
    figures.add(&stored(count, "all online"), "s", subject, online);
    sleep(IDLE).await;
    note(hub.pid, subject, count, figures)?;
    hub.terminate().await?;
    Ok(())
}

fn note(pid: u32, subject: Subject, count: usize, figures: &mut Figures) -> Result<(), Failure> {
    let Process {
        rss_kib,
        open_files,
        ..
    } = process::figures(pid).ok_or("the process is gone")?;
    let each = |all: u64| -> Result<f64, Failure> {
        Ok(f64::from(u32::try_from(all)?) / f64::from(u32::try_from(count)?))
    };
    figures.add(
        &stored(count, "memory of each"),
        "KiB",
        subject,
        each(rss_kib)?,
    );
    figures.add(
        &stored(count, "files of each"),
        "",
        subject,
        each(open_files)?,
    );
    Ok(())
}
