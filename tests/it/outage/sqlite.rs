use super::{Flood, a_login, away, goes_on, log_in, online_since, refused_at_once};
use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::process::{HubProcess, environment};
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use local_dc::dc::{Dc, DcOptions};
use std::process::Command;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn sqlite_that_another_program_locks_in_a_flood_loses_and_doubles_nothing() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let flood = Flood::start(&dc);
    let path = db.dir().join("hub.db").display().to_string();
    let mut other = diesel::SqliteConnection::establish(&path)?;
    other.batch_execute("PRAGMA busy_timeout = 5000; BEGIN EXCLUSIVE")?;
    away(&hub.client).await?;
    let end = Instant::now() + Duration::from_secs(7);
    while Instant::now() < end {
        refused_at_once(&hub.client, "/login/start", Some(a_login())).await?;
        // Readers do not mind the lock.
        assert!(hub.client.messages("carol").await?.len() >= 5);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    other.batch_execute("COMMIT")?;
    flood.end().await?;
    let since = online_since(&hub.client).await?;
    goes_on(&hub, &dc, &since).await?;
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn sqlite_that_may_not_grow_in_a_flood_loses_and_doubles_nothing() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start_with_room(&db, &environment(&db, &dc)).await?;
    log_in(&hub, &dc).await?;
    let since = online_since(&hub.client).await?;
    let log = db.dir().join("hub.db-wal").metadata()?.len();
    limit_files(hub.pid(), &(log + 20_000).to_string())?;
    let flood = Flood::start(&dc);
    away(&hub.client).await?;
    let end = Instant::now() + Duration::from_secs(3);
    while Instant::now() < end {
        refused_at_once(&hub.client, "/login/start", Some(a_login())).await?;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    limit_files(hub.pid(), "unlimited")?;
    flood.end().await?;
    goes_on(&hub, &dc, &since).await?;
    hub.terminate().await?;
    Ok(())
}

/// The largest size that the files of a process may grow to. No mount is needed for that, as for
/// a disk that is full, and writing fails all the same.
fn limit_files(pid: u32, bytes: &str) -> TestResult {
    let limit = format!("--fsize={bytes}:unlimited");
    let status = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &limit])
        .status()?;
    assert!(status.success(), "{status}");
    Ok(())
}
