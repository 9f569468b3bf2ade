//! Answers that cannot be read come after what was asked for has been done.

use super::files::{options, serving};
use super::{ask, result};
use crate::doors::scripted;
use crate::fetch::server::Server;
use crate::support::contract;
use crate::support::hub::TestHub;
use chrono::{TimeDelta, Utc};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};

/// A constructor that no schema has, and something behind it.
const ALIEN: [u8; 16] = *b"\xef\xbe\xad\xdealien bytes.";

contract! {
    async fn what_is_answered_with_something_unknown_is_done_once(db: TestDb) {
        let server = Server::answering(serving("text/plain", "contents")).await?;
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options(&server, &[])).await?;
        hub.log_in("a", "+15550000001").await?;
        let url = server.url("/x.txt");
        let first = scripted(hub.dc.send("alice", "bob", "first"))?.sender;
        let chat = json!({ "chat": "@bob" });
        let emoji = json!({ "chat": "@bob", "emoji": "👍" });
        let forward = json!({ "from_chat": "@bob", "to_chat": "@carol", "message_ids": [first] });
        let text = json!({ "chat": "@bob", "text": "second" });
        let date = (Utc::now() + TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:%S").to_string();
        let later = json!({ "chat": "@bob", "text": "later", "schedule": date });
        let file = json!({ "chat": "@bob", "file_url": url, "caption": "third" });
        let album = json!({ "chat": "@bob", "urls": [url, url], "caption": "both" });
        let edit = json!({ "chat": "@bob", "text": "changed" });
        let message = format!("/api/messages/{first}");
        for (method, line, body, sent) in [
            ("messages.sendMessage", "POST /api/messages".to_owned(), text, 1),
            ("messages.sendMessage", "POST /api/messages".to_owned(), later, 0),
            ("messages.sendMedia", "POST /api/files".to_owned(), file, 1),
            ("messages.sendMultiMedia", "POST /api/files/album".to_owned(), album, 2),
            ("messages.forwardMessages", "POST /api/messages/forward".to_owned(), forward, 1),
            ("messages.editMessage", format!("PATCH {message}"), edit.clone(), 0),
            ("messages.updatePinnedMessage", format!("POST {message}/pin"), chat, 1),
            ("messages.sendReaction", format!("POST {message}/reactions"), emoji, 0),
        ] {
            let (calls, before) = (hub.dc.calls(method), hub.dc.ledger_len());
            hub.dc.fault(Fault::new(method, FaultKind::Raw { bytes: ALIEN.to_vec(), run: true }));
            let answer = result(ask(&hub, &line, &body).await?);
            assert_eq!(hub.dc.calls(method), calls + 1, "{line}: {answer}");
            assert_eq!(hub.dc.ledger_len(), before + sent, "{line}: {answer}");
            match method {
                "messages.editMessage" => assert_eq!((&answer["id"], &answer["text"]), (&json!(first), &edit["text"])),
                "messages.sendMedia" => assert_eq!((&answer["id"], &answer["text"]), (&Value::Null, &json!("third"))),
                "messages.sendMultiMedia" => assert_eq!(answer.as_array().map(Vec::len), Some(2), "{answer}"),
                "messages.forwardMessages" => assert_eq!(answer[0]["id"], Value::Null, "{answer}"),
                _ => {}
            }
        }
        hub.stop().await?;
    }

    async fn an_unknown_object_beside_what_was_sent_hides_nothing_of_it(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let new = NewChat::new("alice", "group").with(&["carol"]);
        let group = scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        let first = scripted(hub.dc.send("carol", &group, "first"))?.sender;
        hub.client.wait_for_messages("a", 1).await?;
        // The answer names whom the message is from.
        scripted(hub.dc.raw_object("carol", Some(&ALIEN)))?;
        let body = json!({ "from_chat": group, "to_chat": "@bob", "message_ids": [first] });
        let sent = result(ask(&hub, "POST /api/messages/forward", &body).await?);
        let ledger = hub.dc.ledger();
        let own = ledger.last().and_then(|one| one.accounts.iter().find(|side| side.out));
        assert_eq!(sent[0]["id"], json!(own.map(|side| side.message_id)), "{sent}");
        assert_eq!(sent[0]["text"], "first", "{sent}");
        hub.stop().await?;
    }
}
