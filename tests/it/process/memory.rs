//! What the hub's memory costs when links come and go.

use crate::support::db::TestDb;
use crate::support::http::{Client, eventually};
use crate::support::process::{HubProcess, environment};
use futures_util::future::try_join_all;
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

const ACCOUNTS: u64 = 20;

/// What an account may cost more once it has been connected again, its share of all that is
/// common among it. One connection's buffers alone are two megabytes.
const KIB_AT_FIRST: u64 = 512;
/// What it may cost more after that, for all further rounds together.
const KIB_LATER: u64 = 400;

/// Brings an account back without waiting for its back-off to end.
async fn hurry(client: &Client, name: &str) -> Result<(), Failure> {
    eventually(|| async {
        let path = format!("/session/{name}/reconnect");
        let answer = client.post(&path, json!({})).await?;
        Ok((answer.status == 200).then_some(()))
    })
    .await
}

/// Cuts the links of all accounts and brings the accounts back, so many times.
async fn reconnect(
    hub: &HubProcess,
    dc: &Dc,
    names: &[String],
    rounds: u32,
) -> Result<(), Failure> {
    for _ in 0..rounds {
        let before = dc.link_counts().accepted;
        dc.drop_all_links();
        eventually(|| async {
            try_join_all(names.iter().map(|name| hurry(&hub.client, name))).await?;
            let counts = dc.link_counts();
            let all = counts.accepted >= before + ACCOUNTS && counts.open == ACCOUNTS;
            Ok(all.then_some(()))
        })
        .await?;
    }
    Ok(())
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn fifty_reconnects_cost_no_memory() -> crate::support::TestResult {
    let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
    let mut env = environment(&db, &dc);
    env.insert("HUB_LOGINS_PER_MINUTE", "1000".to_owned());
    let hub = HubProcess::start_with(&db, &env).await?;
    let names: Vec<_> = (1..=ACCOUNTS).map(|n| format!("155500010{n:02}")).collect();
    for name in &names {
        hub.client.log_in(name, name).await?;
    }
    let first = hub.rss_kib()?;
    reconnect(&hub, &dc, &names, 10).await?;
    let warm = hub.rss_kib()?;
    reconnect(&hub, &dc, &names, 50).await?;
    let last = hub.rss_kib()?;
    let told = format!("{first}, {warm} and {last} KiB");
    assert!(warm < first + ACCOUNTS * KIB_AT_FIRST, "{told}");
    assert!(last < warm + ACCOUNTS * KIB_LATER, "{told}");
    hub.terminate().await?;
    Ok(())
}
