//! Chats that are reached by what leads to them: supergroups by the groups that they were, people
//! by a message that shows them, groups by nothing but their ids.

use super::scripted;
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use reqwest::Method;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const ALICE: i64 = 5_550_000_001;

fn send(chat: impl Into<Value>, text: &str) -> Value {
    json!({ "session_id": "a", "chat_id": chat.into(), "message": text })
}

/// Where the texts are that the account has sent.
fn places(hub: &TestHub, texts: &str) -> Vec<Vec<i64>> {
    let ledger = hub.dc.ledger().into_iter();
    let sent = ledger.filter(|entry| entry.sender == ALICE && entry.text.starts_with(texts));
    sent.map(|entry| entry.chat).collect()
}

/// What the tools door says of a request that it must refuse.
async fn refused(
    hub: &TestHub,
    method: Method,
    path: &str,
    body: &Value,
) -> Result<String, Failure> {
    let request = hub.client.request(method, path).body(body.to_string());
    let body = read(request).await?.refused(400, "message_not_found");
    Ok(body["detail"].as_str().unwrap_or_default().to_owned())
}

contract! {
    async fn a_group_that_was_upgraded_leads_to_its_supergroup(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let group = scripted(hub.dc.create_group(NewChat::new("alice", "trio").with(&["bob", "carol"])))?;
        let old = hub.client.send("a", &group.to_string(), "before").await?;
        hub.client.wait_for_messages("a", 2).await?;
        let supergroup = scripted(hub.dc.upgrade(&group.to_string()))?;
        hub.client.wait_for_messages("a", 4).await?;
        for (n, chat) in [json!(group), json!(group.to_string()), json!(-group), json!(supergroup)].iter().enumerate() {
            drop(hub.client.post("/message/send", send(chat.clone(), &format!("after {n}"))).await?.expect(200));
        }
        assert_eq!(places(&hub, "after"), vec![vec![supergroup]; 4]);
        assert_eq!(places(&hub, "before"), [vec![group]]);

        // Numbers of the group are not those of the supergroup.
        let one = json!({ "chat": group.to_string(), "message_ids": [old] });
        let text = refused(&hub, Method::DELETE, "/api/messages", &one).await?;
        assert!(text.contains(&format!("{old} is of the group {group} from before it was upgraded to {supergroup}")), "{text}");
        let path = format!("/api/messages/{old}?chat={group}");
        assert_eq!(refused(&hub, Method::GET, &path, &Value::Null).await?, text.replace("message_ids", "message_id"));
        let reply = json!({ "session_id": "a", "chat_id": group, "message": "x", "message_id": old });
        drop(hub.client.post("/message/reply", reply).await?.refused(404, "message_not_found"));
        assert!(hub.dc.ledger().iter().all(|entry| entry.deleted_at.is_none()));
        let entity = hub.client.request(Method::GET, &format!("/api/entities?chat={group}"));
        let entity = read(entity).await?.expect(200);
        assert_eq!(entity["result"]["type"], "Channel", "{entity}");
        hub.stop().await?;
    }

    async fn an_upgrade_that_nobody_told_of_is_found_out(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let group = scripted(hub.dc.create_group(NewChat::new("alice", "duo").with(&["carol"])))?;
        let supergroup = scripted(hub.dc.upgrade(&group.to_string()))?;
        hub.log_in("a", "+15550000001").await?;
        drop(hub.client.post("/message/send", send(group, "after")).await?.expect(200));
        assert_eq!(places(&hub, "after"), [vec![supergroup]]);
        // It is asked about once.
        let before = hub.dc.calls("messages.getChats");
        drop(hub.client.post("/message/send", send(group, "after all")).await?.expect(200));
        assert_eq!(hub.dc.calls("messages.getChats"), before);
        let (db, dc, options) = hub.stop().await?;
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("a", "online").await?;
        drop(hub.client.post("/message/send", send(group, "after a restart")).await?.expect(200));
        assert_eq!(hub.dc.calls("messages.getChats"), before);
        assert_eq!(places(&hub, "after"), vec![vec![supergroup]; 3]);
        hub.stop().await?;
    }

    async fn a_basic_group_is_called_by_its_id_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let mut groups = Vec::new();
        for n in 0..230 {
            groups.push(scripted(hub.dc.create_group(NewChat::new("carol", &format!("g{n}")).with(&["alice"])))?);
        }
        let strange = scripted(hub.dc.create_group(NewChat::new("carol", "without alice").with(&["bob"])))?;
        hub.log_in("a", "+15550000001").await?;
        drop(hub.client.post("/message/send", send(groups[0], "to the oldest")).await?.expect(200));
        assert_eq!(places(&hub, "to the oldest"), [vec![groups[0]]]);
        for unknown in [strange, -4_999_999_999] {
            let answer = hub.client.post("/message/send", send(unknown, "x")).await?;
            drop(answer.refused(404, "chat_not_found"));
        }
        assert_eq!(places(&hub, "x"), Vec::<Vec<i64>>::new());
        hub.stop().await?;
    }

    async fn strangers_of_a_group_are_reached_by_a_message_of_theirs(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let new = NewChat::new("carol", "large").with(&["alice", "user0300", "user0301"]);
        let large = scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?.to_string();
        for n in 0..30 {
            scripted(hub.dc.send("carol", &large, &format!("filling {n}")))?;
        }
        hub.log_in("a", "+15550000001").await?;
        hub.client.wait_for_state("a", "online").await?;
        scripted(hub.dc.send("carol", &large, "the first push"))?;
        hub.client.wait_for_messages("a", 1).await?;
        scripted(hub.dc.send("user0300", &large, "from a stranger"))?;
        let gone = scripted(hub.dc.send("user0301", &large, "from another"))?.sender;
        hub.client.wait_for_messages("a", 3).await?;
        scripted(hub.dc.delete_in(&large, "carol", &[gone]))?;
        let [stranger, other] = [5_550_000_300_i64, 5_550_000_301];
        let asked = hub.dc.calls("users.getUsers");
        drop(hub.client.post("/message/send", send(stranger, "pleased to meet you")).await?.expect(200));
        assert_eq!(hub.dc.calls("users.getUsers"), asked + 1);
        // From now on the access hash is known.
        drop(hub.client.post("/message/send", send(stranger, "pleased again")).await?.expect(200));
        assert_eq!(hub.dc.calls("users.getUsers"), asked + 1);
        assert_eq!(places(&hub, "pleased"), vec![vec![ALICE, stranger]; 2]);
        // Whose message is gone is nobody whom the account may call.
        drop(hub.client.post("/message/send", send(other, "x")).await?.refused(404, "chat_not_found"));
        assert_eq!(places(&hub, "x"), Vec::<Vec<i64>>::new());
        hub.stop().await?;
    }
}
