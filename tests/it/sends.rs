//! A send under an idempotency key happens once, whatever breaks between asking and answering.

use crate::support::contract;
use crate::support::http::{Answer, Client, eventually, read};
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use crate::support::process::HubProcess;
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};

const CAROL: &str = "+15550000003";
const SEND: &str = "messages.sendMessage";

type Failure = Box<dyn std::error::Error>;

/// Sends a text to Alice under a key.
async fn send(client: &Client, key: &str, text: &str) -> Result<Answer, Failure> {
    let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": text });
    let request = client.request(reqwest::Method::POST, "/message/send");
    read(request.header("idempotency-key", key).json(&body)).await
}

/// Sends under a key; the data centre takes the message, and the link breaks before the answer.
async fn send_and_lose_the_answer(hub: &TestHub, key: &str, text: &str) -> Result<Answer, Failure> {
    let sent = hub.dc.ledger_len() + 1;
    hub.dc.fault(Fault::new(SEND, FaultKind::LoseAnswer));
    let (answer, cut) = tokio::join!(send(&hub.client, key, text), async {
        eventually(|| async { Ok((hub.dc.ledger_len() >= sent).then_some(())) }).await?;
        done(hub.dc.drop_links("carol"))
    });
    cut?;
    answer
}

/// The number that Carol's side of the n-th message of the ledger has, from 0.
fn number_of(dc: &Dc, n: usize) -> Result<Value, Failure> {
    let carol = done(dc.user("carol"))?.0;
    let entry = dc.ledger().into_iter().nth(n).ok_or("no such message")?;
    let side = entry
        .accounts
        .into_iter()
        .find(|side| side.user_id == carol);
    Ok(side.ok_or("not Carol's")?.message_id.into())
}

contract! {
    async fn a_send_whose_answer_was_lost_is_repeated_once_only(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let lost = send_and_lose_the_answer(&hub, "k1", "hello").await?;
        assert_eq!(lost.expect(200)["message_id"], number_of(&hub.dc, 0)?);
        for _ in 0..2 {
            let again = send(&hub.client, "k1", "hello").await?.expect(200);
            assert_eq!(again["message_id"], number_of(&hub.dc, 0)?);
        }
        assert_eq!((hub.dc.ledger_len(), hub.dc.calls(SEND)), (1, 2));
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_message_that_telegram_calls_a_duplicate_is_found_by_its_number(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        // The same words under another key are another message.
        let other = send(&hub.client, "k0", "hello").await?.expect(200);
        let lost = send_and_lose_the_answer(&hub, "k1", "hello").await?;
        drop(lost.expect(200));
        hub.dc.fault(Fault::error(SEND, 500, "RANDOM_ID_DUPLICATE"));
        assert_eq!(send(&hub.client, "k2", "hello").await?.expect(200)["message_id"], Value::Null);
        let again = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_ne!(again["message_id"], other["message_id"]);
        assert_eq!(again["message_id"], number_of(&hub.dc, 1)?);
        assert_eq!(send(&hub.client, "k1", "hello").await?.expect(200), again);
        assert_eq!(hub.dc.ledger_len(), 2);
        hub.stop().await?;
    }

    async fn a_duplicate_whose_message_is_not_found_counts_as_sent(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.dc.fault(Fault::error(SEND, 500, "RANDOM_ID_DUPLICATE"));
        let sent = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_eq!(sent["message_id"], Value::Null, "{sent}");
        assert_eq!(send(&hub.client, "k1", "hello").await?.expect(200), sent);
        assert_eq!(hub.dc.calls(SEND), 1);
        hub.stop().await?;
    }

    async fn an_answer_that_cannot_be_read_is_a_message_that_was_sent(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let alien = || Fault::new(SEND, FaultKind::Raw { bytes: vec![0xef, 0xbe, 0xad, 0xde], run: true });
        hub.dc.fault(alien());
        let sent = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_eq!(sent["message_id"], number_of(&hub.dc, 0)?, "the difference tells it");
        // Where that does not come in time, the message is accepted without a number.
        hub.dc.fault(alien());
        let carol = done(hub.dc.user("carol"))?;
        for method in ["updates.getDifference", "messages.getMessages"] {
            hub.dc.fault(Fault::error(method, 420, "FLOOD_WAIT_9").of(carol));
        }
        let sent = send(&hub.client, "k2", "later").await?.expect(200);
        assert_eq!(sent["message_id"], Value::Null, "{sent}");
        let again = send(&hub.client, "k2", "later").await?;
        assert_eq!(again.header("idempotency-replayed"), "true");
        drop(again.expect(200));
        complete(&hub.dc, &hub.client, "carol").await?;
        // What the log has by now tells it.
        let again = send(&hub.client, "k2", "later").await?.expect(200);
        assert_eq!(again["message_id"], number_of(&hub.dc, 1)?);
        assert_eq!((hub.dc.ledger_len(), hub.dc.calls(SEND)), (2, 2));
        hub.stop().await?;
    }

    async fn an_answer_that_does_not_tell_the_number_is_a_message_that_was_sent(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        // updates#74ae4240 without a single one.
        let mut bytes = 0x74ae_4240_u32.to_le_bytes().to_vec();
        for _ in 0..3 {
            bytes.extend(0x1cb5_c415_u32.to_le_bytes());
            bytes.extend([0; 4]);
        }
        bytes.extend([0; 8]);
        hub.dc.fault(Fault::new(SEND, FaultKind::Raw { bytes, run: true }));
        let sent = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_eq!(sent["message_id"], number_of(&hub.dc, 0)?);
        assert_eq!((hub.dc.ledger_len(), hub.dc.calls(SEND)), (1, 1));
        hub.stop().await?;
    }

    async fn requests_under_one_key_at_the_same_time_send_once(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let requests = (0..8).map(|_| send(&hub.client, "k1", "hello"));
        let answers = futures_util::future::try_join_all(requests).await?;
        let number = number_of(&hub.dc, 0)?;
        for answer in answers {
            assert_eq!(answer.expect(200)["message_id"], number);
        }
        assert_eq!((hub.dc.ledger_len(), hub.dc.calls(SEND)), (1, 1));
        hub.stop().await?;
    }

    async fn a_certain_refusal_frees_the_key_and_an_uncertain_one_keeps_it(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        for (code, name) in [(400, "MESSAGE_TOO_LONG"), (420, "FLOOD_WAIT_1")] {
            hub.dc.fault(Fault::error(SEND, code, name));
            assert_ne!(send(&hub.client, name, "refused").await?.status, 200);
            let again = eventually(|| async {
                let again = send(&hub.client, name, "other words").await?;
                Ok((again.status != 429).then_some(again))
            });
            drop(again.await?.expect(200));
        }
        // After a fault of its own Telegram may have sent the message all the same.
        for (code, name) in [(500, "INTERNAL"), (-503, "Timeout")] {
            hub.dc.fault(Fault::error(SEND, code, name).times(5));
            assert_eq!(send(&hub.client, name, "perhaps").await?.status, 502);
            let other = send(&hub.client, name, "other words").await?;
            drop(other.refused(422, "idempotency_key_reused"));
            drop(send(&hub.client, name, "perhaps").await?.expect(200));
        }
        hub.stop().await?;
    }

    async fn a_send_is_not_repeated_when_the_hub_is_killed_before_the_answer(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", CAROL).await?;
        dc.fault(Fault::new(SEND, FaultKind::LoseAnswer));
        let client = hub.client.clone();
        let asking = tokio::spawn(async move { send(&client, "k1", "hello").await.is_err() });
        eventually(|| async { Ok((dc.ledger_len() == 1).then_some(())) }).await?;
        hub.kill()?;
        assert!(asking.await?, "the hub answered before it was killed");

        let hub = HubProcess::start(&db, &dc).await?;
        let again = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_eq!(again["message_id"], number_of(&dc, 0)?);
        assert_eq!((dc.ledger_len(), dc.calls(SEND)), (1, 2));
        complete(&dc, &hub.client, "carol").await?;
        hub.terminate().await?;
    }

    async fn a_send_is_made_when_the_hub_is_killed_before_telegram_took_it(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", CAROL).await?;
        dc.fault(Fault::new(SEND, FaultKind::Silence));
        let client = hub.client.clone();
        let asking = tokio::spawn(async move { send(&client, "k1", "hello").await.is_err() });
        eventually(|| async { Ok((dc.calls(SEND) == 1).then_some(())) }).await?;
        hub.kill()?;
        assert!(asking.await?, "the hub answered before it was killed");
        assert_eq!(dc.ledger_len(), 0);

        let hub = HubProcess::start(&db, &dc).await?;
        let answer = send(&hub.client, "k1", "hello").await?.expect(200);
        assert_eq!(answer["message_id"], number_of(&dc, 0)?);
        assert_eq!(dc.ledger_len(), 1);
        hub.terminate().await?;
    }
}
