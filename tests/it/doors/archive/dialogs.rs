//! `/api/v3/search/dialogs`: what is found, how it is shown and in which order.

use super::{each, get, start, start_with, titles};
use crate::doors::{fault, scripted};
use crate::support::contract;
use crate::support::hub::Options;
use local_dc::dc::chats::NewChat;
use local_dc::world::channel::ChannelKind;
use local_dc::world::faults::Fault;
use local_dc::world::post::Content;
use local_dc::world::send::Draft;
use serde_json::{Value, json};

contract! {
    async fn every_kind_of_chat_is_shown_with_what_telegram_says_of_it(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("alice", "alice", "note"))?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        let group = scripted(hub.dc.create_group(NewChat::new("carol", "Group").with(&["alice", "bob"])))?;
        let new = NewChat::new("alice", "Super").with(&["bob"]).named("superb");
        let supergroup = scripted(hub.dc.create_channel(ChannelKind::Supergroup, new))?;
        let channel = NewChat::new("bob", "News").with(&["alice"]);
        let channel = scripted(hub.dc.create_channel(ChannelKind::Broadcast, channel))?;
        scripted(hub.dc.send("bob", &channel.to_string(), "first"))?;
        scripted(hub.dc.archive("alice", &channel.to_string(), true))?;
        let answer = get(&hub, "/search/dialogs?sort=title&order=asc").await?.expect(200);
        assert_eq!((&answer["total"], &answer["offset"], &answer["limit"]), (&json!(5), &json!(0), &json!(50)));
        let of = |id: i64| {
            let found = answer["results"].as_array().into_iter().flatten();
            found.clone().find(|one| one["id"] == id).cloned().unwrap_or_default()
        };
        let dated = |shown: &Value| shown["last_message_date"].as_str().is_some_and(|date| date.ends_with("+00:00"));
        let saved = of(5_550_000_001);
        assert!(dated(&saved), "{saved}");
        assert_eq!((&saved["type"], &saved["message_count"]), (&json!("saved"), &json!(1)));
        let bob = of(5_550_000_002);
        let mut expected = json!({
            "id": 5_550_000_002_i64, "type": "user", "title": "Bob", "username": "bob",
            "is_creator": false, "is_verified": false, "is_archived": false,
            "message_count": 1, "unread_count": 1, "participants_count": null,
            "last_message_preview": "hey", "created_date": null,
        });
        expected["last_message_date"] = bob["last_message_date"].clone();
        assert_eq!(bob, expected);
        let group = of(group);
        assert_eq!((&group["type"], &group["participants_count"]), (&json!("group"), &json!(3)));
        assert!(group["created_date"].is_string() && group["last_message_preview"].is_null());
        let supergroup = of(supergroup);
        assert_eq!((&supergroup["type"], &supergroup["is_creator"]), (&json!("supergroup"), &json!(true)));
        assert_eq!((&supergroup["username"], &supergroup["is_archived"]), (&json!("superb"), &json!(false)));
        let channel = of(channel);
        assert_eq!((&channel["type"], &channel["is_archived"]), (&json!("channel"), &json!(true)));
        assert_eq!(channel["last_message_preview"], "first");
        hub.stop().await?;
    }

    async fn a_preview_is_markdown_and_cut(db: TestDb) {
        let hub = start(db).await?;
        let entity = grammers_tl_types::types::MessageEntityBold { offset: 0, length: 4 };
        let content = Content { entities: vec![entity.into()], ..Content::plain("bold".to_owned() + &"x".repeat(200)) };
        scripted(hub.dc.send_draft("bob", "alice", Draft { content, ..Draft::default() }))?;
        let answer = get(&hub, "/search/dialogs").await?.expect(200);
        let expected = "**bold**".to_owned() + &"x".repeat(112) + "...";
        assert_eq!(each(&answer, "last_message_preview"), [json!(expected)]);
        hub.stop().await?;
    }

    async fn titles_are_compared_by_similarity_or_content(db: TestDb) {
        let hub = start(db).await?;
        for title in ["Crypto News", "Crypto Traders", "Cooking"] {
            scripted(hub.dc.create_group(NewChat::new("alice", title).with(&["bob"])))?;
        }
        for (query, expected) in [
            ("?q=crypto&sort=title", "Crypto News, Crypto Traders"),
            ("?query=CRYPTO+NEWS", "Crypto News"),
            ("?q=crypto+nwes", "Crypto News"),
            ("?q=crpto", ""),
            ("?q=crpto&min_score=0.6", "Crypto News"),
            ("?q=crypto&min_score=0.3&sort=title", "Crypto News, Crypto Traders, Cooking"),
            ("?q=CRYPTO&match=exact&sort=title&order=asc", "Crypto News, Crypto Traders"),
            ("?q=CRYPTO&match=exact&sort=title", "Crypto Traders, Crypto News"),
            ("?q=nothing+like+it", ""),
            ("?q=&sort=title&order=asc", "Cooking, Crypto News, Crypto Traders"),
            ("?sort=title&order=asc&limit=1&offset=1", "Crypto News"),
            ("?offset=7", ""),
        ] {
            assert_eq!(titles(&hub, query).await?.join(", "), expected, "{query}");
        }
        let page = get(&hub, "/search/dialogs?limit=1&offset=1").await?.expect(200);
        assert_eq!((&page["total"], &page["offset"], &page["limit"]), (&json!(3), &json!(1), &json!(1)));
        hub.stop().await?;
    }

    async fn those_who_ask_within_a_moment_share_one_list(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        hub.client.wait_for_messages("a", 1).await?;
        let before = hub.dc.calls("messages.getDialogs");
        let all = futures_util::future::join_all((0..8).map(|_| get(&hub, "/search/dialogs")));
        for answer in all.await {
            drop(answer?.expect(200));
        }
        assert_eq!(hub.dc.calls("messages.getDialogs"), before + 1);
        assert_eq!(hub.dc.calls("messages.getHistory"), 1, "a count is kept with the list");
        hub.stop().await?;
    }

    async fn a_count_that_telegram_refuses_is_null(db: TestDb) {
        let hub = start(db).await?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        scripted(hub.dc.send("carol", "alice", "hey"))?;
        let bob = scripted(hub.dc.peer("bob"))?;
        hub.dc.fault(Fault::error("messages.getHistory", 400, "SOMETHING_NEW").in_chat(bob).for_ever());
        let answer = get(&hub, "/search/dialogs?sort=title&order=asc").await?.expect(200);
        assert_eq!(each(&answer, "message_count"), [Value::Null, json!(1)]);
        hub.stop().await?;
    }

    async fn wrong_queries_are_refused_with_their_place(db: TestDb) {
        let hub = start(db).await?;
        for (query, place, kind) in [
            ("limit=0", "query.limit", "greater_than_equal"),
            ("limit=501", "query.limit", "less_than_equal"),
            ("offset=-1", "query.offset", "greater_than_equal"),
            ("min_score=1.1", "query.min_score", "less_than_equal"),
            ("min_score=high", "query.min_score", "float_parsing"),
            ("match=near", "query.match", "enum"),
            ("type=user&type=robot", "query.type.1", "enum"),
            ("sort=age", "query.sort", "enum"),
            ("order=up", "query.order", "enum"),
            ("is_archived=perhaps", "query.is_archived", "bool_parsing"),
            ("min_messages=-1", "query.min_messages", "greater_than_equal"),
            ("max_participants=many", "query.max_participants", "int_parsing"),
        ] {
            let told = get(&hub, &format!("/search/dialogs?{query}")).await?;
            let told = told.refused(422, "invalid_request");
            assert_eq!(fault(&told), (place.to_owned(), kind.to_owned()), "{query}");
        }
        for (query, named) in [
            ("created_after=yesterday", "created_after"),
            ("last_message_before=2024-01-01T00:00:00Z", "last_message_before"),
            ("last_message_after=2024-01-02&last_message_before=2024-01-02", "last_message_before"),
            ("created_after=2024-01-02&created_before=2024-01-01", "created_before"),
        ] {
            let told = get(&hub, &format!("/search/dialogs?{query}")).await?;
            let told = told.refused(400, "invalid_request");
            assert!(told["detail"].as_str().is_some_and(|why| why.contains(named)), "{told}");
        }
        hub.stop().await?;
    }

    async fn a_wait_is_slept_through_or_told(db: TestDb) {
        let hub = start_with(db, Options::trusting()).await?;
        scripted(hub.dc.send("bob", "alice", "hey"))?;
        hub.dc.fault(Fault::error("messages.getDialogs", 420, "FLOOD_WAIT_1"));
        assert_eq!(titles(&hub, "").await?, ["Bob"]);
        hub.dc.fault(Fault::error("messages.getDialogFilters", 420, "FLOOD_WAIT_300"));
        let told = get(&hub, "/folders").await?;
        assert_eq!(told.header("retry-after"), "300");
        let told = told.refused(429, "flood_wait");
        assert_eq!(told["detail"], "Telegram rate limit exceeded. Retry after 300 seconds.");
        hub.stop().await?;
    }

    async fn what_telegram_fails_in_is_an_internal_error(db: TestDb) {
        let hub = start(db).await?;
        hub.dc.fault(Fault::error("messages.getDialogFilters", 400, "SOMETHING_NEW"));
        let told = get(&hub, "/folders").await?.refused(500, "telegram_error");
        let why = told["detail"].as_str().unwrap_or_default();
        assert!(why.starts_with("Internal server error: ") && why.contains("SOMETHING_NEW"), "{why}");
        hub.stop().await?;
    }
}
