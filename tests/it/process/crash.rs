//! Killed without a warning, and started twice.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::ledger::{complete, done};
use crate::support::observe::{session, session_in};
use crate::support::process::{HubProcess, environment, run};
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;
use std::time::Duration;

const ALICE: &str = "+15550000001";
const BOB: &str = "+15550000002";

contract! {
    async fn a_killed_hub_comes_back_with_every_message_once(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", ALICE).await?;
        hub.client.log_in("bob", BOB).await?;
        hub.client.send("alice", "@bob", "hello Bob").await?;
        complete(&dc, &hub.client, "bob").await?;

        hub.kill()?;
        done(dc.send_many("alice", "bob", "meanwhile {n}", 10))?;
        let asked = std::time::Instant::now();
        let hub = HubProcess::start(&db, &dc).await?;
        assert!(asked.elapsed() < Duration::from_secs(10), "the dead hub's lock was waited for");
        for name in ["alice", "bob"] {
            session_in(&hub.client, name, "online").await?;
            complete(&dc, &hub.client, name).await?;
        }
        assert_eq!(hub.client.messages("bob").await?.len(), 11);
        hub.terminate().await?;
    }

    async fn a_hub_killed_again_and_again_in_a_burst_loses_and_doubles_nothing(db: TestDb) {
        let dc = Dc::start(DcOptions { slice: 20, ..DcOptions::default() })?;
        let mut hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", ALICE).await?;
        hub.client.log_in("bob", BOB).await?;
        for round in 1..=4 {
            let before = hub.client.messages("bob").await?.len();
            let (burst, text) = (dc.clone(), format!("round {round}, number {{n}}"));
            let burst = tokio::task::spawn_blocking(move || {
                burst.send_many("alice", "bob", &text, 100).map(drop)
            });
            let client = &hub.client;
            eventually(|| async {
                Ok((client.messages("bob").await?.len() > before).then_some(()))
            })
            .await?;
            hub.kill()?;
            done(burst.await?)?;
            hub = HubProcess::start(&db, &dc).await?;
        }
        for name in ["alice", "bob"] {
            complete(&dc, &hub.client, name).await?;
        }
        hub.terminate().await?;
    }

    async fn an_account_without_a_message_yet_misses_nothing_after_a_kill(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", ALICE).await?;
        hub.kill()?;
        done(dc.send_many("bob", "alice", "meanwhile {n}", 3))?;
        let hub = HubProcess::start(&db, &dc).await?;
        complete(&dc, &hub.client, "alice").await?;
        hub.terminate().await?;
    }

    async fn a_second_hub_on_the_same_database_refuses_to_start(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let first = HubProcess::start(&db, &dc).await?;
        first.client.log_in("alice", ALICE).await?;
        let since = session(&first.client, "alice").await?["state_since"].clone();
        let accepted = dc.link_counts().accepted;

        let second = run(&db, &environment(&db, &dc)).await?;
        assert_eq!(second.status.code(), Some(1), "{second:?}");
        assert!(second.stderr.contains("another hub holds this database"), "{second:?}");
        assert!(second.stderr.contains("DATABASE_URL"), "it says what to do: {second:?}");
        assert_eq!(dc.link_counts().accepted, accepted, "it connected the first one's account");

        done(dc.send("bob", "alice", "still there?"))?;
        complete(&dc, &first.client, "alice").await?;
        let told = session(&first.client, "alice").await?;
        assert_eq!((&told["state"], &told["state_since"]), (&json!("online"), &since));
        first.terminate().await?;
        // The lock is free again.
        let third = HubProcess::start(&db, &dc).await?;
        third.client.wait_for_state("alice", "online").await?;
        third.terminate().await?;
    }
}
