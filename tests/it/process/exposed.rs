//! What other users of the machine may read, and what leaves the hub on the command line.

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::process::{Environment, HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn files_that_others_may_read_or_write_are_warned_of_at_the_start() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    env.remove("HUB_MASTER_KEY");
    env.remove("DATABASE_URL");
    let hub = HubProcess::start_with(&db, &env).await?;
    assert!(!hub.stderr().contains("other users"), "{}", hub.stderr());
    hub.kill()?;

    let folder = db.dir().join("data");
    let changed = [
        ("", 0o755),
        ("hub.db", 0o644),
        ("hub.db-wal", 0o666),
        ("master.key", 0o640),
    ];
    for (name, mode) in changed {
        let path = folder.join(name);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    let hub = HubProcess::start_with(&db, &env).await?;
    let log = hub.stderr();
    for (name, mode) in changed {
        let path = folder.join(name);
        let path = path.display().to_string();
        let path = path.trim_end_matches('/');
        let line = log
            .lines()
            .find(|line| line.contains(&format!("{path} can be")))
            .ok_or_else(|| format!("no line of {path}: {log}"))?;
        for part in [
            "WARN",
            &format!("mode {mode:o}"),
            &format!("chmod {}00 {path}", mode >> 6),
        ] {
            assert!(line.contains(part), "{part}: {line}");
        }
    }
    hub.terminate().await?;
    Ok(())
}

fn export(db: &TestDb, env: &Environment) -> std::io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_telegram-hub"))
        .args(["session", "export", "carol", "--telethon"])
        .env_clear()
        .envs(env)
        .current_dir(db.dir())
        .output()
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn an_exported_string_is_noted_and_warned_of_while_a_hub_runs() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let env = environment(&db, &dc);
    let hub = HubProcess::start(&db, &dc).await?;
    hub.client.log_in("carol", "+15550000003").await?;
    let running = export(&db, &env)?;
    let pid = format!("process {}", hub.pid());
    hub.terminate().await?;
    let alone = export(&db, &env)?;

    let told = String::from_utf8(running.stderr)?;
    assert!(
        told.contains("warning: a hub holds this database") && told.contains(&pid),
        "{told}"
    );
    assert_eq!(String::from_utf8(alone.stderr)?, "");
    assert_eq!(running.stdout, alone.stdout);
    let string = String::from_utf8(alone.stdout)?;

    let path = db.dir().join("data/audit.log");
    assert_eq!(
        std::fs::metadata(&path)?.permissions().mode() & 0o777,
        0o600
    );
    let noted = std::fs::read_to_string(&path)?;
    assert!(!noted.contains(&string.trim()[..32]), "{noted}");
    let lines: Vec<serde_json::Value> = noted
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(lines.len(), 2);
    for (line, runs) in lines.iter().zip([true, false]) {
        assert_eq!(line["session"], "carol");
        assert_eq!(
            (&line["kind"], &line["hub_runs"]),
            (&"telethon".into(), &runs.into())
        );
        assert!(line["uid"].is_u64() && line["time"].is_string(), "{line}");
    }

    // Without the note nothing is handed out.
    std::fs::remove_file(&path)?;
    std::fs::create_dir(&path)?;
    let refused = export(&db, &env)?;
    assert!(!refused.status.success() && refused.stdout.is_empty());
    let told = String::from_utf8(refused.stderr)?;
    assert!(
        told.contains("nothing is handed out") && told.contains("audit.log"),
        "{told}"
    );
    Ok(())
}
