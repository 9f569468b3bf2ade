//! Looking at a hub for a while: that something comes true, or stays true.

use crate::support::http::{Client, eventually};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// How long a condition is looked at before it counts as lasting; several probes of a link.
const LASTING: Duration = Duration::from_millis(1500);

/// What the hub tells of a session.
pub(crate) async fn session(client: &Client, name: &str) -> Result<Value, Failure> {
    let path = format!("/session/{name}/status");
    Ok(client.get(&path).await?.expect(200))
}

/// Waits until a session is in a state, and answers what the hub tells of it then.
pub(crate) async fn session_in(client: &Client, name: &str, state: &str) -> Result<Value, Failure> {
    eventually(|| async {
        let found = session(client, name).await?;
        Ok((found["state"] == state).then_some(found))
    })
    .await
}

/// Checks again and again for a while that something does not change.
pub(crate) async fn lasts<T, F>(mut look: impl FnMut() -> F) -> Result<T, Failure>
where
    T: PartialEq + std::fmt::Debug,
    F: Future<Output = Result<T, Failure>>,
{
    let first = look().await?;
    let end = Instant::now() + LASTING;
    while Instant::now() < end {
        assert_eq!(look().await?, first, "this was to last");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(first)
}

/// An instant of an answer, in microseconds since 1970.
pub(crate) fn micros(value: &Value) -> Result<i64, Failure> {
    let text = value.as_str().ok_or_else(|| format!("no time: {value}"))?;
    Ok(chrono::DateTime::parse_from_rfc3339(text)?.timestamp_micros())
}
