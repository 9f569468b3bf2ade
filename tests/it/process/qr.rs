//! Logins by QR code in a program that is killed, and what its log says of them.

use crate::support::contract;
use crate::support::http::{Client, eventually};
use crate::support::ledger::done;
use crate::support::process::{HubProcess, environment};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// Begins a login, and answers its path and the link in its code.
async fn begin(client: &Client, session: &str) -> Result<(String, String), Failure> {
    let body = json!({ "session_id": session });
    let answer = client.post("/login/qr", body).await?.expect(200);
    let text = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
    Ok((format!("/login/qr/{}", text("token")), text("qr_url")))
}

async fn until(client: &Client, path: &str, status: &str) -> Result<(), Failure> {
    eventually(|| async {
        let answer = client.get(path).await?.expect(200);
        Ok((answer["status"] == status).then_some(()))
    })
    .await
}

contract! {
    async fn a_hub_that_is_killed_in_a_login_leaves_nothing_of_it(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        let (_, shown) = begin(&hub.client, "a").await?;
        let (asked, code) = begin(&hub.client, "b").await?;
        done(dc.scan("bob", &code))?;
        until(&hub.client, &asked, "password_required").await?;
        hub.kill()?;

        let hub = HubProcess::start(&db, &dc).await?;
        let listed = hub.client.get("/sessions").await?.expect(200);
        assert_eq!(listed["sessions"], json!([]));
        drop(hub.client.get(&asked).await?.refused(404, "login_not_found"));
        for account in ["alice", "bob"] {
            assert_eq!(done(dc.account(account))?.keys, 0);
        }
        // What was on a screen is still one, and nobody waits for it.
        done(dc.scan("alice", &shown))?;
        let (path, code) = begin(&hub.client, "a").await?;
        done(dc.scan("alice", &code))?;
        until(&hub.client, &path, "success").await?;
        assert_eq!(done(dc.account("alice"))?.keys, 1);
        hub.terminate().await?;
    }

    async fn no_token_is_in_the_log_even_at_debug_level(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let mut env = environment(&db, &dc);
        env.insert("HUB_LOG", "debug".to_owned());
        let hub = HubProcess::start_with(&db, &env).await?;
        let (path, url) = begin(&hub.client, "b").await?;
        drop(hub.client.get(&format!("{path}/image?format=gif")).await?.refused(422, "invalid_request"));
        done(dc.scan("bob", &url))?;
        until(&hub.client, &path, "password_required").await?;
        drop(hub.client.get(&format!("{path}/image")).await?.refused(404, "login_not_found"));
        for (password, status) in [("wrong-password", 400), ("bob-password", 200)] {
            let body = json!({ "password": password });
            let answer = hub.client.post(&format!("{path}/password"), body).await?;
            drop::<Value>(answer.expect(status));
        }
        let log = hub.stderr();
        assert!(log.contains("DEBUG"), "{log}");
        let token = url.strip_prefix("tg://login?token=").ok_or("no link")?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token)?;
        let listed = format!("{:?}", &bytes[..8]);
        let own = path.strip_prefix("/login/qr/").ok_or("no path")?;
        let secrets = [
            token,
            listed.trim_matches(['[', ']']),
            &hex::encode(&bytes[..8]),
            own,
            "wrong-password",
            "bob-password",
        ];
        for secret in secrets {
            let line = log.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret} is in the log");
        }
        hub.terminate().await?;
    }
}
