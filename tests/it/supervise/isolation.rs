//! A panic on one account's behalf is that account's alone.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::{session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";
const ERIN: &str = "+15550001001";

type Failure = Box<dyn std::error::Error>;

/// Makes something fail in Carol's part of the hub.
async fn fail(hub: &TestHub, way: &str) -> Result<(), Failure> {
    let carol = done(hub.dc.user("carol"))?;
    if way == "while connecting" {
        hub.dc
            .fault(Fault::new("help.getConfig", FaultKind::Hollow).of(carol));
        done(hub.dc.drop_links("carol"))?;
        return Ok(());
    }
    hub.dc
        .fault(Fault::new("messages.sendMessage", FaultKind::Hollow).of(carol));
    let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "x" });
    // It is sent over the next link.
    drop(hub.client.post("/message/send", body).await?.expect(200));
    Ok(())
}

contract! {
    async fn a_panic_restarts_one_account_and_no_other_notices(db: TestDb) {
        let mut options = Options::default();
        // What is found must be found at once, and not by a look at the link.
        options.timing.probe_every = Duration::from_mins(10);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        for (name, phone) in [("alice", ALICE), ("carol", CAROL), ("erin", ERIN)] {
            hub.log_in(name, phone).await?;
        }
        let others = ["alice", "erin"];
        let mut before = Vec::new();
        for name in others {
            before.push(session(&hub.client, name).await?["state_since"].clone());
        }
        for (way, reason) in [
            ("while connecting", "the link's task has failed"),
            ("in the connection", "the link's task has failed"),
        ] {
            let steps = session(&hub.client, "carol").await?["healing"]["rebuild"].as_u64();
            let links = hub.dc.link_counts().accepted;
            fail(&hub, way).await?;
            let told = eventually(|| async {
                let told = session(&hub.client, "carol").await?;
                let healed = told["healing"]["rebuild"].as_u64() > steps;
                Ok((healed && told["state"] == "online").then_some(told))
            })
            .await?;
            assert_eq!(told["healing"]["last"]["step"], "rebuild", "{way}: {told}");
            assert_eq!(told["healing"]["last"]["reason"], reason, "{way}: {told}");
            let made = hub.dc.link_counts().accepted - links;
            assert!((1..=4).contains(&made), "{way}: {made}");
            done(hub.dc.send("alice", "carol", way))?;
            done(hub.dc.send(ERIN, "carol", way))?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        // At this the library panics, unless it is kept from seeing it.
        let steps = session(&hub.client, "carol").await?["healing"]["rebuild"].as_u64();
        done(hub.dc.push_nonsense("carol"))?;
        done(hub.dc.send("alice", "carol", "behind nonsense"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let now = session(&hub.client, "carol").await?["healing"]["rebuild"].as_u64();
        assert_eq!(now, steps);
        complete(&hub.dc, &hub.client, "alice").await?;
        for (name, since) in others.into_iter().zip(before) {
            let told = session(&hub.client, name).await?;
            assert_eq!(told["state_since"], since, "{name}");
            assert_eq!(told["healing"]["last"], Value::Null, "{name}");
        }
        session_in(&hub.client, "carol", "online").await?;
        hub.stop().await?;
    }
}
