//! What is refused, and how.

use super::{API_HASH, API_ID, get, scripted, string_for, with};
use crate::doors::{fault, faults};
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use local_dc::world::faults::Fault;
use reqwest::Method;

const BOB: i64 = 5_550_000_002;

contract! {
    async fn missing_and_ill_typed_credentials_are_named_like_fastapi_names_them(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/me", "/dialogs", "/messages?chat_id=me", "/messages/1?chat_id=me", "/search?query=x"] {
            let refused = hub.client.get(path).await?.refused(422, "invalid_request");
            let expected = ["header.x-api-id", "header.x-api-hash", "header.x-session-string"];
            assert_eq!(faults(&refused), expected.map(|place| (place.to_owned(), "missing".to_owned())));
        }
        let request = hub.client.request(Method::GET, "/me").header("x-api-id", "abc");
        let request = request.header("x-api-hash", API_HASH).header("x-session-string", "1");
        let refused = read(request).await?.refused(422, "invalid_request");
        assert_eq!(fault(&refused), ("header.x-api-id".to_owned(), "int_parsing".to_owned()));
        hub.stop().await?;
    }

    async fn faults_of_a_query_are_told_with_those_of_the_headers(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        for (path, place, kind) in [
            ("/dialogs?limit=many", "query.limit", "int_parsing"),
            ("/dialogs?limit=0", "query.limit", "greater_than_equal"),
            ("/dialogs?limit=501", "query.limit", "less_than_equal"),
            ("/messages", "query.chat_id", "missing"),
            ("/messages?chat_id=", "query.chat_id", "missing"),
            ("/messages?chat_id=me&offset_id=-1", "query.offset_id", "greater_than_equal"),
            ("/messages/abc?chat_id=me", "path.id", "int_parsing"),
            ("/messages/0?chat_id=me", "path.id", "greater_than_equal"),
            ("/search", "query.query", "missing"),
            ("/search?query=", "query.query", "missing"),
        ] {
            let refused = get(&hub, path, &string).await?.refused(422, "invalid_request");
            assert_eq!(fault(&refused), (place.to_owned(), kind.to_owned()), "{path}");
        }
        let request = hub.client.request(Method::GET, "/search").header("x-api-id", API_ID);
        let refused = read(request.header("x-api-hash", API_HASH)).await?.expect(422);
        let places: Vec<_> = faults(&refused).into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["query.query", "header.x-session-string"]);
        hub.stop().await?;
    }

    async fn a_string_that_is_none_is_401_and_not_repeated(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let good = string_for(&hub.dc, "alice")?;
        let zeros = format!("1{}", "A".repeat(352));
        let other = format!("2{}", &good[1..]);
        for string in ["", "1", "nonsense", &good[..300], &format!("{}!", &good[..352]), &zeros, &other] {
            let answer = get(&hub, "/me", string).await?;
            let refused = answer.refused(401, "session_string_invalid");
            let text = refused["detail"].as_str().unwrap_or_default();
            assert!(string.len() < 8 || !text.contains(&string[1..]), "{text}");
        }
        assert_eq!(hub.dc.link_counts().accepted, 0, "Telegram was not asked");
        hub.stop().await?;
    }

    async fn a_string_that_telegram_does_not_take_is_401_and_says_what_to_do(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (error, links) in [("SESSION_REVOKED", 1), ("AUTH_KEY_UNREGISTERED", 2)] {
            let string = string_for(&hub.dc, "alice")?;
            hub.dc.fault(Fault::error("users.getUsers", 401, error).times(2));
            let before = hub.dc.link_counts().accepted;
            // The second one is not asked again.
            for _ in 0..2 {
                let refused = get(&hub, "/me", &string).await?.refused(401, "session_not_authorized");
                let text = refused["detail"].as_str().unwrap_or_default();
                assert!(text.contains(error) && text.contains("a new login is needed"), "{text}");
            }
            assert_eq!(hub.dc.link_counts().accepted - before, links, "{error}");
            hub.dc.clear_faults();
        }
        hub.stop().await?;
    }

    async fn a_string_that_is_revoked_while_it_is_used_is_401(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        scripted(hub.dc.revoke("alice"))?;
        for _ in 0..2 {
            let answer = get(&hub, "/dialogs", &string).await?;
            let refused = answer.refused(401, "session_not_authorized");
            let text = refused["detail"].as_str().unwrap_or_default();
            assert!(text.contains("a new login is needed"), "{text}");
        }
        hub.stop().await?;
    }

    async fn a_key_that_telegram_says_it_does_not_know_is_asked_again_before_it_is_believed(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        drop(get(&hub, "/me", &string).await?.expect(200));
        let unknown = || Fault::error("messages.getDialogs", 401, "AUTH_KEY_UNREGISTERED");
        hub.dc.fault(unknown().times(1));
        let doubted = get(&hub, "/dialogs", &string).await?;
        assert!(doubted.header("retry-after").parse::<u64>().is_ok());
        drop(doubted.refused(503, "unavailable"));
        drop(get(&hub, "/dialogs", &string).await?.expect(200));
        hub.dc.fault(unknown().times(1));
        hub.dc.fault(Fault::error("users.getUsers", 401, "AUTH_KEY_UNREGISTERED").times(2));
        drop(get(&hub, "/dialogs", &string).await?.refused(401, "session_not_authorized"));
        hub.stop().await?;
    }

    async fn chats_and_waits_and_trouble_have_their_statuses(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let string = string_for(&hub.dc, "alice")?;
        scripted(hub.dc.send("bob", "alice", "hello"))?;
        for chat in ["-1001234567890", "99999999999", "%40nobody_has_this", "no%20chat"] {
            let answer = get(&hub, &format!("/messages?chat_id={chat}"), &string).await?;
            drop(answer.refused(404, "chat_not_found"));
        }
        let path = format!("/messages?chat_id={BOB}");
        for (path, method) in [
            ("/me", "users.getUsers"),
            ("/dialogs", "messages.getDialogs"),
            (&path, "messages.getHistory"),
            ("/search?query=x", "messages.searchGlobal"),
        ] {
            hub.dc.fault(Fault::error(method, 420, "FLOOD_WAIT_31"));
            let waiting = get(&hub, path, &string).await?;
            let wait: u64 = waiting.header("retry-after").parse()?;
            assert!((29..=31).contains(&wait), "{wait}");
            drop(waiting.refused(429, "flood_wait"));
        }
        let fresh = string_for(&hub.dc, "carol")?;
        hub.dc.fault(Fault::error("messages.getDialogs", 500, "INTERNAL").times(9));
        drop(get(&hub, "/dialogs", &fresh).await?.refused(502, "telegram_error"));
        hub.dc.fault(Fault::error("messages.searchGlobal", 400, "SOMETHING_NEW"));
        drop(get(&hub, "/search?query=x", &fresh).await?.refused(502, "telegram_error"));
        hub.dc.stop().await;
        let cut = get(&hub, "/me", &fresh).await?;
        drop(cut.refused(502, "telegram_unreachable"));
        hub.stop().await?;
    }

    async fn other_paths_and_methods_are_answered_in_the_common_shape(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for path in ["/messages/1/2", "/me/x", "/auth/nothing"] {
            drop(hub.client.get(path).await?.refused(404, "not_found"));
        }
        let request = with(hub.client.request(Method::DELETE, "/me"), "1");
        drop(read(request).await?.refused(405, "method_not_allowed"));
        let front = hub.client.get("/").await?.expect(200);
        assert_eq!(front["status"], "running");
        hub.stop().await?;
    }
}
