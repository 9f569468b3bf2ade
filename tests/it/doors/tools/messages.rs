//! Sending, reading, forwarding, changing and deleting messages.

use super::{Failure, ask, get, request, result, why};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use serde_json::{Value, json};

fn ids(messages: &Value) -> Vec<i64> {
    let messages = messages.as_array().into_iter().flatten();
    messages
        .filter_map(|message| message["id"].as_i64())
        .collect()
}

contract! {
    async fn a_message_is_sent_edited_read_and_deleted(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let body = json!({
            "chat": "@bob", "text": "**hello** from 😀", "parse_mode": "md", "silent": "yes", "link_preview": 0,
        });
        let sent = ask(&hub, "POST /api/messages", &body).await?.expect(200);
        insta::assert_json_snapshot!("sent", sent, { ".result.date" => "[date]" });
        assert_eq!(hub.dc.ledger()[0].text, "hello from 😀");
        assert!(hub.dc.ledger()[0].silent);
        let id = sent["result"]["id"].as_i64().ok_or("no id")?;

        let body = json!({ "chat": "@bob", "text": "a <b>reply</b>", "parse_mode": "HTML", "reply_to": id.to_string() });
        let reply = result(ask(&hub, "POST /api/messages", &body).await?);
        assert_eq!((&reply["text"], &reply["reply_to_msg_id"]), (&json!("a reply"), &json!(id)));
        let plain = json!({ "chat": "5550000002", "text": "**as it is**", "parse_mode": null });
        assert_eq!(result(ask(&hub, "POST /api/messages", &plain).await?)["text"], "**as it is**");

        let body = json!({ "chat": "@bob", "text": "fixed __version__", "parse_mode": "md", "message_id": 999 });
        let line = format!("PATCH /api/messages/{id}");
        let edited = ask(&hub, &line, &body).await?.expect(200);
        insta::assert_json_snapshot!("edited", edited, { ".result.date" => "[date]" });
        let one = result(get(&hub, &format!("/api/messages/{id}?chat=@bob")).await?);
        assert_eq!(one, edited["result"]);

        let body = json!({ "chat": "@bob", "message_ids": [id, "2147483647"], "revoke": true });
        let deleted = result(ask(&hub, "DELETE /api/messages", &body).await?);
        assert_eq!(deleted, json!({ "deleted": 1, "requested": 2 }));
        let gone = get(&hub, &format!("/api/messages/{id}?chat=@bob")).await?;
        drop(why(gone, "message_not_found"));
        hub.stop().await?;
    }

    async fn messages_are_read_in_pages_and_searched(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for n in 1..=5 {
            scripted(hub.dc.send("bob", "alice", &format!("number {n}")))?;
        }
        let all = get(&hub, "/api/messages?chat=@bob").await?.expect(200);
        insta::assert_json_snapshot!("history", all, { ".result[].date" => "[date]" });
        let all = ids(&all["result"]);
        assert_eq!(all.len(), 5);
        assert!(all.is_sorted_by(|a, b| a > b));
        let page = result(get(&hub, "/api/messages?chat=@bob&limit=2").await?);
        assert_eq!(ids(&page), all[..2]);
        let next = result(get(&hub, &format!("/api/messages?chat=@bob&limit=2&offset_id={}", all[1])).await?);
        assert_eq!(ids(&next), all[2..4]);
        let found = result(get(&hub, "/api/messages?chat=@bob&search=number%203").await?);
        assert_eq!(found[0]["text"], "number 3");
        assert_eq!(result(get(&hub, "/api/messages?chat=@bob&search=nothing+like+it").await?), json!([]));
        assert_eq!(result(get(&hub, "/api/messages?chat=me").await?), json!([]));
        hub.stop().await?;
    }

    async fn messages_are_forwarded_and_missing_ones_left_out(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let first = scripted(hub.dc.send("bob", "alice", "first"))?.receiver;
        let second = scripted(hub.dc.send("bob", "alice", "second"))?.receiver;
        let body = json!({ "from_chat": "@bob", "to_chat": "me", "message_ids": [first, 99_999, second], "silent": true });
        let forwarded = ask(&hub, "POST /api/messages/forward", &body).await?.expect(200);
        insta::assert_json_snapshot!("forwarded", forwarded, { ".result[].date" => "[date]" });
        let texts: Vec<_> = forwarded["result"].as_array().into_iter().flatten().map(|one| one["text"].clone()).collect();
        assert_eq!(texts, ["first", "second"]);
        hub.stop().await?;
    }

    async fn a_chat_is_marked_as_read(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let first = scripted(hub.dc.send("bob", "alice", "first"))?.receiver;
        scripted(hub.dc.send("bob", "alice", "second"))?;
        let unread = async || -> Result<Value, Failure> {
            Ok(result(get(&hub, "/api/dialogs").await?)[0]["unread_count"].take())
        };
        assert_eq!(unread().await?, 2);
        let body = json!({ "chat": "@bob", "max_id": first });
        assert_eq!(result(ask(&hub, "POST /api/messages/read", &body).await?), json!({ "ok": true }));
        assert_eq!(unread().await?, 1);
        let body = json!({ "chat": "@bob" });
        assert_eq!(result(ask(&hub, "POST /api/messages/read", &body).await?), json!({ "ok": true }));
        assert_eq!(unread().await?, 0);
        hub.stop().await?;
    }

    async fn a_repeated_send_with_a_key_is_sent_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let send = || -> Result<_, Failure> {
            let body = json!({ "chat": "@bob", "text": "once" }).to_string();
            Ok(request(&hub, "POST /api/messages")?.header("idempotency-key", "k-1").body(body))
        };
        let first = read(send()?).await?;
        assert_eq!(first.header("idempotency-replayed"), "");
        let second = read(send()?).await?;
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(result(first), result(second));
        assert_eq!(hub.dc.ledger_len(), 1);
        let other = json!({ "chat": "@bob", "text": "twice" }).to_string();
        let other = request(&hub, "POST /api/messages")?.header("idempotency-key", "k-1").body(other);
        drop(read(other).await?.refused(422, "idempotency_key_reused"));
        let bad = request(&hub, "POST /api/messages")?.header("idempotency-key", "a b");
        drop(read(bad.body("{\"chat\":\"me\",\"text\":\"x\"}")).await?.refused(400, "invalid_request"));
        hub.stop().await?;
    }
}
