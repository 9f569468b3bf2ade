//! The files of an SQLite database that go away under the hub: nothing is stored into a file that
//! nobody will find, and no empty one is made in its place.

use super::{a_login, away, goes_on, health, log_in, online_since, refused_at_once};
use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::ledger::{complete, done};
use crate::support::process::{Environment, HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

const GONE: &str = "the database is gone";

fn file(db: &TestDb, ending: &str) -> PathBuf {
    db.dir().join(format!("hub.db{ending}"))
}

async fn everything_is_refused(hub: &HubProcess) -> TestResult {
    for _ in 0..3 {
        assert_eq!(health(&hub.client).await?, "unavailable");
        for path in ["/sessions", "/session/carol/messages", "/admin/messages"] {
            refused_at_once(&hub.client, path, None).await?;
        }
        refused_at_once(&hub.client, "/login/start", Some(a_login())).await?;
    }
    assert_eq!(hub.stderr().matches(GONE).count(), 1, "{}", hub.stderr());
    let told = hub.stderr();
    let line = told.lines().find(|line| line.contains(GONE));
    assert!(line.is_some_and(|line| line.contains("ERROR")), "{told}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_moved_away_is_missed_and_goes_on_when_it_is_back() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let since = online_since(&hub.client).await?;
    fs::rename(file(&db, ""), file(&db, ".elsewhere"))?;
    assert_eq!(
        health(&hub.client).await?,
        "unavailable",
        "it is seen at once"
    );
    done(dc.send_many("alice", "carol", "meanwhile {n}", 20))?;
    away(&hub.client).await?;
    everything_is_refused(&hub).await?;
    assert!(!file(&db, "").exists(), "an empty database was made");
    fs::rename(file(&db, ".elsewhere"), file(&db, ""))?;
    goes_on(&hub, &dc, &since).await?;
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_removed_or_replaced_or_emptied_stays_missed() -> TestResult {
    type Harm = fn(&TestDb) -> TestResult;
    let harms: [Harm; 4] = [
        |db| Ok(fs::remove_file(file(db, ""))?),
        |db| {
            fs::copy(file(db, ""), file(db, ".copy"))?;
            Ok(fs::rename(file(db, ".copy"), file(db, ""))?)
        },
        |db| {
            Ok(fs::OpenOptions::new()
                .write(true)
                .open(file(db, ""))?
                .set_len(0)?)
        },
        |db| Ok(fs::rename(db.dir().join("store"), db.dir().join("other"))?),
    ];
    for (n, harm) in harms.into_iter().enumerate() {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let mut env = environment(&db, &dc);
        if n == 3 {
            // The folder itself is what goes.
            fs::create_dir(db.dir().join("store"))?;
            let path = db.dir().join("store/hub.db");
            env.insert("DATABASE_URL", format!("sqlite:{}", path.display()));
        }
        let hub = HubProcess::start_with(&db, &env).await?;
        log_in(&hub, &dc).await?;
        let before = fs::metadata(file(&db, "")).ok().map(|found| found.ino());
        harm(&db)?;
        away(&hub.client).await?;
        everything_is_refused(&hub).await?;
        let after = fs::metadata(file(&db, "")).ok().map(|found| found.ino());
        assert!(n != 0 || after.is_none(), "a database was made anew");
        assert!(n != 2 || after == before, "{before:?} {after:?}");
        hub.terminate().await?;
        assert!(
            n != 0 || !file(&db, "").exists(),
            "a database was made at the end"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_log_that_is_removed_is_missed_and_its_messages_are_saved() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let stored = hub.client.messages("carol").await?.len();
    for ending in ["-wal", "-shm"] {
        fs::remove_file(file(&db, ending))?;
    }
    done(dc.send_many("alice", "carol", "meanwhile {n}", 20))?;
    away(&hub.client).await?;
    everything_is_refused(&hub).await?;
    eventually(|| async { Ok(hub.stderr().contains("was folded").then_some(())) }).await?;
    hub.terminate().await?;
    let hub = HubProcess::start(&db, &dc).await?;
    assert!(hub.client.messages("carol").await?.len() >= stored);
    for name in ["alice", "carol"] {
        complete(&dc, &hub.client, name).await?;
    }
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn a_new_database_beside_an_old_master_key_is_warned_of() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env: Environment = environment(&db, &dc);
    env.remove("HUB_MASTER_KEY");
    let told = |stderr: &str| stderr.contains("stored sessions are missing");
    for round in 0..2 {
        let hub = HubProcess::start_with(&db, &env).await?;
        assert!(!told(&hub.stderr()), "round {round}: {}", hub.stderr());
        hub.terminate().await?;
    }
    fs::remove_file(file(&db, ""))?;
    let hub = HubProcess::start_with(&db, &env).await?;
    let stderr = hub.stderr();
    assert!(told(&stderr), "{stderr}");
    let line = stderr.lines().find(|line| told(line)).unwrap_or_default();
    let path = file(&db, "").display().to_string();
    assert!(line.contains("WARN") && line.contains(&path), "{line}");
    hub.terminate().await?;
    Ok(())
}
