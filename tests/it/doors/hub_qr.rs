//! Logging in by QR code.

mod force;
mod pictures;
mod steps;
mod troubles;

use super::scripted;
use crate::support::db::TestDb;
use crate::support::http::{Client, eventually};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::time::Duration;

type Failure = Box<dyn std::error::Error>;

/// A login that a test has begun.
struct Begun {
    path: String,
    url: String,
}

/// Begins a login under a name.
async fn begin(hub: &TestHub, session: &str) -> Result<Begun, Failure> {
    begin_with(hub, json!({ "session_id": session })).await
}

async fn begin_with(hub: &TestHub, body: Value) -> Result<Begun, Failure> {
    let answer = hub.client.post("/login/qr", body).await?.expect(200);
    assert_eq!(answer["status"], "pending", "{answer}");
    let token = answer["token"].as_str().unwrap_or_default();
    assert!(token.len() == 32, "{answer}");
    let url = answer["qr_url"].as_str().unwrap_or_default().to_owned();
    assert!(url.starts_with("tg://login?token="), "{answer}");
    let path = format!("/login/qr/{token}");
    Ok(Begun { path, url })
}

impl Begun {
    /// What it has come to.
    async fn look(&self, client: &Client) -> Result<Value, Failure> {
        Ok(client.get(&self.path).await?.expect(200))
    }

    /// Waits until it has come to something.
    async fn until(&self, client: &Client, status: &str) -> Result<Value, Failure> {
        eventually(|| async {
            let answer = self.look(client).await?;
            let over = ["success", "expired", "error"].map(Value::from);
            assert!(
                answer["status"] == status || !over.contains(&answer["status"]),
                "{answer}"
            );
            Ok((answer["status"] == status).then_some(answer))
        })
        .await
    }

    /// Scans the code as an account, and waits until that is known.
    async fn scan(&self, hub: &TestHub, account: &str, status: &str) -> Result<Value, Failure> {
        scripted(hub.dc.scan(account, &self.url))?;
        self.until(&hub.client, status).await
    }
}

/// A hub in which logins take so long and no longer.
async fn quick(db: TestDb, change: impl Fn(&mut Options)) -> Result<TestHub, Failure> {
    let mut options = Options::default();
    change(&mut options);
    TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await
}

/// How many keys are logged in as an account.
fn keys(hub: &TestHub, account: &str) -> Result<usize, Failure> {
    Ok(scripted(hub.dc.account(account))?.keys)
}

async fn until_keys(hub: &TestHub, account: &str, wanted: usize) -> Result<(), Failure> {
    eventually(|| async { Ok((keys(hub, account)? == wanted).then_some(())) }).await
}

/// Nothing is stored under a name: no session, no key.
async fn nothing_of(hub: &TestHub, name: &str) -> Result<(), Failure> {
    assert_eq!(hub.client.state(name).await?, "");
    let session = telegram_hub::model::SessionName::parse(name)?;
    let row = hub
        .hub
        .store
        .read(move |conn| telegram_hub::store::sessions::by_name(conn, &session));
    assert!(row.await?.is_none());
    Ok(())
}

/// The account hears what is sent to it.
async fn captures(hub: &TestHub, session: &str, account: &str, text: &str) -> Result<(), Failure> {
    scripted(hub.dc.send("bob", account, text))?;
    eventually(|| async {
        let messages = hub.client.messages(session).await?;
        Ok(messages
            .iter()
            .any(|message| message["text"] == text)
            .then_some(()))
    })
    .await
}

const SHORT: Duration = Duration::from_millis(300);
