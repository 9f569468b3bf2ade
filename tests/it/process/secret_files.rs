//! Secrets that come out of files, and a database URL whose password is not encoded.

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::process::{Environment, HubProcess, environment, run};
use local_dc::dc::{Dc, DcOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

const KEY: &str = "a-key-of-32-characters-from-a-file";

/// Moves a setting into a file of this mode.
fn into_file(
    env: &mut Environment,
    folder: &Path,
    name: &'static str,
    mode: u32,
) -> Result<PathBuf, Failure> {
    let path = folder.join(name);
    let value = env.remove(name).ok_or("no such setting")?;
    std::fs::write(&path, value + "\n")?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))?;
    let variable: &'static str = format!("{name}_FILE").leak();
    env.insert(variable, path.display().to_string());
    Ok(path)
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_hub_starts_with_every_secret_in_a_file() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    env.insert("HUB_API_KEY", KEY.to_owned());
    env.insert("HUB_TOOLS_KEY", format!("{KEY}-of-the-tools"));
    for name in [
        "HUB_API_KEY",
        "HUB_TOOLS_KEY",
        "HUB_MASTER_KEY",
        "DATABASE_URL",
    ] {
        into_file(&mut env, db.dir(), name, 0o600)?;
    }
    let open = into_file(&mut env, db.dir(), "TELEGRAM_API_HASH", 0o644)?;
    let hub = HubProcess::start_with(&db, &env).await?;
    drop(
        hub.client
            .get("/sessions")
            .await?
            .refused(403, "invalid_key"),
    );
    let client = crate::support::http::Client::new(hub.client.base(), Some(KEY))?;
    drop(client.get("/sessions").await?.expect(200));
    client.log_in("carol", "+15550000003").await?;
    let log = hub.stderr();
    let warned: Vec<_> = log
        .lines()
        .filter(|line| line.contains("_FILE: "))
        .collect();
    assert_eq!(warned.len(), 1, "{log}");
    for part in [
        "WARN",
        "TELEGRAM_API_HASH_FILE",
        &open.display().to_string(),
        "mode 644",
        "chmod 600",
    ] {
        assert!(warned[0].contains(part), "{part}: {log}");
    }
    assert!(!log.contains(KEY), "{log}");
    hub.terminate().await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_secret_beside_its_file_ends_the_start() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    for name in ["HUB_MASTER_KEY", "DATABASE_URL", "TELEGRAM_API_HASH"] {
        let mut env = environment(&db, &dc);
        let value = env[name].clone();
        into_file(&mut env, db.dir(), name, 0o600)?;
        env.insert(name, value.clone());
        let ended = run(&db, &env).await?;
        assert!(!ended.status.success());
        let told = format!("telegram-hub: {name} and {name}_FILE are both set: set one of them.\n");
        assert_eq!(ended.stderr, told);
    }
    Ok(())
}

#[cfg(all(feature = "sqlite", feature = "postgres-system"))]
#[tokio::test]
async fn no_part_of_a_database_password_is_printed() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    for between in ["", "@", "/", "#", "?", "%", "%40", ":", "&", " "] {
        for url in [
            format!("postgres://u:canaryleft{between}canaryright@127.0.0.1:1/db"),
            format!("postgres://127.0.0.1:1/db?user=u&password=canaryleft{between}canaryright"),
            format!("host=127.0.0.1 port=1 user=u password=canaryleft{between}canaryright"),
        ] {
            let mut env = environment(&db, &dc);
            env.insert("DATABASE_URL", url.clone());
            let ended = run(&db, &env).await?;
            assert!(!ended.status.success());
            assert_eq!(ended.stderr.lines().count(), 1, "{url}: {}", ended.stderr);
            for part in ["canaryleft", "canaryright"] {
                assert!(!ended.stderr.contains(part), "{url}: {}", ended.stderr);
            }
        }
    }
    Ok(())
}
