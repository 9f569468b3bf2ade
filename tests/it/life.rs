//! The whole life of accounts, over HTTP, on both databases.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

contract! {
    async fn accounts_log_in_write_restart_and_miss_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.log_in("bob", "+1 (555) 000-0002").await?;
        hub.client.send("alice", "@bob", "hello\n**Bob**").await?;
        let first = hub.client.wait_for_messages("bob", 1).await?;
        assert_eq!(first[0]["text"], "hello\nBob");

        let (db, dc, options) = hub.stop().await?;
        dc.send_many("alice", "bob", "number {n}", 10).map_err(|refusal| format!("{refusal:?}"))?;
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("alice", "online").await?;
        hub.client.wait_for_state("bob", "online").await?;
        let all = hub.client.wait_for_messages("bob", 11).await?;
        let texts: Vec<_> = all.iter().map(|message| message["text"].as_str()).collect();
        let expected: Vec<_> = (1..=10).rev().map(|n| format!("number {n}")).collect();
        assert_eq!(texts[..10], expected.iter().map(|text| Some(text.as_str())).collect::<Vec<_>>());
        assert_eq!(hub.client.wait_for_messages("alice", 11).await?.len(), 11);
        hub.stop().await?;
    }

    async fn a_stop_in_good_order_amid_messages_loses_none_of_them(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.log_in("bob", "+15550000002").await?;
        for round in 0..4 {
            let (dc, over) = (hub.dc.clone(), Arc::new(AtomicBool::new(false)));
            let told = Arc::clone(&over);
            let sending = tokio::spawn(async move {
                let mut ticks = tokio::time::interval(Duration::from_millis(1));
                for n in 0..1000 {
                    ticks.tick().await;
                    if told.load(Ordering::Relaxed) {
                        break;
                    }
                    drop(dc.send_many("alice", "bob", &format!("{round}.{n}: {{n}}"), 3));
                }
            });
            let began = hub.client.messages("bob").await?.len().max(1);
            hub.client.wait_for_messages("bob", began.min(499) + 1).await?;
            // Messages arrive before, during and after the stop, faster than they are stored.
            hub.hub.registry.stop().await;
            over.store(true, Ordering::Relaxed);
            sending.await?;
            let (db, dc, options) = hub.stop().await?;
            hub = TestHub::start_with(db, dc, options).await?;
        }
        for name in ["alice", "bob"] {
            complete(&hub.dc, &hub.client, name).await?;
        }
        hub.stop().await?;
    }

    async fn a_data_centre_that_knows_no_past_gives_a_new_login_a_new_start(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", "+15550000001").await?;
        done(hub.dc.send_many("bob", "alice", "old {n}", 20))?;
        hub.client.wait_for_messages("alice", 20).await?;
        let (db, _forgotten, options) = hub.stop().await?;

        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.client.wait_for_state("alice", "needs_login").await?;
        hub.log_in("alice", "+15550000001").await?;
        hub.client.wait_for_state("alice", "online").await?;
        // The new start lies where the data centre is once it has refused the old place; what is
        // sent from then on is captured.
        eventually(|| async {
            let new = json!({ "session_id": "alice", "chat_id": "me", "message": "new" });
            drop(hub.client.post("/message/send", new).await?);
            Ok((hub.client.messages("alice").await?.len() > 20).then_some(()))
        })
        .await?;
        hub.stop().await?;
    }
}
