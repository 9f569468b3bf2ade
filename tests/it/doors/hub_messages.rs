//! Reading the captured messages: shape, filters, pages.

use super::{fault, faults, scripted};
use crate::support::contract;
use crate::support::http::{Client, DEADLINE};
use crate::support::hub::TestHub;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

const ALICE: i64 = 5_550_000_001;
const BOB: i64 = 5_550_000_002;
const CAROL: i64 = 5_550_000_003;

/// The texts that a query finds.
async fn texts(client: &Client, path: &str) -> Result<Vec<String>, Failure> {
    let page = client.get(path).await?.expect(200);
    let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
    Ok(page["messages"]
        .as_array()
        .into_iter()
        .flatten()
        .map(text)
        .collect())
}

/// Reads page after page.
async fn all_pages(client: &Client, path: &str) -> Result<Vec<Vec<String>>, Failure> {
    let mut pages = Vec::new();
    let mut next = path.to_owned();
    loop {
        let page = client.get(&next).await?.expect(200);
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        pages.push(
            messages
                .iter()
                .filter_map(|m| m["text"].as_str().map(str::to_owned))
                .collect(),
        );
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return Ok(pages),
        }
    }
}

contract! {
    async fn a_message_has_the_stated_shape(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let question = scripted(hub.dc.send("bob", "alice", "question?"))?.receiver;
        hub.client.wait_for_messages("a", 1).await?;
        let reply = json!({
            "session_id": "a", "chat_id": "@bob", "message_id": question, "message": "**yes**",
        });
        let sent = hub.client.post("/message/reply", reply).await?.expect(200)["message_id"].clone();
        hub.client.wait_for_messages("a", 2).await?;
        let mut page = hub.client.get("/session/a/messages").await?.expect(200);
        let mut messages = page["messages"].take();
        let frame = json!({
            "status": "success", "session_id": "a", "messages": null, "next_cursor": null,
        });
        assert_eq!(page, frame);
        for message in messages.as_array_mut().into_iter().flatten() {
            for field in ["date", "captured_at"] {
                let time = message[field].take();
                assert!(time.as_str().is_some_and(|time| time.ends_with('Z')), "{field}: {time}");
            }
        }
        let mut expected = json!({
            "session_id": "a", "chat_id": BOB, "message_id": sent, "sender_id": ALICE,
            "outgoing": true, "text": "yes", "entities": null, "reply_to_message_id": question,
            "forward": null, "media": null, "service": null, "date": null, "edited_at": null,
            "deleted_at": null, "captured_at": null,
        });
        let entities = messages[0]["entities"].take();
        assert_eq!((&entities[0]["offset"], &entities[0]["length"]), (&json!(0), &json!(3)));
        assert_eq!(messages[0], expected);
        for (field, value) in [
            ("message_id", json!(question)), ("sender_id", json!(BOB)), ("outgoing", json!(false)),
            ("text", json!("question?")), ("entities", json!([])), ("reply_to_message_id", Value::Null),
        ] {
            expected[field] = value;
        }
        assert_eq!(messages[1], expected);
        hub.stop().await?;
    }

    async fn pages_hold_every_message_once_newest_first(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send_many("bob", "alice", "{n}", 25))?;
        hub.client.wait_for_messages("a", 25).await?;
        let newest_first: Vec<_> = (1..=25).rev().map(|n: u32| n.to_string()).collect();
        for (limit, pages) in [(1, 25), (10, 3), (24, 2), (25, 1), (500, 1)] {
            let read = all_pages(&hub.client, &format!("/session/a/messages?limit={limit}")).await?;
            assert_eq!(read.len(), pages, "limit {limit}");
            assert_eq!(read.concat(), newest_first, "limit {limit}");
            let read = all_pages(&hub.client, &format!("/admin/messages?limit={limit}")).await?;
            assert_eq!(read.concat(), newest_first, "limit {limit}");
        }
        // What arrives meanwhile is newer than the cursor and moves nothing.
        let first = hub.client.get("/session/a/messages?limit=10").await?.expect(200);
        scripted(hub.dc.send_many("bob", "alice", "later {n}", 5))?;
        hub.client.wait_for_messages("a", 30).await?;
        let cursor = first["next_cursor"].as_str().unwrap_or_default();
        let path = format!("/session/a/messages?limit=100&cursor={cursor}");
        assert_eq!(texts(&hub.client, &path).await?, newest_first[10..]);
        assert_eq!(texts(&hub.client, "/session/a/messages?limit=3").await?, ["later 5", "later 4", "later 3"]);
        hub.stop().await?;
    }

    async fn a_hundred_messages_are_a_page_unless_another_size_is_asked_for(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send_many("bob", "alice", "{n}", 101))?;
        hub.client.wait_for_messages("a", 101).await?;
        for path in ["/session/a/messages", "/admin/messages", "/admin/messages?limit="] {
            assert_eq!(texts(&hub.client, path).await?.len(), 100, "{path}");
        }
        hub.stop().await?;
    }

    async fn messages_are_filtered_by_chat_and_sender(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("bob", "alice", "from bob"))?;
        scripted(hub.dc.send("carol", "alice", "from carol"))?;
        hub.client.wait_for_messages("a", 2).await?;
        hub.client.send("a", "@bob", "to bob").await?;
        hub.client.send("a", "me", "note").await?;
        hub.client.wait_for_messages("a", 4).await?;
        let with_bob = ["to bob", "from bob"];
        for (query, expected) in [
            (format!("chat_id={BOB}"), &with_bob[..]),
            ("chat_id=@bob".to_owned(), &with_bob),
            ("chat_id=%40BOB".to_owned(), &with_bob),
            ("chat_id=https://t.me/bob".to_owned(), &with_bob),
            (format!("chat_id={CAROL}"), &["from carol"]),
            ("chat_id=me".to_owned(), &["note"]),
            ("chat_id=%2B15550000001".to_owned(), &["note"]),
            ("from=me".to_owned(), &["note", "to bob"]),
            (format!("from={BOB}"), &["from bob"]),
            ("from=@carol".to_owned(), &["from carol"]),
            ("chat_id=@bob&from=me".to_owned(), &["to bob"]),
            ("chat_id=@bob&from=@carol".to_owned(), &[]),
            ("chat_id=-1001234567890".to_owned(), &[]),
            ("chat_id=987654321".to_owned(), &[]),
            ("chat_id=&from=&q=".to_owned(), &["note", "to bob", "from carol", "from bob"]),
        ] {
            let found = texts(&hub.client, &format!("/session/a/messages?{query}")).await?;
            assert_eq!(found, expected, "{query}");
        }
        for query in ["chat_id=@nobody_at_all", "from=%2B4915112345678"] {
            let answer = hub.client.get(&format!("/session/a/messages?{query}")).await?;
            drop(answer.refused(404, "chat_not_found"));
        }
        hub.stop().await?;
    }

    async fn messages_are_found_by_their_text_whatever_the_case(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let written = ["100% sure", "100 sure", "snake_case", "snakeXcase", "Привет, МИР", "back\\slash", "It's \"quoted\""];
        for text in written {
            scripted(hub.dc.send("bob", "alice", text))?;
        }
        hub.client.wait_for_messages("a", written.len()).await?;
        for (q, expected) in [
            ("SURE", &["100 sure", "100% sure"][..]),
            ("0%", &["100% sure"]),
            ("E_C", &["snake_case"]),
            ("привет", &["Привет, МИР"]),
            ("мир", &["Привет, МИР"]),
            ("k\\s", &["back\\slash"]),
            ("it's \"Q", &["It's \"quoted\""]),
            ("' OR '1'='1", &[]),
            ("%", &["100% sure"]),
            ("\\", &["back\\slash"]),
            ("nothing", &[]),
        ] {
            let encoded = percent_encoding::utf8_percent_encode(q, percent_encoding::NON_ALPHANUMERIC);
            for path in ["/session/a/messages", "/admin/messages"] {
                assert_eq!(texts(&hub.client, &format!("{path}?q={encoded}")).await?, expected, "{q}");
            }
        }
        hub.stop().await?;
    }

    async fn messages_are_filtered_by_time(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.send("bob", "alice", "first"))?;
        let first = i64::from(hub.dc.ledger()[0].date);
        // Telegram's dates are whole seconds, and the two must not share one.
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while chrono::Utc::now().timestamp() <= first && tokio::time::Instant::now() < deadline {
            tokio::task::yield_now().await;
        }
        scripted(hub.dc.send("bob", "alice", "second"))?;
        let second = i64::from(hub.dc.ledger()[1].date);
        let messages = hub.client.wait_for_messages("a", 2).await?;
        let date = messages[0]["date"].as_str().unwrap_or_default().to_owned();
        for (query, expected) in [
            (format!("since={first}"), &["second", "first"][..]),
            (format!("since={second}"), &["second"]),
            (format!("since={date}"), &["second"]),
            (format!("since={}", date.replace('Z', "%2B00:00")), &["second"]),
            (format!("since={}", second + 1), &[]),
            (format!("until={second}"), &["first"]),
            (format!("until={date}"), &["first"]),
            (format!("until={}", second + 1), &["second", "first"]),
            (format!("until={first}"), &[]),
            (format!("since={first}&until={second}"), &["first"]),
            (format!("since={second}&until={first}"), &[]),
        ] {
            let found = texts(&hub.client, &format!("/session/a/messages?{query}")).await?;
            assert_eq!(found, expected, "{query}");
        }
        hub.stop().await?;
    }

    async fn all_sessions_are_read_together(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.log_in("c", "+15550000003").await?;
        hub.client.send("a", "@carol", "hello").await?;
        hub.client.wait_for_messages("a", 1).await?;
        hub.client.wait_for_messages("c", 1).await?;
        let all = hub.client.get("/admin/messages").await?.expect(200);
        assert!(all.get("session_id").is_none());
        let mut seen: Vec<_> = all["messages"].as_array().into_iter().flatten()
            .map(|m| (m["session_id"].as_str(), m["chat_id"].as_i64(), m["outgoing"].as_bool())).collect();
        seen.sort_unstable();
        assert_eq!(seen, [(Some("a"), Some(CAROL), Some(true)), (Some("c"), Some(ALICE), Some(false))]);
        let of_chat = hub.client.get(&format!("/admin/messages?chat_id={ALICE}")).await?.expect(200);
        assert_eq!(of_chat["messages"].as_array().map(Vec::len), Some(1));
        assert_eq!(of_chat["messages"][0]["session_id"], "c");
        let of_sender = hub.client.get(&format!("/admin/messages?from={ALICE}")).await?.expect(200);
        assert_eq!(of_sender["messages"].as_array().map(Vec::len), Some(2));
        for field in ["chat_id", "from"] {
            let refused = hub.client.get(&format!("/admin/messages?{field}=@carol")).await?;
            let place = (format!("query.{field}"), "value_error".to_owned());
            assert_eq!(fault(&refused.refused(422, "invalid_request")), place);
        }
        hub.stop().await?;
    }

    async fn a_query_out_of_bounds_is_refused_with_every_fault(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let long = "q".repeat(257);
        for path in ["/session/a/messages", "/admin/messages"] {
            for (query, place, kind) in [
                ("limit=0", "query.limit", "greater_than_equal"),
                ("limit=-1", "query.limit", "greater_than_equal"),
                ("limit=501", "query.limit", "less_than_equal"),
                ("limit=ten", "query.limit", "int_parsing"),
                ("limit=1.5", "query.limit", "int_parsing"),
                ("cursor=x", "query.cursor", "value_error"),
                ("cursor=AAAA", "query.cursor", "value_error"),
                ("since=yesterday", "query.since", "value_error"),
                ("until=2026-13-01T00:00:00Z", "query.until", "value_error"),
                ("chat_id=no%20name!", "query.chat_id", "value_error"),
                ("from=0", "query.from", "value_error"),
                (&format!("q={long}"), "query.q", "string_too_long"),
            ] {
                let refused = hub.client.get(&format!("{path}?{query}")).await?.refused(422, "invalid_request");
                assert_eq!(fault(&refused), (place.to_owned(), kind.to_owned()), "{path}?{query}");
            }
            let refused = hub.client.get(&format!("{path}?limit=0&since=x&cursor=x")).await?;
            let places: Vec<_> = faults(&refused.refused(422, "invalid_request"))
                .into_iter().map(|(place, _)| place).collect();
            assert_eq!(places, ["query.since", "query.limit", "query.cursor"]);
        }
        hub.stop().await?;
    }
}
