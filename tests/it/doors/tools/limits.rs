//! What an operator keeps the door from.

use super::{ask, endpoints, get, result};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};

fn options(flags: &[&str]) -> Options {
    Options {
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..Options::default()
    }
}

fn send(chat: &str) -> Value {
    json!({ "chat": chat, "text": "x" })
}

contract! {
    async fn a_door_that_is_read_only_changes_nothing(db: TestDb) {
        let options = options(&["--tools-read-only=true"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        for (line, body) in endpoints() {
            let answer = ask(&hub, line, &body).await?;
            if line.starts_with("GET ") {
                assert_ne!(answer.status, 403, "{line}");
            } else {
                drop(answer.refused(403, "read_only"));
            }
        }
        assert_eq!(hub.dc.ledger_len(), 0);
        hub.stop().await?;
    }

    async fn a_list_of_chats_limits_writing(db: TestDb) {
        let options = options(&["--tools-write-chats=@bob, me"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        for chat in ["@bob", "BOB", "https://t.me/bob", "5550000002", "+15550000002", "me", "@alice"] {
            assert_eq!(result(ask(&hub, "POST /api/messages", &send(chat)).await?)["text"], "x", "{chat}");
        }
        for chat in ["@carol", "5550000003", "@nobody_at_all", "no such chat"] {
            let refused = ask(&hub, "POST /api/messages", &send(chat)).await?.refused(403, "chat_not_allowed");
            assert!(refused["detail"].as_str().is_some_and(|text| text.contains("HUB_TOOLS_WRITE_CHATS")));
        }
        let forward = json!({ "from_chat": "@carol", "to_chat": "@carol", "message_ids": [1] });
        drop(ask(&hub, "POST /api/messages/forward", &forward).await?.refused(403, "chat_not_allowed"));
        drop(ask(&hub, "POST /api/chats", &json!({ "title": "x" })).await?.refused(403, "chat_not_allowed"));
        let invite = json!({ "invite": "https://t.me/+AbCdEfGh" });
        drop(ask(&hub, "POST /api/chats/invite", &invite).await?.refused(403, "chat_not_allowed"));
        // Reading is another list.
        result(get(&hub, "/api/messages?chat=@carol").await?);
        hub.stop().await?;
    }

    async fn every_endpoint_is_held_to_the_lists_of_chats(db: TestDb) {
        let options = options(&["--tools-read-chats=@bob", "--tools-write-chats=@bob"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        let lists = ["/api/me", "/api/dialogs", "/api/sessions", "/api/captured"];
        for (line, body) in endpoints() {
            let answer = ask(&hub, line, &body).await?;
            if lists.iter().any(|path| line == format!("GET {path}")) {
                answer.expect(200);
            } else {
                drop(answer.refused(403, "chat_not_allowed"));
            }
        }
        assert_eq!(hub.dc.ledger_len(), 0);
        hub.stop().await?;
    }

    async fn a_list_of_chats_limits_reading_and_lists(db: TestDb) {
        let options = options(&["--tools-read-chats=5550000002"]);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("bob", "alice", "from bob"))?;
        scripted(hub.dc.send("carol", "alice", "from carol"))?;
        hub.client.wait_for_messages("a", 2).await?;
        let dialogs = result(get(&hub, "/api/dialogs").await?);
        let names: Vec<_> = dialogs.as_array().into_iter().flatten().map(|one| one["username"].clone()).collect();
        assert_eq!(names, ["bob"]);
        let captured = result(get(&hub, "/api/captured").await?);
        let texts: Vec<_> = captured["messages"].as_array().into_iter().flatten().map(|one| one["text"].clone()).collect();
        assert_eq!(texts, ["from bob"]);
        result(get(&hub, "/api/messages?chat=@bob").await?);
        for path in ["/api/messages?chat=@carol", "/api/entities?chat=@carol", "/api/captured?chat=@carol", "/api/participants?chat=@carol"] {
            drop(get(&hub, path).await?.refused(403, "chat_not_allowed"));
        }
        assert_eq!(result(ask(&hub, "POST /api/messages", &send("@carol")).await?)["text"], "x");
        hub.stop().await?;
    }
}
