//! A database that goes away in a flood of messages: the hub waits for it, says so, and loses and
//! doubles nothing.

#[cfg(feature = "sqlite")]
mod missing;
#[cfg(feature = "postgres-system")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use crate::support::http::{Client, eventually};
use crate::support::ledger::{complete, done};
use crate::support::observe::session_in;
use crate::support::process::HubProcess;
use local_dc::dc::Dc;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

/// Messages between two accounts, until it is told to end.
struct Flood {
    going: Arc<AtomicBool>,
    sender: tokio::task::JoinHandle<Result<(), String>>,
}

impl Flood {
    fn start(dc: &Dc) -> Self {
        let (dc, going) = (dc.clone(), Arc::new(AtomicBool::new(true)));
        let goes_on = Arc::clone(&going);
        let sender = tokio::task::spawn_blocking(move || {
            while goes_on.load(Ordering::Relaxed) {
                for (from, to) in [("alice", "carol"), ("carol", "alice")] {
                    done(dc.send_many(from, to, "number {n}", 3)).map_err(|e| e.to_string())?;
                }
                // The pace of the flood: about 60 messages a second.
                std::thread::sleep(Duration::from_millis(100));
            }
            Ok(())
        });
        Self { going, sender }
    }

    async fn end(mut self) -> Result<(), Failure> {
        self.going.store(false, Ordering::Relaxed);
        Ok((&mut self.sender).await??)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        // The test's runtime waits for the sender.
        self.going.store(false, Ordering::Relaxed);
    }
}

/// Logs both accounts in and sees their first messages captured.
async fn log_in(hub: &HubProcess, dc: &Dc) -> Result<(), Failure> {
    hub.client.log_in("alice", ALICE).await?;
    hub.client.log_in("carol", CAROL).await?;
    done(dc.send_many("alice", "carol", "before {n}", 5))?;
    hub.client.wait_for_messages("carol", 5).await?;
    Ok(())
}

/// What `/health` says of the database.
async fn health(client: &Client) -> Result<Value, Failure> {
    Ok(client.get("/health").await?.expect(200)["database"].clone())
}

/// Waits until the hub says that its database is away.
async fn away(client: &Client) -> Result<(), Failure> {
    eventually(|| async {
        let away = figure(client, "telegram_hub_database_away").await? > 0.5;
        Ok((away && health(client).await? == "unavailable").then_some(()))
    })
    .await
}

/// A request that needs the database is refused with 503 and `Retry-After`, without a wait.
async fn refused_at_once(client: &Client, path: &str, body: Option<Value>) -> Result<(), Failure> {
    let asked = Instant::now();
    let answer = match body {
        Some(body) => client.post(path, body).await?,
        None => client.get(path).await?,
    };
    let took = asked.elapsed();
    let wait: u64 = answer.header("retry-after").parse()?;
    assert!(wait > 0);
    drop(answer.refused(503, "database_unavailable"));
    assert!(took < Duration::from_secs(1), "{path} took {took:?}");
    Ok(())
}

/// A request that writes.
fn a_login() -> Value {
    json!({ "session_id": "new", "phone_number": "+15550000009" })
}

/// The value of a figure without labels.
async fn figure(client: &Client, name: &str) -> Result<f64, Failure> {
    let text = client.get("/metrics").await?.expect(200);
    let text = text.as_str().ok_or("no text")?;
    let line = text.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.strip_prefix(' ')?;
        value.parse().ok()
    });
    line.ok_or_else(|| format!("no figure {name}").into())
}

/// The database is back: everything goes on by itself, and the logs are whole.
async fn goes_on(hub: &HubProcess, dc: &Dc, since: &[Value]) -> Result<(), Failure> {
    eventually(|| async { Ok((health(&hub.client).await? == "ok").then_some(())) }).await?;
    for name in ["alice", "carol"] {
        complete(dc, &hub.client, name).await?;
    }
    assert_eq!(online_since(&hub.client).await?, since, "{}", hub.stderr());
    let away = figure(&hub.client, "telegram_hub_database_away").await?;
    let retries = figure(&hub.client, "telegram_hub_capture_retries_total").await?;
    assert!(away < 0.5 && retries > 0.5, "{away} {retries}");
    Ok(())
}

/// Since when the accounts are online, once they are. A link is given up for the database's sake
/// only when the hub may be about to lose the database to another.
async fn online_since(client: &Client) -> Result<Vec<Value>, Failure> {
    let mut since = Vec::new();
    for name in ["alice", "carol"] {
        let session = session_in(client, name, "online").await?;
        since.push(session["state_since"].clone());
    }
    Ok(since)
}
