//! Strings whose keys are sessions of the same hub, and strings that become one.

use super::{get, scripted, string_for, written};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use telegram_hub::model::{SessionName, StringKind};
use telegram_hub::session::export;

type Failure = Box<dyn std::error::Error>;

const BOB: i64 = 5_550_000_002;

async fn exported(hub: &TestHub, name: &str) -> Result<String, Failure> {
    let server = &hub.hub.registry.context().link.server;
    let name = SessionName::parse(name)?;
    let string = export(&hub.hub.store, server, &name, StringKind::Telethon).await?;
    Ok(string.expose_secret().to_owned())
}

fn import(string: &str) -> Value {
    json!({ "session_id": "a", "session_string": string })
}

contract! {
    async fn a_string_whose_key_is_a_sessions_uses_the_sessions_connection(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.client.wait_for_state("a", "online").await?;
        let string = exported(&hub, "a").await?;
        scripted(hub.dc.send("bob", "alice", "hello"))?;
        let links = hub.dc.link_counts().accepted;
        let path = format!("/messages?chat_id={BOB}&limit=1");
        let asked = (0..20).map(|_| get(&hub, &path, &string));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer?.expect(200)[0]["text"], "hello");
        }
        assert_eq!(hub.dc.link_counts().accepted, links);
        assert_eq!(hub.client.get("/health").await?.expect(200)["guests"], 0);
        // Also before the session is back.
        let hub = hub.restart().await?;
        drop(get(&hub, &path, &string).await?.expect(200));
        hub.client.wait_for_state("a", "online").await?;
        assert_eq!(hub.dc.link_counts().open, 1);
        hub.stop().await?;
    }

    async fn a_sessions_string_ends_with_the_session(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let string = exported(&hub, "a").await?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        let out = json!({ "session_id": "a" });
        drop(hub.client.post("/logout", out).await?.expect(200));
        drop(get(&hub, "/me", &string).await?.refused(401, "session_not_authorized"));
        hub.stop().await?;
    }

    async fn a_guest_that_is_imported_becomes_a_session_and_is_connected_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        let imported = hub.client.post("/sessions/import", import(&string)).await?;
        assert_eq!(imported.expect(200)["user"]["username"], "alice");
        hub.client.wait_for_state("a", "online").await?;
        eventually(|| async { Ok((hub.dc.link_counts().open == 1).then_some(())) }).await?;
        let links = hub.dc.link_counts().accepted;
        drop(get(&hub, "/dialogs", &string).await?.expect(200));
        assert_eq!(hub.dc.link_counts().accepted, links);
        assert_eq!(hub.client.get("/health").await?.expect(200)["guests"], 0);
        hub.stop().await?;
    }

    async fn an_import_amid_requests_leaves_one_connection(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let key = scripted(hub.dc.log_in("alice"))?;
        let string = written(key, hub.dc.addr())?;
        let requests = futures_util::future::join_all((0..30).map(|_| get(&hub, "/me", &string)));
        let (answers, imported) = futures_util::future::join(
            requests,
            hub.client.post("/sessions/import", import(&string)),
        ).await;
        for answer in answers {
            let answer = answer?;
            assert!([200, 409].contains(&answer.status), "{answer:?}");
        }
        drop(imported?.expect(200));
        hub.client.wait_for_state("a", "online").await?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        eventually(|| async { Ok((hub.dc.link_counts().open == 1).then_some(())) }).await?;
        hub.stop().await?;
    }
}
