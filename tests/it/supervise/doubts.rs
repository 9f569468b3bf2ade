//! What Telegram says falsely now and then: that it does not know a key, or a connection.

use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done, stored_keys};
use crate::support::observe::{lasts, micros, session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// A hub with Carol online, whose doubts take so long.
async fn with_carol(db: TestDb, choose: impl FnOnce(&mut Options)) -> Result<TestHub, Failure> {
    let mut options = Options::default();
    options.timing.reconcile_after = Duration::from_mins(10);
    choose(&mut options);
    let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
    hub.log_in("carol", CAROL).await?;
    session_in(&hub.client, "carol", "online").await?;
    Ok(hub)
}

fn of_carol(hub: &TestHub, fault: Fault) -> Result<(), Failure> {
    let carol = done(hub.dc.user("carol"))?;
    hub.dc.fault(fault.of(carol));
    Ok(())
}

/// Waits until Carol is online since a later moment than that.
async fn is_back(hub: &TestHub, since: &Value) -> Result<Value, Failure> {
    eventually(|| async {
        let told = session(&hub.client, "carol").await?;
        assert_ne!(told["state"], "needs_login", "{told}");
        let back = told["state"] == "online" && told["state_since"] != *since;
        Ok(back.then_some(told))
    })
    .await
}

contract! {
    async fn a_key_that_telegram_forgets_for_a_moment_is_no_reason_to_log_in(db: TestDb) {
        let hub = with_carol(db, |_| ()).await?;
        let keys = stored_keys(&hub.hub.store, "carol").await?;
        for kind in [
            Fault::error("updates.getState", 401, "AUTH_KEY_UNREGISTERED").kind,
            Fault::error("updates.getState", 401, "AUTH_KEY_INVALID").kind,
            FaultKind::TransportError(-404),
        ] {
            let since = session(&hub.client, "carol").await?["state_since"].clone();
            of_carol(&hub, Fault::new("updates.getState", kind).times(2))?;
            let told = is_back(&hub, &since).await?;
            assert_eq!(told["healing"]["needs_login"], 0, "{told}");
            done(hub.dc.send("alice", "carol", "hello"))?;
            complete(&hub.dc, &hub.client, "carol").await?;
            assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys);
        }
        hub.stop().await?;
    }

    async fn a_send_to_an_account_in_doubt_is_told_when_to_come_back(db: TestDb) {
        let slow = Duration::from_mins(10);
        let hub = with_carol(db, |options| options.timing.key_doubts = [slow; 4]).await?;
        of_carol(&hub, Fault::error("messages.sendMessage", 401, "AUTH_KEY_UNREGISTERED"))?;
        let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
        let first = hub.client.post("/message/send", body.clone()).await?;
        assert!(!first.header("retry-after").is_empty());
        drop(first.refused(503, "unavailable"));
        let told = session_in(&hub.client, "carol", "backoff").await?;
        let reason = told["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("AUTH_KEY_UNREGISTERED"), "{told}");
        assert_eq!(told["is_authenticated"], true, "{told}");
        assert_eq!(told["key_doubted"], "AUTH_KEY_UNREGISTERED", "{told}");
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["doubted_sessions"], 1, "{health}");
        let later = hub.client.post("/message/send", body.clone()).await?;
        assert!(later.header("retry-after").parse::<u64>()? > 300, "{later:?}");
        drop(later.refused(503, "unavailable"));
        // Whoever knows better need not wait.
        drop(hub.client.post("/session/carol/reconnect", json!({})).await?.expect(200));
        drop(hub.client.post("/message/send", body).await?.expect(200));
        assert_eq!(session(&hub.client, "carol").await?["key_doubted"], Value::Null);
        hub.stop().await?;
    }

    async fn an_account_that_is_held_down_by_waits_shows_them(db: TestDb) {
        let hub = with_carol(db, |_| ()).await?;
        of_carol(&hub, Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_600"))?;
        let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
        drop(hub.client.post("/message/send", body).await?.refused(429, "flood_wait"));
        let told = session(&hub.client, "carol").await?;
        assert_eq!(told["flood_waits"][0]["method"], "messages.sendMessage", "{told}");
        assert!(micros(&told["flood_waits"][0]["until"])? > micros(&told["state_since"])? + 500_000_000);
        assert_eq!(told["is_receiving"], true, "{told}");
        assert!(told["receiving_since"].is_string(), "{told}");
        let figures = hub.client.get("/metrics").await?.expect(200);
        let figures = figures.as_str().unwrap_or_default().to_owned();
        for name in ["sessions_doubted", "sessions_held_down", "chats_kept_out", "messages_unreadable"] {
            assert!(figures.contains(&format!("\ntelegram_hub_{name} ")), "{name}: {figures}");
        }
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!((&health["held_down_sessions"], &health["doubted_sessions"]), (&json!(1), &json!(0)));
        hub.stop().await?;
    }

    async fn a_key_that_stays_unknown_is_believed_after_several_connections_and_tried_later(db: TestDb) {
        let hub = with_carol(db, |options| {
            options.timing.parked_every = Duration::from_secs(3);
        })
        .await?;
        let keys = stored_keys(&hub.hub.store, "carol").await?;
        let links = hub.dc.link_counts().accepted;
        of_carol(&hub, Fault::error("*", 401, "AUTH_KEY_UNREGISTERED").times(10_000))?;
        let told = session_in(&hub.client, "carol", "needs_login").await?;
        assert_eq!(told["reason"], "AUTH_KEY_UNREGISTERED", "{told}");
        assert_eq!(hub.dc.link_counts().accepted, links + 4, "one connection for each doubt");

        // A start remembers, and goes on trying.
        let hub = hub.restart().await?;
        let told = session(&hub.client, "carol").await?;
        assert_eq!((&told["state"], &told["reason"]), (&json!("needs_login"), &json!("AUTH_KEY_UNREGISTERED")));
        let tried = hub.dc.link_counts().accepted;
        eventually(|| async { Ok((hub.dc.link_counts().accepted > tried).then_some(())) }).await?;
        session_in(&hub.client, "carol", "needs_login").await?;
        assert_eq!(stored_keys(&hub.hub.store, "carol").await?, keys);
        hub.dc.clear_faults();
        done(hub.dc.send("alice", "carol", "meanwhile"))?;
        session_in(&hub.client, "carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let hub = hub.restart().await?;
        session_in(&hub.client, "carol", "online").await?;
        hub.stop().await?;
    }

    async fn a_connection_that_telegram_has_forgotten_is_made_anew(db: TestDb) {
        let hub = with_carol(db, |_| ()).await?;
        for name in ["CONNECTION_NOT_INITED", "CONNECTION_LAYER_INVALID"] {
            let links = hub.dc.link_counts().accepted;
            of_carol(&hub, Fault::error("updates.getState", 400, name).times(2))?;
            eventually(|| async { Ok((hub.dc.link_counts().accepted > links).then_some(())) }).await?;
            eventually(|| async {
                let told = session(&hub.client, "carol").await?;
                Ok((told["state"] == "online" && told["is_receiving"] == true).then_some(()))
            })
            .await?;
            done(hub.dc.send("alice", "carol", name))?;
            complete(&hub.dc, &hub.client, "carol").await?;
        }
        hub.stop().await?;
    }

    async fn a_connection_that_stays_forgotten_is_neither_online_nor_receiving(db: TestDb) {
        let hub = with_carol(db, |_| ()).await?;
        of_carol(&hub, Fault::error("*", 400, "CONNECTION_NOT_INITED").times(10_000))?;
        let told = session_in(&hub.client, "carol", "backoff").await?;
        assert_eq!(told["is_receiving"], false, "{told}");
        hub.dc.clear_faults();
        done(hub.dc.send("alice", "carol", "meanwhile"))?;
        session_in(&hub.client, "carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn probes_that_are_refused_in_a_row_lead_to_another_connection(db: TestDb) {
        let hub = with_carol(db, |_| ()).await?;
        let since = session(&hub.client, "carol").await?["state_since"].clone();
        let links = hub.dc.link_counts().accepted;
        of_carol(&hub, Fault::error("updates.getState", 400, "SOMETHING_ODD").times(3))?;
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["healing"]["reconnect"] == 1 && told["is_receiving"] == true).then_some(told))
        })
        .await?;
        assert_eq!((&told["state"], &told["state_since"]), (&json!("online"), &since));
        assert_eq!(hub.dc.link_counts().accepted, links + 1);
        hub.stop().await?;
    }

    async fn an_account_that_has_just_been_told_its_place_is_only_pinged(db: TestDb) {
        let hub = with_carol(db, |options| {
            options.timing.probe_every = Duration::from_millis(50);
            options.timing.state_after = Duration::from_mins(1);
            options.timing.state_every = Duration::from_mins(15);
        })
        .await?;
        let dc = &hub.dc;
        let pinged = session(&hub.client, "carol").await?["last_call_at"].clone();
        lasts(|| async { Ok(dc.all_calls()) }).await?;
        let told = session(&hub.client, "carol").await?;
        assert_ne!(told["last_call_at"], pinged, "a ping is answered too: {told}");
        hub.stop().await?;
    }
}
