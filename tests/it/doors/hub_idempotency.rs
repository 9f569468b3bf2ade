//! Sends under a key: once, whatever happens on the way.

use super::{fault, scripted};
use crate::support::contract;
use crate::support::http::{Answer, Client, eventually, read};
use crate::support::hub::TestHub;
use local_dc::world::faults::{Fault, FaultKind};
use reqwest::Method;
use serde_json::{Value, json};

type Asked = Result<Answer, Box<dyn std::error::Error>>;

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Asked {
    read(
        client
            .request(Method::POST, path)
            .header("Idempotency-Key", key)
            .json(body),
    )
    .await
}

async fn send(client: &Client, key: &str, chat: &str, text: &str) -> Asked {
    post(client, "/message/send", key, &message("a", chat, text)).await
}

fn message(session: &str, chat: &str, text: &str) -> Value {
    json!({ "session_id": session, "chat_id": chat, "message": text })
}

contract! {
    async fn a_repeated_key_answers_the_same_message_and_sends_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let first = send(&hub.client, "key-1", "@bob", "hello").await?;
        assert_eq!(first.header("idempotency-replayed"), "");
        let first = first.expect(200);
        for _ in 0..2 {
            let again = send(&hub.client, "key-1", "@bob", "hello").await?;
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!(again.expect(200), first);
        }
        let mut body = message("a", "@bob", "hello");
        body["client_id"] = "key-1".into();
        let by_body = hub.client.post("/message/send", body.clone()).await?;
        assert_eq!(by_body.header("idempotency-replayed"), "true");
        assert_eq!(by_body.expect(200), first);
        let by_both = post(&hub.client, "/message/send", "key-1", &body).await?;
        assert_eq!(by_both.expect(200), first);
        assert_eq!(hub.dc.ledger_len(), 1);

        let hub = hub.restart().await?;
        let later = send(&hub.client, "key-1", "@bob", "hello").await?;
        assert_eq!(later.header("idempotency-replayed"), "true");
        assert_eq!(later.expect(200), first);
        assert_eq!((hub.dc.ledger_len(), hub.dc.calls("messages.sendMessage")), (1, 1));
        hub.stop().await?;
    }

    async fn a_reply_is_repeated_like_a_send(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let number = hub.client.send("a", "me", "question").await?;
        let mut body = message("a", "me", "answer");
        body["message_id"] = number.into();
        let first = post(&hub.client, "/message/reply", "key", &body).await?.expect(200);
        let again = post(&hub.client, "/message/reply", "key", &body).await?;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.expect(200), first);
        assert_eq!(hub.dc.ledger_len(), 2);
        // The same key and text as a message of its own is another request.
        let other = post(&hub.client, "/message/send", "key", &message("a", "me", "answer")).await?;
        drop(other.refused(422, "idempotency_key_reused"));
        hub.stop().await?;
    }

    async fn a_key_belongs_to_one_request_of_one_session(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.log_in("c", "+15550000003").await?;
        let first = send(&hub.client, "key", "@bob", "hello").await?.expect(200);
        for (chat, text) in [("@bob", "other"), ("@carol", "hello")] {
            let body = send(&hub.client, "key", chat, text).await?.refused(422, "idempotency_key_reused");
            assert!(body["detail"].is_string());
        }
        for (field, value) in [("silent", json!(true)), ("parse_mode", json!("plain"))] {
            let mut body = message("a", "@bob", "hello");
            body[field] = value;
            let answer = post(&hub.client, "/message/send", "key", &body).await?;
            drop(answer.refused(422, "idempotency_key_reused"));
        }
        assert_eq!(send(&hub.client, "key", "@bob", "hello").await?.expect(200), first);
        assert_eq!(hub.dc.ledger_len(), 1);
        let body = message("c", "@bob", "from carol");
        let other = post(&hub.client, "/message/send", "key", &body).await?;
        assert_eq!(other.header("idempotency-replayed"), "");
        drop(other.expect(200));
        assert_eq!(hub.dc.ledger_len(), 2);
        hub.stop().await?;
    }

    async fn many_requests_with_one_key_at_once_send_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let delay = FaultKind::Delay(std::time::Duration::from_millis(100));
        hub.dc.fault(Fault::new("messages.sendMessage", delay));
        let asked = (0..12).map(|_| send(&hub.client, "key", "me", "once"));
        let mut numbers = Vec::new();
        for answer in futures_util::future::join_all(asked).await {
            numbers.push(answer?.expect(200)["message_id"].clone());
        }
        numbers.dedup();
        assert_eq!((numbers.len(), hub.dc.ledger_len()), (1, 1));
        hub.stop().await?;
    }

    async fn a_certain_refusal_frees_the_key(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        drop(send(&hub.client, "empty", "me", "").await?.refused(400, "message_invalid"));
        drop(send(&hub.client, "empty", "me", "text").await?.expect(200));
        drop(send(&hub.client, "chat", "@nobody_at_all", "x").await?.refused(404, "chat_not_found"));
        drop(send(&hub.client, "chat", "me", "x").await?.expect(200));
        hub.dc.fault(Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_1"));
        drop(send(&hub.client, "flood", "me", "y").await?.refused(429, "flood_wait"));
        let later = eventually(|| async {
            let later = send(&hub.client, "flood", "me", "y").await?;
            Ok((later.status != 429).then_some(later))
        })
        .await?;
        assert_eq!(later.header("idempotency-replayed"), "");
        drop(later.expect(200));
        assert_eq!(hub.dc.ledger_len(), 3);
        hub.stop().await?;
    }

    async fn an_answer_that_is_lost_is_found_by_the_next_try(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::new("messages.sendMessage", FaultKind::LoseAnswer));
        let sending = send(&hub.client, "key", "@bob", "once");
        let cutting = async {
            eventually(|| async { Ok((hub.dc.ledger_len() == 1).then_some(())) }).await?;
            scripted(hub.dc.drop_links("alice"))?;
            Ok::<_, Box<dyn std::error::Error>>(())
        };
        let (sent, cut) = tokio::join!(sending, cutting);
        cut?;
        // The second try, with the same number for Telegram, has found that it was sent.
        let sent = sent?.expect(200);
        let again = send(&hub.client, "key", "@bob", "once").await?;
        assert_eq!(again.header("idempotency-replayed"), "true");
        let number = hub.dc.ledger()[0].accounts.iter().find(|side| side.out).map(|side| side.message_id);
        assert_eq!((&again.expect(200)["message_id"], &sent["message_id"]), (&json!(number), &json!(number)));
        assert_eq!(hub.dc.ledger_len(), 1);
        hub.stop().await?;
    }

    async fn a_fault_of_telegrams_own_leaves_the_key_taken(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for (code, name) in [(500, "INTERNAL"), (500, "RPC_CALL_FAIL"), (-503, "Timeout")] {
            hub.dc.fault(Fault::error("messages.sendMessage", code, name).times(5));
            drop(send(&hub.client, name, "me", name).await?.refused(502, "telegram_error"));
            // Telegram may have sent it before it broke.
            let other = send(&hub.client, name, "me", "something else").await?;
            drop(other.refused(422, "idempotency_key_reused"));
            drop(send(&hub.client, name, "me", name).await?.expect(200));
        }
        assert_eq!(hub.dc.ledger_len(), 3);
        hub.stop().await?;
    }

    async fn a_key_has_a_form(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let value_error = |place: &str| (place.to_owned(), "value_error".to_owned());
        for key in ["", "two words", "k\u{fc}rzel", &"k".repeat(256)] {
            let refused = send(&hub.client, key, "me", "x").await?.refused(422, "invalid_request");
            assert_eq!(fault(&refused), value_error("header.idempotency-key"), "{key:?}");
            let mut body = message("a", "me", "x");
            body["client_id"] = key.into();
            let refused = hub.client.post("/message/send", body).await?.refused(422, "invalid_request");
            assert_eq!(fault(&refused), value_error("body.client_id"), "{key:?}");
        }
        let mut body = message("a", "me", "x");
        body["client_id"] = "one".into();
        let refused = post(&hub.client, "/message/send", "two", &body).await?;
        assert_eq!(fault(&refused.refused(422, "invalid_request")), value_error("body.client_id"));
        hub.log_in("a", "+15550000001").await?;
        drop(send(&hub.client, &"~".repeat(255), "me", "x").await?.expect(200));
        hub.stop().await?;
    }
}
