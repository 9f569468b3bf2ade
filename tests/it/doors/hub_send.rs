//! Sending and replying, the ways that arrive.

use super::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::world::change::Reach;
use serde_json::{Value, json};

fn send(chat: impl Into<Value>, text: &str) -> Value {
    json!({ "session_id": "a", "chat_id": chat.into(), "message": text })
}

fn reply(chat: impl Into<Value>, message: impl Into<Value>, text: &str) -> Value {
    let mut body = send(chat, text);
    body["message_id"] = message.into();
    body
}

const BOB: i64 = 5_550_000_002;

contract! {
    async fn a_sent_message_arrives_and_its_number_is_answered(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let sent = hub.client.post("/message/send", send("@bob", "hello")).await?;
        assert_eq!(sent.header("idempotency-replayed"), "");
        let ledger = hub.dc.ledger();
        let number = ledger[0].accounts.iter().find(|side| side.out).map(|side| side.message_id);
        let expected = json!({
            "status": "success",
            "message": "Message sent successfully",
            "message_id": number,
        });
        assert_eq!(sent.expect(200), expected);
        assert_eq!((ledger.len(), ledger[0].text.as_str()), (1, "hello"));
        assert!(!ledger[0].silent);
        hub.stop().await?;
    }

    async fn a_chat_may_be_named_in_any_form(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let forms = [
            json!("@bob"), json!("bob"), json!("BoB"), json!(" @bob "), json!("https://t.me/bob"),
            json!("t.me/bob"), json!("http://telegram.me/bob"), json!("tg://resolve?domain=bob"),
            json!("+15550000002"), json!("+1 (555) 000-0002"), json!("tel:+15550000002"),
            json!(BOB), json!(BOB.to_string()),
        ];
        for form in &forms {
            let answer = hub.client.post("/message/send", send(form.clone(), &form.to_string())).await?;
            assert!(answer.expect(200)["message_id"].is_i64(), "{form}");
        }
        let ledger = hub.dc.ledger();
        assert_eq!(ledger.len(), forms.len());
        assert!(ledger.iter().all(|entry| entry.chat == [BOB - 1, BOB]));
        for own in ["me", "self", "ME", "@alice", "+15550000001"] {
            drop(hub.client.post("/message/send", send(own, "note")).await?.expect(200));
        }
        let ledger = hub.dc.ledger();
        assert!(ledger[forms.len()..].iter().all(|entry| entry.chat == [BOB - 1]));
        assert_eq!(ledger.len(), forms.len() + 5);
        hub.stop().await?;
    }

    async fn a_bare_id_is_found_among_the_dialogs(db: TestDb) {
        let hub = TestHub::start(db).await?;
        scripted(hub.dc.send("carol", "alice", "before the login"))?;
        hub.log_in("a", "+15550000001").await?;
        let carol = BOB + 1;
        let answer = hub.client.post("/message/send", send(carol, "to a dialog")).await?.expect(200);
        assert!(answer["message_id"].is_i64());
        // Nobody has written with this one before the login, and no look-up brings an id.
        scripted(hub.dc.user("+15550000042"))?;
        let unknown = hub.client.post("/message/send", send(5_550_000_042_i64, "x")).await?;
        drop(unknown.refused(404, "chat_not_found"));
        scripted(hub.dc.send("user0042", "alice", "now you know me"))?;
        hub.client.wait_for_messages("a", 2).await?;
        drop(hub.client.post("/message/send", send(5_550_000_042_i64, "x")).await?.expect(200));
        hub.stop().await?;
    }

    async fn markdown_is_the_default_and_plain_text_stays_as_it_is(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let text = "**bold** 😀 `code`\n[link](https://example.org/)";
        drop(hub.client.post("/message/send", send("me", text)).await?.expect(200));
        let mut plain = send("me", text);
        plain["parse_mode"] = "plain".into();
        drop(hub.client.post("/message/send", plain).await?.expect(200));
        let mut named = send("me", "__it__");
        named["parse_mode"] = "markdown".into();
        named["silent"] = true.into();
        drop(hub.client.post("/message/send", named).await?.expect(200));

        let messages = hub.client.wait_for_messages("a", 3).await?;
        assert_eq!(messages[0]["text"], "it");
        assert_eq!(messages[1]["text"], text);
        assert_eq!(messages[1]["entities"], json!([]));
        assert_eq!(messages[2]["text"], "bold 😀 code\nlink");
        let places: Vec<_> = messages[2]["entities"].as_array().into_iter().flatten()
            .map(|entity| (entity["offset"].clone(), entity["length"].clone())).collect();
        // Two units for the emoji.
        assert_eq!(places, [(json!(0), json!(4)), (json!(8), json!(4)), (json!(13), json!(4))]);
        let silent: Vec<_> = hub.dc.ledger().iter().map(|entry| entry.silent).collect();
        assert_eq!(silent, [false, false, true]);
        hub.stop().await?;
    }

    async fn any_text_is_sent_and_captured_as_it_is(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let written = ["'; DROP TABLE messages; --", "tab\t\r\nline", "\u{202e}rtl \u{1f469}\u{200d}\u{1f4bb}", "\\u0000 {n} %s"];
        for text in written {
            let mut body = send("me", text);
            body["parse_mode"] = "plain".into();
            drop(hub.client.post("/message/send", body).await?.expect(200));
        }
        let captured = hub.client.wait_for_messages("a", written.len()).await?;
        for (message, text) in captured.iter().rev().zip(written) {
            assert_eq!(message["text"], text);
        }
        // PostgreSQL stores no NUL; the message is captured all the same.
        drop(hub.client.post("/message/send", send("me", "nul \u{0} inside")).await?.expect(200));
        let captured = hub.client.wait_for_messages("a", written.len() + 1).await?;
        assert!(captured[0]["text"].as_str().is_some_and(|text| text.starts_with("nul ") && text.ends_with(" inside")));
        let found = hub.client.get("/session/a/messages?q=%00").await?.expect(200);
        assert!(found["messages"].as_array().is_some_and(|found| found.len() <= 1));
        hub.stop().await?;
    }

    async fn a_reply_names_the_message_and_the_chat(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("carol", "alice", "elsewhere"))?;
        let question = scripted(hub.dc.send("bob", "alice", "question?"))?.receiver;
        hub.client.wait_for_messages("a", 2).await?;
        let mut answer = hub.client.post("/message/reply", reply("@bob", question, "answer")).await?.expect(200);
        let number = answer["message_id"].take();
        let expected = json!({
            "status": "success",
            "message": "Reply sent successfully",
            "message_id": null,
            "resolved_entity": { "id": BOB, "type": "User" },
        });
        assert_eq!(answer, expected);
        assert_eq!(hub.dc.ledger()[2].reply_to, Some(1));
        // A number may be a text, as everywhere.
        drop(hub.client.post("/message/reply", reply(BOB, question.to_string(), "more")).await?.expect(200));
        assert_eq!(hub.dc.ledger()[3].reply_to, Some(1));
        let captured = hub.client.wait_for_messages("a", 4).await?;
        assert_eq!(captured[1]["message_id"], number);
        assert_eq!(captured[1]["reply_to_message_id"], question);
        hub.stop().await?;
    }

    async fn a_reply_to_a_message_that_is_not_there_is_not_found(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let elsewhere = scripted(hub.dc.send("carol", "alice", "elsewhere"))?.receiver;
        let deleted = scripted(hub.dc.send("bob", "alice", "deleted"))?;
        scripted(hub.dc.delete("bob", &[deleted.sender], Reach::Everybody))?;
        for missing in [elsewhere, deleted.receiver, 999, i32::MAX] {
            let answer = hub.client.post("/message/reply", reply("@bob", missing, "x")).await?;
            drop(answer.refused(404, "message_not_found"));
        }
        let answer = hub.client.post("/message/reply", reply("@nobody_at_all", 1, "x")).await?;
        drop(answer.refused(404, "chat_not_found"));
        assert_eq!(hub.dc.ledger_len(), 2);
        hub.stop().await?;
    }
}
