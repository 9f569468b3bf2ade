//! Histories that are downloaded without anybody waiting.

use super::{ago, all, calls, days, numbers, read, start};
use crate::support::contract;
use crate::support::http::{Client, eventually};
use crate::support::ledger::done;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

type Failure = Box<dyn std::error::Error>;

async fn begin(client: &Client, chat: &str, days: i64) -> Result<Value, Failure> {
    let body = json!({ "chat": chat, "since": ago(days).to_string() });
    Ok(client
        .post("/session/carol/backfill", body)
        .await?
        .expect(202))
}

async fn backfills(client: &Client) -> Result<Vec<Value>, Failure> {
    let mut listed = client.get("/session/carol/backfill").await?.expect(200);
    match listed["backfills"].take() {
        Value::Array(backfills) => Ok(backfills),
        other => Err(format!("no backfills: {other}").into()),
    }
}

/// Waits until the newest backfill is in a state.
async fn reached(client: &Client, state: &str) -> Result<Value, Failure> {
    eventually(|| async {
        let found = backfills(client).await?.into_iter().next();
        Ok(found.filter(|backfill| backfill["state"] == state))
    })
    .await
}

contract! {
    async fn a_backfill_goes_back_to_its_time_and_what_it_brings_is_asked_for_no_more(db: TestDb) {
        let (dc, chat) = days(&[(30, 150), (20, 150), (10, 150)], true)?;
        let hub = start(db, dc).await?;
        let begun = begin(&hub.client, &chat, 25).await?;
        assert_eq!((&begun["state"], &begun["chat_id"]), (&json!("running"), &json!(chat.parse::<i64>()?)));
        let ended = reached(&hub.client, "done").await?;
        assert_eq!(ended["id"], begun["id"]);
        assert!(ended["messages"].as_i64() >= Some(300), "{ended}");
        assert_eq!(ended["messages"], ended["stored"]);
        let before = calls(&hub);
        let mut range = all(&chat)?;
        (range.since, range.until) = (ago(24), ago(5));
        assert_eq!(numbers(&read(&hub, range).await?), (153..=452).collect::<Vec<_>>());
        assert_eq!(calls(&hub), before + 1, "the tail");
        // The next one goes on below it.
        begin(&hub.client, &chat, 3_000).await?;
        let ended = reached(&hub.client, "done").await?;
        assert!(ended["stored"].as_i64() <= Some(152), "{ended}");
        assert_eq!(read(&hub, all(&chat)?).await?.len(), 452);
        hub.stop().await?;
    }

    async fn a_backfill_goes_on_after_a_restart(db: TestDb) {
        let (dc, chat) = days(&[(30, 500)], true)?;
        let hub = start(db, dc).await?;
        let carol = done(hub.dc.user("carol"))?;
        let page = |kind| Fault::new("messages.getHistory", kind).of(carol);
        for _ in 0..2 {
            hub.dc.fault(page(FaultKind::Delay(Duration::ZERO)));
        }
        hub.dc.fault(Fault::error("messages.getHistory", 420, "FLOOD_WAIT_3").of(carol));
        begin(&hub.client, &chat, 3_000).await?;
        let waiting = eventually(|| async {
            let found = backfills(&hub.client).await?.into_iter().next();
            Ok(found.filter(|backfill| backfill["reason"].is_string()))
        })
        .await?;
        assert_eq!((&waiting["state"], &waiting["messages"]), (&json!("running"), &json!(200)));
        let status = hub.client.get("/session/carol/status").await?.expect(200);
        assert_eq!(status["running_backfills"], 1);
        let hub = hub.restart().await?;
        let ended = reached(&hub.client, "done").await?;
        assert_eq!(ended["stored"], 502, "{ended}");
        assert_eq!(read(&hub, all(&chat)?).await?.len(), 502);
        hub.stop().await?;
    }

    async fn one_of_a_chat_is_under_way_at_a_time_and_can_be_ended(db: TestDb) {
        let (dc, chat) = days(&[(30, 300)], true)?;
        let hub = start(db, dc).await?;
        let carol = done(hub.dc.user("carol"))?;
        hub.dc.fault(Fault::error("messages.getHistory", 420, "FLOOD_WAIT_600").of(carol));
        let since = ago(3_000).to_string();
        let body = json!({ "chat": chat, "since": since });
        let path = "/session/carol/backfill";
        let begun = hub.client.post(path, body.clone()).await?.expect(202);
        let again = hub.client.post(path, body).await?.expect(202);
        assert_eq!(again["id"], begun["id"]);
        let other = json!({ "chat": chat, "since": "2020-01-01T00:00:00Z" });
        hub.client.post(path, other).await?.refused(409, "backfill_running");
        let number = format!("{path}/{}", begun["id"]);
        let ended = hub.client.delete(&number).await?.expect(200);
        assert_eq!(ended["state"], "cancelled");
        assert_eq!(hub.client.delete(&number).await?.expect(200)["state"], "cancelled");
        hub.client.delete(&format!("{path}/999")).await?.refused(404, "backfill_not_found");
        hub.client.delete(&format!("{path}/x")).await?.refused(422, "invalid_request");
        let nowhere = json!({ "chat": "@nobody_at_all", "since": since });
        hub.client.post(path, nowhere).await?.refused(404, "chat_not_found");
        let status = hub.client.get("/session/carol/status").await?.expect(200);
        assert_eq!(status["running_backfills"], 0);
        hub.stop().await?;
    }

    async fn what_telegram_refuses_of_the_chat_ends_a_backfill_with_the_reason(db: TestDb) {
        let (dc, chat) = days(&[(30, 10)], true)?;
        let hub = start(db, dc).await?;
        let carol = done(hub.dc.user("carol"))?;
        hub.dc.fault(Fault::error("messages.getHistory", 400, "CHANNEL_PRIVATE").of(carol));
        begin(&hub.client, &chat, 3_000).await?;
        let ended = reached(&hub.client, "failed").await?;
        assert!(ended["reason"].as_str().is_some_and(|why| why.contains("CHANNEL_PRIVATE")), "{ended}");
        hub.stop().await?;
    }
}
