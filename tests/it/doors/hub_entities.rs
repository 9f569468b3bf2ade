//! Finding users and remembering them.

use super::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::world::faults::Fault;
use serde_json::{Value, json};

fn resolve(session: &str, identifier: impl Into<Value>) -> Value {
    json!({ "session_id": session, "entity_identifier": identifier.into() })
}

fn found(number: i64, name: &str, phone: Option<&str>) -> Value {
    json!({
        "status": "success",
        "message": "Entity resolved successfully",
        "entity": {
            "id": 5_550_000_000 + number,
            "type": "User",
            "username": name.to_lowercase(),
            "first_name": name,
            "last_name": null,
            "phone": phone,
            "title": null,
        },
    })
}

contract! {
    async fn an_entity_is_found_by_every_form_of_its_name(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let forms = [
            json!("@bob"), json!("bob"), json!("BOB"), json!("https://t.me/bob"), json!("t.me/bob?start=x"),
            json!("tg://resolve?domain=bob"), json!("+15550000002"), json!("tel:+15550000002"),
            json!(5_550_000_002_i64), json!("5550000002"),
        ];
        for form in forms {
            let answer = hub.client.post("/entity/resolve", resolve("a", form.clone())).await?.expect(200);
            assert_eq!(answer, found(2, "Bob", None), "{form}");
        }
        for form in ["me", "self", "@alice", "+15550000001"] {
            let answer = hub.client.post("/entity/resolve", resolve("a", form)).await?.expect(200);
            assert_eq!(answer, found(1, "Alice", Some("15550000001")), "{form}");
        }
        hub.stop().await?;
    }

    async fn a_known_entity_is_not_looked_up_again(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for _ in 0..3 {
            drop(hub.client.post("/entity/resolve", resolve("a", "@bob")).await?.expect(200));
        }
        hub.client.send("a", "@Bob", "x").await?;
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 1);
        let hub = hub.restart().await?;
        drop(hub.client.post("/entity/resolve", resolve("a", "@bob")).await?.expect(200));
        assert_eq!(hub.dc.calls("contacts.resolveUsername"), 1);
        hub.stop().await?;
    }

    async fn an_entity_that_nobody_knows_is_not_found(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for form in [
            json!("@nobody_at_all"), json!(""), json!("not a name!"), json!(0), json!(-100),
            json!(-1_001_234_567_890_i64), json!(123_456_789), json!("+4915112345678"),
        ] {
            let answer = hub.client.post("/entity/resolve", resolve("a", form.clone())).await?;
            let body = answer.refused(404, "chat_not_found");
            assert!(body["detail"].is_string(), "{form}");
        }
        hub.stop().await?;
    }

    async fn a_look_up_that_telegram_refuses_has_its_status(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("contacts.resolveUsername", 400, "SOMETHING_NEW"));
        let answer = hub.client.post("/entity/resolve", resolve("a", "@bob")).await?;
        drop(answer.refused(502, "telegram_error"));
        hub.dc.fault(Fault::error("contacts.resolveUsername", 420, "FLOOD_WAIT_12"));
        let answer = hub.client.post("/entity/resolve", resolve("a", "@bob")).await?;
        assert_eq!(answer.header("retry-after"), "12");
        drop(answer.refused(429, "flood_wait"));
        for session in ["nobody", "out"] {
            if session == "out" {
                hub.log_in("out", "+15550000003").await?;
                drop(hub.client.post("/logout", json!({ "session_id": "out" })).await?.expect(200));
            }
            let answer = hub.client.post("/entity/resolve", resolve(session, "@bob")).await?;
            drop(answer.refused(401, "session_not_authorized"));
        }
        hub.stop().await?;
    }

    async fn the_entities_of_a_session_are_listed(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let empty = json!({ "status": "success", "session_id": "a", "cached_entities": [] });
        assert_eq!(hub.client.get("/session/a/entities").await?.expect(200), empty);
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("carol", "alice", "hello"))?;
        hub.client.wait_for_messages("a", 1).await?;
        drop(hub.client.post("/entity/resolve", resolve("a", "@bob")).await?.expect(200));
        let entity = |number: i64, name: &str, phone: Option<&str>| json!({
            "entity_id": 5_550_000_000 + number,
            "type": "user",
            "name": name,
            "username": name.to_lowercase(),
            "phone": phone,
        });
        let listed = hub.client.get("/session/a/entities").await?.expect(200);
        let expected = json!({
            "status": "success",
            "session_id": "a",
            "cached_entities": [
                entity(1, "Alice", Some("15550000001")), entity(2, "Bob", None), entity(3, "Carol", None),
            ],
        });
        assert_eq!(listed, expected);
        hub.stop().await?;
    }

    async fn saved_messages_fill_the_cache(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let path = "/session/a/cache-from-messages";
        let answer = hub.client.post(path, Value::Null).await?.expect(200);
        assert_eq!(answer["status"], "success");
        hub.client.send("a", "me", "note").await?;
        let answer = hub.client.post(path, Value::Null).await?.expect(200);
        let expected = json!({
            "status": "success", "message": "Cached 1 entities from recent messages",
        });
        assert_eq!(answer, expected);
        hub.dc.fault(Fault::error("messages.getHistory", 420, "FLOOD_WAIT_9"));
        let flooded = hub.client.post(path, Value::Null).await?;
        assert_eq!(flooded.header("retry-after"), "9");
        drop(flooded.refused(429, "flood_wait"));
        hub.stop().await?;
    }
}
