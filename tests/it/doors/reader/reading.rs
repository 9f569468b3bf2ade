//! What each path answers.

use super::{get, scripted, string_for};
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use serde_json::{Value, json};

const ALICE: i64 = 5_550_000_001;
const BOB: i64 = 5_550_000_002;

fn ids(messages: &Value) -> Vec<i64> {
    let all = messages.as_array().into_iter().flatten();
    all.filter_map(|message| message["id"].as_i64()).collect()
}

/// Whether a text is an instant as Python writes it.
fn is_date(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.ends_with("+00:00") && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

contract! {
    async fn the_account_is_shown(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        let me = get(&hub, "/me", &string).await?.expect(200);
        let expected = json!({
            "id": ALICE,
            "first_name": "Alice",
            "last_name": null,
            "username": "alice",
            "phone": "15550000001",
        });
        assert_eq!(me, expected);
        hub.stop().await?;
    }

    async fn chats_are_an_array_whose_ids_lead_to_their_messages(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        let chat = NewChat::new("bob", "Invoices").with(&["alice"]);
        let group = scripted(hub.dc.create_channel(ChannelKind::Supergroup, chat))?;
        let news = NewChat::new("bob", "News").with(&["alice"]);
        let channel = scripted(hub.dc.create_channel(ChannelKind::Broadcast, news))?;
        scripted(hub.dc.send("bob", "alice", "hello"))?;
        scripted(hub.dc.send("bob", &channel.to_string(), "a post"))?;
        scripted(hub.dc.send_many("bob", &group.to_string(), "invoice {n}", 3))?;

        let dialogs = get(&hub, "/dialogs?limit=20", &string).await?.expect(200);
        let listed = dialogs.as_array().cloned().unwrap_or_default();
        let shown = |id: i64| listed.iter().find(|dialog| dialog["id"] == id);
        let of_group = shown(group).ok_or("the group is not listed")?;
        assert_eq!((&of_group["type"], &of_group["title"]), (&json!("group"), &json!("Invoices")));
        assert!(is_date(&of_group["last_message_date"]), "{of_group}");
        let of_user = shown(BOB).ok_or("bob is not listed")?;
        assert_eq!((&of_user["type"], &of_user["name"]), (&json!("user"), &json!("Bob")));
        assert_eq!((&of_user["title"], &of_user["unread_count"]), (&Value::Null, &json!(1)));
        assert_eq!(shown(channel).ok_or("the channel is not listed")?["type"], "channel");

        let path = format!("/messages?chat_id={group}&limit=2&search=invoice");
        let found = get(&hub, &path, &string).await?.expect(200);
        assert_eq!(found[0]["text"], "invoice 3");
        assert_eq!(found.as_array().map(Vec::len), Some(2));
        assert_eq!(found[0]["chat_id"], group);
        assert_eq!((&found[0]["sender_id"], &found[0]["sender_name"]), (&json!(BOB), &json!("Bob")));
        assert!(is_date(&found[0]["date"]), "{found}");
        for name in ["reply_to_msg_id", "media"] {
            assert_eq!(found[0].get(name), Some(&Value::Null), "{name}");
        }
        let posts = get(&hub, &format!("/messages?chat_id={channel}&limit=1"), &string).await?;
        let posts = posts.expect(200);
        assert_eq!((&posts[0]["sender_id"], &posts[0]["sender_name"]), (&json!(channel), &json!("News")));
        hub.stop().await?;
    }

    async fn pages_follow_the_smallest_number(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        scripted(hub.dc.send_many("bob", "alice", "text {n}", 7))?;
        let mut path = format!("/messages?chat_id={BOB}&limit=3");
        let mut texts = Vec::new();
        // As the workflow does it: until a page is shorter than the limit.
        loop {
            let page = get(&hub, &path, &string).await?.expect(200);
            let numbers = ids(&page);
            texts.extend(page.as_array().into_iter().flatten().map(|m| m["text"].clone()));
            let Some(smallest) = numbers.iter().min().filter(|_| numbers.len() == 3) else {
                break;
            };
            path = format!("/messages?chat_id={BOB}&limit=3&offset_id={smallest}");
        }
        let expected: Vec<_> = (1..=7).rev().map(|n| json!(format!("text {n}"))).collect();
        assert_eq!(texts, expected);
        hub.stop().await?;
    }

    async fn a_chat_may_be_named_in_any_form(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        let chat = NewChat::new("bob", "Shop").with(&["alice"]).named("shopping");
        let shop = scripted(hub.dc.create_channel(ChannelKind::Supergroup, chat))?;
        scripted(hub.dc.send("bob", &shop.to_string(), "open"))?;
        let bare = shop.to_string().trim_start_matches("-100").to_owned();
        for name in [shop.to_string().as_str(), &bare, "@shopping", "shopping", "https://t.me/shopping"] {
            let path = format!("/messages?chat_id={}&limit=1", name.replace('@', "%40"));
            let found = get(&hub, &path, &string).await?.expect(200);
            assert_eq!(found[0]["text"], "open", "{name}");
        }
        let basic = scripted(hub.dc.create_group(NewChat::new("bob", "Small").with(&["alice"])))?;
        scripted(hub.dc.send("bob", &basic.to_string(), "hi"))?;
        let found = get(&hub, &format!("/messages?chat_id={basic}"), &string).await?.expect(200);
        assert_eq!(found[0]["text"], "hi");
        let own = get(&hub, "/messages?chat_id=me", &string).await?.expect(200);
        assert_eq!(own, json!([]));
        hub.stop().await?;
    }

    async fn one_message_is_read_by_its_number(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        scripted(hub.dc.send_many("bob", "alice", "text {n}", 2))?;
        let all = get(&hub, &format!("/messages?chat_id={BOB}"), &string).await?.expect(200);
        let id = &all[1]["id"];
        let one = get(&hub, &format!("/messages/{id}?chat_id={BOB}"), &string).await?.expect(200);
        assert_eq!(one, all[1]);
        let none = get(&hub, &format!("/messages/4711?chat_id={BOB}"), &string).await?;
        let none = none.refused(404, "message_not_found");
        assert!(none["detail"].is_string(), "{none}");
        hub.stop().await?;
    }

    async fn all_chats_are_searched(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        let chat = NewChat::new("bob", "Team").with(&["alice"]);
        let group = scripted(hub.dc.create_channel(ChannelKind::Supergroup, chat))?;
        scripted(hub.dc.send("bob", "alice", "meeting notes of May"))?;
        scripted(hub.dc.send("bob", &group.to_string(), "meeting notes of June"))?;
        scripted(hub.dc.send("bob", "alice", "something else"))?;
        let found = get(&hub, "/search?query=meeting%20notes", &string).await?.expect(200);
        let mut chats: Vec<_> = found.as_array().into_iter().flatten().map(|m| m["chat_id"].as_i64()).collect();
        chats.sort_unstable();
        assert_eq!(chats, [Some(group), Some(BOB)]);
        let first = get(&hub, "/search?query=meeting&limit=1", &string).await?.expect(200);
        assert_eq!(first.as_array().map(Vec::len), Some(1));
        // What the search has shown can be read from then on.
        let read = get(&hub, &format!("/messages?chat_id={group}&limit=1"), &string).await?.expect(200);
        assert_eq!(read[0]["text"], "meeting notes of June");
        hub.stop().await?;
    }
}
