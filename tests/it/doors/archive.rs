//! The contract of the archive's door.

mod accounts;
mod dialogs;
mod files;
mod filters;
mod folders;
mod history;
mod messages;
mod qr;
mod settings;

use crate::support::db::TestDb;
use crate::support::http::{Answer, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use reqwest::Method;
use serde_json::Value;

type Failure = Box<dyn std::error::Error>;

/// The account of the tests, alice, under a name.
const SESSION: &str = "a";

/// A hub with this door, on which alice is logged in.
async fn start(db: TestDb) -> Result<TestHub, Failure> {
    start_with(db, Options::trusting()).await
}

async fn start_with(db: TestDb, options: Options) -> Result<TestHub, Failure> {
    let flags = vec!["--doors=hub,archive".to_owned()];
    let options = Options { flags, ..options };
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in(SESSION, "+15550000001").await?;
    Ok(hub)
}

/// A request of alice's that a test completes itself, from a line such as `GET /folders`.
fn request(hub: &TestHub, line: &str) -> Result<reqwest::RequestBuilder, Failure> {
    request_of(hub, line, SESSION)
}

fn request_of(
    hub: &TestHub,
    line: &str,
    session: &str,
) -> Result<reqwest::RequestBuilder, Failure> {
    let (method, path) = line.split_once(' ').ok_or("no path")?;
    let method = Method::from_bytes(method.as_bytes())?;
    let request = hub.client.request(method, &format!("/api/v3{path}"));
    Ok(request.header("X-Telegram-Username", session))
}

/// What alice gets.
async fn get(hub: &TestHub, path: &str) -> Result<Answer, Failure> {
    read(request(hub, &format!("GET {path}"))?).await
}

/// A field of each result.
fn each(answer: &Value, field: &str) -> Vec<Value> {
    let results = answer["results"].as_array().into_iter().flatten();
    results.map(|result| result[field].clone()).collect()
}

/// The titles of the chats that are found, in their order.
async fn titles(hub: &TestHub, query: &str) -> Result<Vec<String>, Failure> {
    let answer = get(hub, &format!("/search/dialogs{query}"))
        .await?
        .expect(200);
    let titles = each(&answer, "title").into_iter();
    Ok(titles
        .filter_map(|title| title.as_str().map(str::to_owned))
        .collect())
}
