//! What a secret leaves in the memory of the program once it has done its work.

use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::process::{HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

type Failure = Box<dyn std::error::Error>;

const WRONG: &str = "wrong-password-4471-mistyped";

/// Where a text is in the memory that a process can write to.
fn places(pid: u32, wanted: &[u8]) -> Result<Vec<String>, Failure> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut memory = File::open(format!("/proc/{pid}/mem"))?;
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').ok_or("no range")?;
        let (start, end) = (
            u64::from_str_radix(start, 16)?,
            u64::from_str_radix(end, 16)?,
        );
        let mut bytes = Vec::new();
        memory.seek(SeekFrom::Start(start))?;
        // A region may have gone meanwhile.
        if (&mut memory)
            .take(end - start)
            .read_to_end(&mut bytes)
            .is_ok()
        {
            let copies = bytes.windows(wanted.len()).filter(|part| *part == wanted);
            found.extend(copies.map(|_copy| line.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn passwords_and_codes_leave_the_memory_after_the_login() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start_with(&db, &environment(&db, &dc)).await?;
    // The search finds what is there.
    assert!(
        !places(hub.pid(), b"needs_login")?.is_empty() || !places(hub.pid(), b"hub.db")?.is_empty()
    );
    let start = json!({ "session_id": "bob", "phone_number": "+15550000002" });
    let started = hub.client.post("/login/start", start).await?.expect(200);
    let code = json!({
        "session_id": "bob", "phone_code": "12345", "phone_code_hash": started["phone_code_hash"],
    });
    drop(hub.client.post("/login/code", code).await?.expect(200));
    for (password, status) in [(WRONG, 400), ("bob-password", 200)] {
        let body = json!({ "session_id": "bob", "password": password });
        let answer = hub.client.post("/login/password", body).await?;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("connection"), "close");
    }
    hub.client.wait_for_state("bob", "online").await?;
    // The stack of the thread that hashed lives on for some seconds.
    for secret in ["bob-password", WRONG, "\"phone_code\":\"12345\""] {
        let gone = || async {
            let places = places(hub.pid(), secret.as_bytes())?;
            Ok(places.is_empty().then_some(()))
        };
        if let Err(error) = eventually(gone).await {
            return Err(format!(
                "{error}: {secret}: {:?}",
                places(hub.pid(), secret.as_bytes())?
            )
            .into());
        }
    }
    hub.terminate().await?;
    Ok(())
}
