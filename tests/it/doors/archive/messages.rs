//! `/api/v3/search/messages`, in one chat and in all.

use super::{each, get, start};
use crate::doors::{fault, scripted};
use crate::support::contract;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::Fault;
use local_dc::world::post::Content;
use local_dc::world::send::Draft;
use serde_json::{Value, json};

contract! {
    async fn a_found_message_says_whose_and_where_it_is(db: TestDb) {
        let hub = start(db).await?;
        let first = scripted(hub.dc.send("alice", "bob", "about bitcoin"))?;
        let entity = grammers_tl_types::types::MessageEntityBold { offset: 0, length: 7 };
        let draft = Draft {
            content: Content { entities: vec![entity.into()], ..Content::plain("Bitcoin rises") },
            reply_to: Some(local_dc::world::ids::MessageId(first.receiver)),
            ..Draft::default()
        };
        let second = scripted(hub.dc.send_draft("bob", "alice", draft))?;
        scripted(hub.dc.send("bob", "alice", "something else"))?;
        let found = get(&hub, "/search/messages/5550000002?q=bitcoin").await?.expect(200);
        assert_eq!((&found["query"], &found["total"], &found["limit"]), (&json!("bitcoin"), &json!(2), &json!(50)));
        let mut expected = json!({
            "message_id": second.receiver, "dialog_id": 5_550_000_002_i64, "dialog_name": "Bob",
            "edit_date": null, "sender_id": 5_550_000_002_i64, "first_name": "Bob",
            "last_name": null, "username": "bob", "message": "**Bitcoin** rises",
            "reply_to": first.sender, "post_author": null, "is_forwarded": 0,
            "forwarded_from_channel_id": null,
        });
        expected["date"] = found["results"][0]["date"].clone();
        assert_eq!(found["results"][0], expected);
        let date = found["results"][0]["date"].as_str().unwrap_or_default();
        assert_eq!((date.len(), date.find(' ')), (19, Some(10)), "{date}");
        assert_eq!(found["results"][1]["first_name"], "Alice");
        let same = get(&hub, "/search/messages/5550000002?query=bitcoin").await?.expect(200);
        assert_eq!(same, found);
        hub.stop().await?;
    }

    async fn all_chats_are_searched_at_once(db: TestDb) {
        let hub = start(db).await?;
        let news = NewChat::new("bob", "News").with(&["alice"]);
        let news = scripted(hub.dc.create_channel(ChannelKind::Broadcast, news))?;
        scripted(hub.dc.send("bob", &news.to_string(), "bitcoin one"))?;
        scripted(hub.dc.send("carol", "alice", "bitcoin two"))?;
        scripted(hub.dc.send("carol", "bob", "bitcoin of others"))?;
        let found = get(&hub, "/search/messages?q=bitcoin").await?.expect(200);
        assert_eq!(found["total"], 2);
        for (text, chat, title, first_name) in [
            ("bitcoin one", news, "News", Value::Null),
            ("bitcoin two", 5_550_000_003_i64, "Carol", json!("Carol")),
        ] {
            let mut results = found["results"].as_array().into_iter().flatten();
            let one = results.find(|one| one["message"] == text).ok_or(text)?;
            assert_eq!((&one["dialog_id"], &one["dialog_name"]), (&json!(chat), &json!(title)));
            assert_eq!((&one["sender_id"], &one["first_name"]), (&json!(chat), &first_name));
        }
        let none = get(&hub, "/search/messages?q=dogecoin").await?.expect(200);
        assert_eq!(none, json!({ "query": "dogecoin", "total": 0, "limit": 50, "results": [] }));
        hub.stop().await?;
    }

    async fn a_search_goes_on_until_its_limit(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send_many("bob", "alice", "coin {n}", 230))?;
        for path in ["/search/messages/5550000002", "/search/messages"] {
            let found = get(&hub, &format!("{path}?q=coin&limit=210")).await?.expect(200);
            let messages = each(&found, "message");
            assert_eq!((&found["total"], messages.len()), (&json!(210), 210), "{path}");
            assert_eq!((&messages[0], &messages[209]), (&json!("coin 230"), &json!("coin 21")), "{path}");
        }
        hub.stop().await?;
    }

    async fn the_sender_is_chosen_in_groups_and_private_chats(db: TestDb) {
        let hub = start(db).await?;
        let group = scripted(hub.dc.create_group(NewChat::new("alice", "Group").with(&["bob", "carol"])))?;
        for from in ["alice", "bob", "carol"] {
            scripted(hub.dc.send(from, &group.to_string(), "coin"))?;
        }
        scripted(hub.dc.send("alice", "bob", "coin"))?;
        scripted(hub.dc.send("bob", "alice", "coin"))?;
        for (chat, from, expected) in [
            (group, 5_550_000_002_i64, 1),
            (group, 5_550_000_001, 1),
            (group, 0, 3),
            (5_550_000_002, 5_550_000_002, 1),
            (5_550_000_002, 5_550_000_001, 1),
            (5_550_000_002, 0, 2),
        ] {
            let path = format!("/search/messages/{chat}?q=coin&from_user={from}");
            let found = get(&hub, &path).await?.expect(200);
            assert_eq!(found["total"], expected, "{path}");
            let senders = each(&found, "sender_id");
            assert!(from == 0 || senders.iter().all(|sender| *sender == from), "{path}");
        }
        let path = format!("/search/messages/{group}?q=coin&from_user=777");
        drop(get(&hub, &path).await?.refused(404, "chat_not_found"));
        hub.stop().await?;
    }

    async fn dates_are_upper_and_lower_bounds_by_their_old_names(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("bob", "alice", "coin"))?;
        for path in ["/search/messages/5550000002", "/search/messages"] {
            for (query, expected) in [
                ("start_date=2100-01-01", 1),
                ("start_date=2000-01-01", 0),
                ("end_date=2000-01-01", 1),
                ("end_date=2100-01-01", 0),
                ("start_date=2100-01-01&end_date=2000-01-01+12:30:00", 1),
                ("start_date=1969-01-01", 0),
            ] {
                let found = get(&hub, &format!("{path}?q=coin&{query}")).await?.expect(200);
                assert_eq!(found["total"], expected, "{path} {query}");
            }
            let now = each(&get(&hub, &format!("{path}?q=coin")).await?.expect(200), "date");
            let now = now[0].as_str().unwrap_or_default().replace(' ', "+");
            for (query, expected) in [(format!("end_date={now}"), 1), (format!("start_date={now}"), 0)] {
                let found = get(&hub, &format!("{path}?q=coin&{query}")).await?.expect(200);
                assert_eq!(found["total"], expected, "{path} {query}");
            }
            for query in [
                "start_date=2024-01-01&end_date=2024-01-01",
                "start_date=2024-01-01&end_date=2024-06-01",
                "start_date=01.01.2024",
                "end_date=now",
            ] {
                let told = get(&hub, &format!("{path}?q=coin&{query}")).await?;
                let told = told.refused(400, "invalid_request");
                assert!(told["detail"].as_str().is_some_and(|why| why.contains("_date")), "{told}");
            }
        }
        hub.stop().await?;
    }

    async fn wrong_searches_are_refused(db: TestDb) {
        let hub = start(db).await?;
        for path in ["/search/messages/5550000002", "/search/messages"] {
            for (query, place, kind) in [
                ("", "query.q", "missing"),
                ("q=", "query.q", "missing"),
                ("q=x&limit=0", "query.limit", "greater_than_equal"),
                ("q=x&limit=501", "query.limit", "less_than_equal"),
            ] {
                let told = get(&hub, &format!("{path}?{query}")).await?;
                let told = told.refused(422, "invalid_request");
                assert_eq!(fault(&told), (place.to_owned(), kind.to_owned()), "{path} {query}");
            }
        }
        let told = get(&hub, "/search/messages/1?q=x&from_user=bob").await?.refused(422, "invalid_request");
        assert_eq!(fault(&told), ("query.from_user".to_owned(), "int_parsing".to_owned()));
        let told = get(&hub, "/search/messages/bob?q=x").await?.refused(422, "invalid_request");
        assert_eq!(fault(&told), ("path.dialog_id".to_owned(), "int_parsing".to_owned()));
        for nowhere in ["-1001234567890", "123", "-5", "0"] {
            let told = get(&hub, &format!("/search/messages/{nowhere}?q=x")).await?;
            drop(told.refused(404, "chat_not_found"));
        }
        hub.dc.fault(Fault::error("messages.searchGlobal", 420, "FLOOD_WAIT_300"));
        let told = get(&hub, "/search/messages?q=x").await?;
        assert_eq!(told.header("retry-after"), "300");
        drop(told.refused(429, "flood_wait"));
        hub.stop().await?;
    }
}
