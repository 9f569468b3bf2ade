//! Searches of the log: how long they go on, and what others notice of them.

use crate::store::capturing::{batch, message};
use crate::store::session_id;
use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use reqwest::Method;
use std::time::Duration;
use telegram_hub::model::ChatId;
use telegram_hub::store::capture;
use tokio::time::Instant;

type Failure = Box<dyn std::error::Error>;

/// A hub with a log in which a search for [`SLOW`] takes many seconds: each text nearly matches at
/// each of its letters.
async fn start(db: TestDb, search_timeout: u32) -> Result<TestHub, Failure> {
    let options = Options {
        flags: vec![
            "--pool-size=4".to_owned(),
            format!("--search-timeout={search_timeout}"),
        ],
        ..Options::default()
    };
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    let id = session_id(&hub.hub.store, "slow").await?;
    for part in 0..16 {
        let texts = (1..=400).map(|n| message(ChatId::user(2), part * 400 + n, &"a".repeat(4096)));
        let rows = batch(id, texts.collect());
        hub.hub
            .store
            .write(move |c| capture::commit(c, &rows))
            .await?;
    }
    Ok(hub)
}

fn slow() -> String {
    format!("/session/slow/messages?q={}b", "a".repeat(255))
}

contract! {
    async fn a_search_that_takes_too_long_says_how_far_it_came(db: TestDb) {
        let hub = start(db, 1).await?;
        let refused = hub.client.get(&slow()).await?.refused(400, "search_timeout");
        let text = refused["detail"].as_str().unwrap_or_default();
        assert!(text.contains("back to 2027-01-15") && text.contains("within 1 s"), "{text}");
        hub.stop().await?;
    }

    async fn a_search_ends_when_its_client_has_gone_and_hinders_nobody_before(db: TestDb) {
        let hub = start(db, 50).await?;
        let other = "/session/slow/messages?q=a&limit=1&until=1800000002";
        // With four connections there is one search at a time.
        drop(hub.client.get(other).await?.expect(200));
        let client = hub.client.clone();
        let searching = tokio::spawn(async move {
            drop(client.request(Method::GET, &slow()).send().await);
        });
        eventually(|| async {
            let refused = hub.client.get(other).await?;
            Ok((refused.status == 429 && refused.header("retry-after") == "5").then_some(()))
        })
        .await?;
        assert!(!searching.is_finished());
        for path in ["/session/slow/messages?limit=5", "/sessions", "/health"] {
            let asked = Instant::now();
            drop(hub.client.get(path).await?.expect(200));
            assert!(asked.elapsed() < Duration::from_secs(3), "{path} {:?}", asked.elapsed());
        }
        searching.abort();
        drop(searching.await);
        drop(hub.client.get(other).await?.expect(200));
        hub.stop().await?;
    }
}
