//! What a process leaves behind of those who bring their strings: nothing.

use super::{API_HASH, API_ID, string_for, with};
use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::http::{Answer, read};
use crate::support::process::{HubProcess, environment};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use telegram_hub::model::StringKind;
use telegram_hub::telegram::SessionString;

type Failure = Box<dyn std::error::Error>;

const TEXT: &str = "text-7714-for-alice-alone";

async fn get(hub: &HubProcess, path: &str, string: &str) -> Result<Answer, Failure> {
    read(with(hub.client.request(Method::GET, path), string)).await
}

/// Logs in with mistakes, reads, fails in every way; answers the strings that were used.
async fn live(hub: &HubProcess, dc: &Dc) -> Result<Vec<String>, Failure> {
    let own = string_for(dc, "alice")?;
    let body = json!({ "api_id": API_ID, "api_hash": API_HASH, "phone": "+15550000002" });
    drop(
        hub.client
            .post("/auth/send-code", body.clone())
            .await?
            .expect(200),
    );
    let mut made = Value::Null;
    for more in [
        json!({ "code": "98765" }),
        json!({ "code": "12345", "password": "wrong-password-4471" }),
        json!({ "password": "bob-password" }),
    ] {
        let mut step = body.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            step[name.as_str()] = value.clone();
        }
        made = hub.client.post("/auth/verify-code", step).await?.body;
    }
    let made = made["session_string"]
        .as_str()
        .ok_or("no string")?
        .to_owned();
    dc.send("bob", "alice", TEXT)
        .map_err(|refusal| format!("{refusal:?}"))?;
    for string in [&own, &made] {
        for path in [
            "/me",
            "/dialogs",
            "/messages?chat_id=me",
            "/search?query=text",
            "/messages/1?chat_id=me",
        ] {
            drop(get(hub, path, string).await?);
        }
        for fault in [
            Fault::new("users.getUsers", FaultKind::Close),
            Fault::error("users.getUsers", 500, "INTERNAL").times(9),
            Fault::error("users.getUsers", 401, "SESSION_REVOKED"),
        ] {
            dc.fault(fault);
            drop(get(hub, "/me", string).await?);
            dc.clear_faults();
        }
        drop(get(hub, "/me", &string[..300]).await?.expect(401));
        drop(get(hub, "/me", string).await?);
    }
    for page in ["/health", "/metrics", "/openapi.json", "/sessions"] {
        let shown = format!("{:?}", hub.client.get(page).await?);
        assert!(
            !shown.contains(API_HASH) && !shown.contains(&own[1..40]),
            "{page}"
        );
    }
    Ok(vec![own, made])
}

/// Every form in which a string, its key or the application's secret could show.
fn forms(strings: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut forms: Vec<Vec<u8>> = ["wrong-password-4471", "bob-password", API_HASH, TEXT]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
    for string in strings {
        forms.push(string.as_bytes()[12..60].to_vec());
        forms.push(string.as_bytes()[200..260].to_vec());
        let key = SessionString::parse(string, StringKind::Telethon)?.auth_key;
        for part in [&key[..24], &key[116..140], &key[232..]] {
            forms.push(part.to_vec());
            forms.push(hex::encode(part).into_bytes());
            forms.push(STANDARD.encode(part).into_bytes());
            let numbers = format!("{part:?}");
            forms.push(numbers.trim_matches(['[', ']']).as_bytes().to_vec());
        }
    }
    Ok(forms)
}

fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    Ok(found)
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn neither_files_nor_the_log_hold_anything_of_a_guest() -> TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    // More than this the Telegram libraries are not let say.
    let levels =
        ["client", "session", "mtsender", "mtproto"].map(|part| format!("grammers_{part}=debug"));
    env.insert("HUB_LOG", format!("trace,{}", levels.join(",")));
    let hub = HubProcess::start_with(&db, &env).await?;
    let strings = live(&hub, &dc).await?;
    let mut places = files(db.dir())?;
    let log = hub.stderr();
    assert!(log.to_lowercase().contains("debug"), "{log}");
    places.push(("the log".to_owned(), log.into_bytes()));
    hub.terminate().await?;
    places.extend(files(db.dir())?);
    assert!(places.iter().any(|(name, _)| name.ends_with("hub.db")));
    for form in forms(&strings)? {
        for (place, bytes) in &places {
            let shows = bytes.windows(form.len()).any(|window| window == form);
            assert!(!shows, "{place} holds {}", String::from_utf8_lossy(&form));
        }
    }
    Ok(())
}
