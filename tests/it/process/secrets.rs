//! What the program leaves behind for others to read: its log and its files.

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::ledger::{complete, done, stored_keys};
use crate::support::process::{HubProcess, environment};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const BOB: &str = "+15550000002";
const API_KEY: &str = "s3cret-api-key";
const TEXT: &str = "words for Bob alone";

type Failure = Box<dyn std::error::Error>;

/// Logs Bob in with a wrong code and a wrong password on the way, sends, fails, restarts.
async fn live(hub: &HubProcess, dc: &Dc) -> Result<(), Failure> {
    let start = json!({ "session_id": "bob", "phone_number": BOB });
    let started = hub.client.post("/login/start", start).await?.expect(200);
    for code in ["54321", "12345"] {
        let body = json!({
            "session_id": "bob",
            "phone_code": code,
            "phone_code_hash": started["phone_code_hash"],
        });
        drop(hub.client.post("/login/code", body).await?);
    }
    for password in ["wrong-password", "bob-password"] {
        let body = json!({ "session_id": "bob", "password": password });
        drop(hub.client.post("/login/password", body).await?);
    }
    hub.client.wait_for_state("bob", "online").await?;
    hub.client.send("bob", "@alice", TEXT).await?;
    done(dc.send("alice", "bob", TEXT))?;
    complete(dc, &hub.client, "bob").await?;
    let body = json!({ "session_id": "bob", "chat_id": "@alice", "message": TEXT });
    for (fault, status) in [
        (Fault::new("messages.sendMessage", FaultKind::Close), 200),
        (
            Fault::error("messages.sendMessage", 500, "INTERNAL").times(5),
            502,
        ),
    ] {
        dc.fault(fault);
        let answer = hub.client.post("/message/send", body.clone()).await?;
        drop(answer.expect(status));
    }
    drop(
        hub.client
            .post("/message/send", json!({ "session_id": "bob" }))
            .await?
            .expect(422),
    );
    done(dc.revoke("bob"))?;
    drop(hub.client.post("/message/send", body).await?.expect(401));
    hub.client.wait_for_state("bob", "needs_login").await?;
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn no_secret_is_in_the_log_even_at_debug_level() -> TestResult {
    for format in ["human", "json"] {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let mut env = environment(&db, &dc);
        env.insert("HUB_LOG", "debug".to_owned());
        env.insert("HUB_LOG_FORMAT", format.to_owned());
        env.insert("HUB_API_KEY", API_KEY.to_owned());
        let hub = HubProcess::start_with(&db, &env).await?;
        live(&hub, &dc).await?;
        let metrics = hub.client.get("/metrics").await?.expect(200).to_string();
        let log = hub.stderr();
        assert!(log.to_lowercase().contains("debug"), "{log}");
        hub.terminate().await?;

        let store = db.open().await?;
        let keys = stored_keys(&store, "bob").await?;
        store.close().await;
        let key = keys
            .into_iter()
            .find_map(|dc| dc.auth_key)
            .ok_or("no key")?;
        // Half a key or its beginning would be a secret as well.
        let key_forms = [
            hex::encode(&key[..16]),
            hex::encode(&key[240..]),
            STANDARD.encode(&key[..15]),
        ];
        let start = format!("{:?}", &key[..8]);
        let mut secrets: Vec<&str> = key_forms.iter().map(String::as_str).collect();
        secrets.extend([
            start.trim_matches(['[', ']']),
            "0123456789abcdef0123456789abcdef",
            "bob-password",
            "wrong-password",
            API_KEY,
            crate::support::process::MASTER_KEY,
            "phone_code: Some",
            TEXT,
        ]);
        for secret in secrets {
            for (place, text) in [("log", &log), ("metrics", &metrics)] {
                let line = text.lines().find(|line| line.contains(secret));
                assert_eq!(line, None, "{secret} is in the {place}");
            }
        }
        for code in ["12345", "54321"] {
            assert!(
                !has_number(&log, code),
                "the code {code} is in the log: {log}"
            );
        }
    }
    Ok(())
}

/// Whether a number stands in a text by itself, not as a part of a longer one.
fn has_number(text: &str, number: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|word| word == number)
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn the_files_belong_to_their_owner_alone() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    env.remove("HUB_MASTER_KEY");
    env.remove("DATABASE_URL");
    let hub = HubProcess::start_with(&db, &env).await?;
    hub.client.log_in("bob", BOB).await?;
    let folder = db.dir().join("data");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        assert_eq!(mode(&path)? & 0o077, 0, "{}", path.display());
        names.extend(path.file_name().map(|name| name.display().to_string()));
    }
    for name in ["hub.db", "hub.db-wal", "master.key"] {
        assert!(
            names.iter().any(|found| found == name),
            "no {name}: {names:?}"
        );
    }
    assert_eq!(mode(&folder)? & 0o077, 0, "the folder itself");
    hub.terminate().await?;
    Ok(())
}

fn mode(path: &Path) -> std::io::Result<u32> {
    Ok(std::fs::metadata(path)?.permissions().mode() & 0o777)
}
