//! Numbers reach the messages of the chat that is named and no others.

use super::{Failure, ask, get, result, why};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::Answer;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::chats::NewChat;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::ledger::Entry;
use reqwest::Method;
use serde_json::{Value, json};

/// A hub that may write to Bob, and to Saved Messages.
async fn limited(db: crate::support::db::TestDb) -> Result<TestHub, Failure> {
    let flags = vec!["--tools-write-chats=@bob,me".to_owned()];
    let options = Options {
        flags,
        ..Options::default()
    };
    TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await
}

/// What there is of a message, however often it is looked at: all but the reading of it.
fn state(hub: &TestHub) -> Vec<Entry> {
    hub.dc.ledger()
}

/// The one answer to a number of another chat and to one of none.
#[track_caller]
fn refused(answer: Answer, field: &str, number: i32) {
    let text = why(answer, "message_not_found");
    let expected =
        format!("{field}: no message of the chat has the number {number}; nothing was done");
    assert!(text.contains(&expected), "{text}");
}

/// Every endpoint that takes a chat and numbers and changes something, with its field.
fn changes(number: i32) -> Vec<(String, Value, &'static str)> {
    let one = json!({ "chat": "@bob", "message_ids": [number] });
    let chat = json!({ "chat": "@bob" });
    let path = |end: &str| format!("/api/messages/{number}{end}");
    vec![
        ("DELETE /api/messages".to_owned(), one, "message_ids"),
        (
            "POST /api/messages/forward".to_owned(),
            json!({ "from_chat": "@bob", "to_chat": "me", "message_ids": [number] }),
            "message_ids",
        ),
        (
            format!("PATCH {}", path("")),
            json!({ "chat": "@bob", "text": "changed" }),
            "message_id",
        ),
        (format!("POST {}", path("/pin")), chat.clone(), "message_id"),
        (
            format!("POST {}", path("/unpin")),
            chat.clone(),
            "message_id",
        ),
        (
            format!("POST {}", path("/reactions")),
            json!({ "chat": "@bob", "emoji": "👍" }),
            "message_id",
        ),
        (format!("DELETE {}", path("/reactions")), chat, "message_id"),
        (
            "POST /api/messages/read".to_owned(),
            json!({ "chat": "@bob", "max_id": number }),
            "max_id",
        ),
    ]
}

/// Calls a tool of the MCP half and answers its error's name.
async fn tool(hub: &TestHub, name: &str, given: &Value) -> Result<String, Failure> {
    let params = json!({ "name": name, "arguments": given });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let request = hub
        .client
        .request(Method::POST, "/mcp")
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .body(body.to_string());
    let text = request.send().await?.text().await?;
    let data = text.lines().find_map(|line| line.strip_prefix("data: "));
    let message: Value = serde_json::from_str(data.ok_or("no event")?)?;
    assert_eq!(message["result"]["isError"], true, "{message}");
    let text = message["result"]["content"][0]["text"].as_str();
    let error: Value = serde_json::from_str(text.ok_or("no text")?)?;
    Ok(error["error"].as_str().unwrap_or_default().to_owned())
}

contract! {
    async fn numbers_of_other_chats_are_refused_as_those_of_none(db: TestDb) {
        let hub = limited(db).await?;
        // One that the log will not have, and more that it will.
        let before = scripted(hub.dc.send("alice", "carol", "before the login"))?.sender;
        hub.log_in("a", "+15550000001").await?;
        let group = scripted(hub.dc.create_group(NewChat::new("carol", "trio").with(&["alice", "bob"])))?;
        let logged = scripted(hub.dc.send("alice", "carol", "to carol"))?.sender;
        scripted(hub.dc.send("alice", &group.to_string(), "to the group"))?;
        let note = scripted(hub.dc.send("alice", "alice", "note"))?.sender;
        scripted(hub.dc.send("alice", "bob", "to bob"))?;
        hub.client.wait_for_messages("a", 4).await?;
        let untouched = state(&hub);
        for number in [before, logged, logged - 1, logged + 1, note, 99_999] {
            for (line, body, field) in changes(number) {
                // Lists leave out what is no message, as Telegram does in channels.
                if number == 99_999 && line == "DELETE /api/messages" {
                    let left_out = result(ask(&hub, &line, &body).await?);
                    assert_eq!(left_out, json!({ "deleted": 0, "requested": 1 }));
                    continue;
                }
                refused(ask(&hub, &line, &body).await?, field, number);
            }
            let reply = json!({ "chat": "@bob", "text": "x", "reply_to": number });
            drop(why(ask(&hub, "POST /api/messages", &reply).await?, "message_not_found"));
            for path in ["", "/media"] {
                let path = format!("/api/messages/{number}{path}?chat=@bob");
                drop(why(get(&hub, &path).await?, "message_not_found"));
            }
            if number == 99_999 {
                continue;
            }
            let one = json!({ "chat": "@bob", "message_ids": [number] });
            assert_eq!(tool(&hub, "delete_messages", &one).await?, "invalid_argument");
        }
        assert_eq!(state(&hub), untouched);
        hub.stop().await?;
    }

    async fn one_number_of_another_chat_keeps_all_of_them_from_being_touched(db: TestDb) {
        let hub = limited(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let bobs = scripted(hub.dc.send("alice", "bob", "to bob"))?.sender;
        let carols = scripted(hub.dc.send("alice", "carol", "to carol"))?.sender;
        let untouched = state(&hub);
        let some = json!({ "chat": "@bob", "message_ids": [bobs, carols, 77] });
        let text = why(ask(&hub, "DELETE /api/messages", &some).await?, "message_not_found");
        assert!(text.contains(&format!("has the number {carols}; nothing")), "{text}");
        let some = json!({ "from_chat": "@bob", "to_chat": "me", "message_ids": [carols, bobs] });
        let text = why(ask(&hub, "POST /api/messages/forward", &some).await?, "message_not_found");
        assert!(text.contains(&format!("has the number {carols}; nothing")), "{text}");
        assert_eq!(state(&hub), untouched);
        hub.stop().await?;
    }

    async fn the_chats_own_numbers_work_in_every_kind_of_chat(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let early = scripted(hub.dc.send("alice", "bob", "before the login"))?.sender;
        hub.log_in("a", "+15550000001").await?;
        let group = scripted(hub.dc.create_group(NewChat::new("alice", "trio").with(&["bob", "carol"])))?;
        let group = group.to_string();
        let mut places = vec![("@bob".to_owned(), early)];
        for chat in ["alice", "bob", group.as_str()] {
            let number = scripted(hub.dc.send("alice", chat, "own"))?.sender;
            let chat = match chat { "alice" => "me".to_owned(), "bob" => "@bob".to_owned(), group => group.to_owned() };
            places.push((chat, number));
        }
        hub.client.wait_for_messages("a", 4).await?;
        for (chat, number) in &places {
            let body = json!({ "chat": chat, "text": "changed" });
            result(ask(&hub, &format!("PATCH /api/messages/{number}"), &body).await?);
            let body = json!({ "chat": chat, "max_id": number });
            result(ask(&hub, "POST /api/messages/read", &body).await?);
            let body = json!({ "chat": chat, "message_ids": [number] });
            let deleted = result(ask(&hub, "DELETE /api/messages", &body).await?);
            assert_eq!(deleted, json!({ "deleted": 1, "requested": 1 }), "{chat}");
        }
        // What the log knows to be of the chat may be deleted again.
        let (chat, number) = &places[1];
        let body = json!({ "chat": chat, "message_ids": [number] });
        let again = result(ask(&hub, "DELETE /api/messages", &body).await?);
        assert_eq!(again, json!({ "deleted": 0, "requested": 1 }));
        let kept: Vec<_> = hub.dc.ledger().into_iter().filter(|entry| entry.text == "own").collect();
        assert_eq!(kept.len(), 0);
        hub.stop().await?;
    }

    async fn the_log_tells_where_a_number_is_without_telegram(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let own = scripted(hub.dc.send("alice", "bob", "to bob"))?.sender;
        let foreign = scripted(hub.dc.send("alice", "carol", "to carol"))?.sender;
        hub.client.wait_for_messages("a", 2).await?;
        let before = hub.dc.calls("messages.getMessages");
        let body = json!({ "chat": "@bob", "message_ids": [foreign] });
        refused(ask(&hub, "DELETE /api/messages", &body).await?, "message_ids", foreign);
        let body = json!({ "chat": "@bob", "message_ids": [own] });
        result(ask(&hub, "DELETE /api/messages", &body).await?);
        assert_eq!(hub.dc.calls("messages.getMessages"), before);
        hub.stop().await?;
    }
}
