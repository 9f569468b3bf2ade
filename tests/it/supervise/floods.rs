//! What Telegram asks to be waited for is waited for, also by a hub that was started since.

use crate::support::contract;
use crate::support::http::{Answer, Client, eventually};
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done};
use crate::support::observe::{lasts, micros, session_in};
use local_dc::world::faults::Fault;
use serde_json::json;

const CAROL: &str = "+15550000003";
const SEND: &str = "messages.sendMessage";

type Failure = Box<dyn std::error::Error>;

async fn send(client: &Client, session: &str) -> Result<Answer, Failure> {
    let body = json!({ "session_id": session, "chat_id": "@alice", "message": "hello" });
    client.post("/message/send", body).await
}

fn seconds(answer: &Answer) -> Result<u64, Failure> {
    Ok(answer.header("retry-after").parse()?)
}

contract! {
    async fn a_flooded_method_is_not_called_again_before_its_time(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.log_in("other", "+15550001001").await?;
        hub.dc.fault(Fault::error(SEND, 420, "FLOOD_WAIT_1000"));
        drop(send(&hub.client, "carol").await?.refused(429, "flood_wait"));
        let calls = hub.dc.calls(SEND);
        for _ in 0..2 {
            for _ in 0..3 {
                let answer = send(&hub.client, "carol").await?;
                let left = seconds(&answer)?;
                assert!((900..=1000).contains(&left), "{left}");
                drop(answer.refused(429, "flood_wait"));
            }
            assert_eq!(hub.dc.calls(SEND), calls, "Telegram is not asked within the wait");
            // A start forgets nothing: asking anew is how seconds become hours.
            hub = hub.restart().await?;
            session_in(&hub.client, "carol", "online").await?;
        }
        // The account is there for all else, and the others for everything.
        done(hub.dc.send("alice", "carol", "hello"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        session_in(&hub.client, "other", "online").await?;
        drop(send(&hub.client, "other").await?.expect(200));
        hub.stop().await?;
    }

    async fn a_session_made_anew_does_not_get_around_a_wait(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let method = "auth.sendCode";
        hub.dc.fault(Fault::error(method, 420, "FLOOD_WAIT_1000"));
        let start = json!({ "session_id": "carol", "phone_number": CAROL });
        drop(hub.client.post("/login/start", start.clone()).await?.refused(429, "flood_wait"));
        let (calls, links) = (hub.dc.calls(method), hub.dc.link_counts().accepted);
        drop(hub.client.delete("/session/carol").await?.expect(200));
        for _ in 0..3 {
            let answer = hub.client.post("/login/start", start.clone()).await?;
            assert!(seconds(&answer)? > 900);
            drop(answer.refused(429, "flood_wait"));
        }
        assert_eq!((hub.dc.calls(method), hub.dc.link_counts().accepted), (calls, links));
        hub.stop().await?;
    }

    async fn connecting_waits_across_starts_for_what_it_would_call(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        let method = "users.getUsers";
        dc.fault(Fault::error(method, 420, "FLOOD_WAIT_6"));
        let hub = TestHub::start_with(db, dc, options).await?;
        let first = session_in(&hub.client, "carol", "backoff").await?;
        let until = micros(&first["backoff"]["until"])?;
        let calls = hub.dc.calls(method);
        let hub = hub.restart().await?;
        let told = session_in(&hub.client, "carol", "backoff").await?;
        assert!((micros(&told["backoff"]["until"])? - until).abs() < 500_000, "{first} {told}");
        let dc = &hub.dc;
        assert_eq!(lasts(|| async { Ok(dc.calls(method)) }).await?, calls);
        let online = session_in(&hub.client, "carol", "online").await?;
        assert!(micros(&online["state_since"])? >= until - 500_000, "{online}");
        assert_eq!(hub.dc.calls(method), calls + 1);
        hub.stop().await?;
    }

    async fn a_limit_without_a_time_rests_sends_for_a_while(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.dc.fault(Fault::error(SEND, 400, "PEER_FLOOD"));
        let first = seconds(&send(&hub.client, "carol").await?)?;
        let calls = hub.dc.calls(SEND);
        let answer = send(&hub.client, "carol").await?;
        assert!((1..=first).contains(&seconds(&answer)?), "{first}");
        drop(answer.refused(429, "flood_wait"));
        assert_eq!(hub.dc.calls(SEND), calls);
        hub.stop().await?;
    }

    async fn a_wait_that_is_over_is_over(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        hub.dc.fault(Fault::error(SEND, 420, "FLOOD_WAIT_1"));
        drop(send(&hub.client, "carol").await?.refused(429, "flood_wait"));
        let answer = eventually(|| async {
            let answer = send(&hub.client, "carol").await?;
            Ok((answer.status != 429).then_some(answer))
        });
        drop(answer.await?.expect(200));
        hub.stop().await?;
    }
}
