//! What Telegram refuses, under the names that Telethon gives to it.

use super::{ask, get, result};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::Fault;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Telegram's error, Telethon's class, the hub's code.
const REFUSALS: [(i32, &str, &str, &str); 9] = [
    (
        403,
        "CHAT_WRITE_FORBIDDEN",
        "ChatWriteForbiddenError",
        "write_forbidden",
    ),
    (
        400,
        "CHANNEL_PRIVATE",
        "ChannelPrivateError",
        "chat_not_found",
    ),
    (
        400,
        "PEER_ID_INVALID",
        "PeerIdInvalidError",
        "chat_not_found",
    ),
    (
        400,
        "MESSAGE_TOO_LONG",
        "MessageTooLongError",
        "message_invalid",
    ),
    (400, "SOMETHING_NEW", "BadRequestError", "telegram_error"),
    (403, "SOMETHING_ELSE", "ForbiddenError", "telegram_error"),
    (406, "SOMETHING_ODD", "AuthKeyError", "telegram_error"),
    (500, "INTERNAL", "ServerError", "telegram_error"),
    (400, "PEER_FLOOD", "PeerFloodError", "flood_wait"),
];

fn send(chat: &str) -> Value {
    json!({ "chat": chat, "text": "x" })
}

contract! {
    async fn each_refusal_of_telegram_has_its_class(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for (code, name, class, wire) in REFUSALS {
            // What passes is tried five times.
            let passes = code == 500;
            let times = if passes { 5 } else { 1 };
            hub.dc.fault(Fault::error("messages.sendMessage", code, name).times(times));
            let answer = ask(&hub, "POST /api/messages", &send("@bob")).await?;
            let waits = answer.header("retry-after").to_owned();
            let body = answer.refused(502, wire);
            let detail = body["detail"].as_object().ok_or("no object")?;
            assert_eq!(detail.len(), 2, "{body}");
            assert_eq!(detail["telegram_error"], class, "{body}");
            assert!(detail["message"].as_str().is_some_and(|text| text.contains(name)), "{body}");
            assert_eq!(waits.is_empty(), wire != "flood_wait" && !passes, "{name}");
        }
        assert_eq!(hub.dc.ledger_len(), 0);
        hub.stop().await?;
    }

    async fn a_refusal_is_shown_whole(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 403, "CHAT_WRITE_FORBIDDEN"));
        let refused = ask(&hub, "POST /api/messages", &send("@bob")).await?.expect(502);
        insta::assert_json_snapshot!("telegram_error", refused);
        let refused = get(&hub, "/api/messages?chat=+++").await?.expect(400);
        insta::assert_json_snapshot!("value_error", refused);
        hub.stop().await?;
    }

    async fn short_waits_are_slept_through_and_long_ones_told(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_1"));
        let started = Instant::now();
        assert_eq!(result(ask(&hub, "POST /api/messages", &send("@bob")).await?)["text"], "x");
        assert!(started.elapsed() >= Duration::from_secs(1));
        hub.dc.fault(Fault::error("messages.sendMessage", 420, "FLOOD_WAIT_61"));
        let answer = ask(&hub, "POST /api/messages", &send("@bob")).await?;
        assert_eq!(answer.header("retry-after"), "61");
        let refused = answer.refused(502, "flood_wait");
        assert_eq!(refused["detail"]["telegram_error"], "FloodWaitError");
        assert!(refused["detail"]["message"].as_str().is_some_and(|text| text.contains("61")));
        hub.stop().await?;
    }

    async fn the_patience_can_be_set(db: TestDb) {
        let options = Options { flags: vec!["--tools-flood-sleep=0".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.getHistory", 420, "FLOOD_WAIT_1"));
        let answer = get(&hub, "/api/messages?chat=me").await?;
        assert_eq!(answer.header("retry-after"), "1");
        drop(answer.refused(502, "flood_wait"));
        hub.stop().await?;
    }

    async fn each_endpoint_hands_on_what_telegram_refuses(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let id = scripted(hub.dc.send("bob", "alice", "hey"))?.receiver;
        result(get(&hub, "/api/entities?chat=@bob").await?);
        let one = json!({ "chat": "@bob", "message_ids": [id] });
        let emoji = json!({ "chat": "@bob", "emoji": "👍" });
        let chat = json!({ "chat": "@bob" });
        for (method, line, body) in [
            ("users.getUsers", "GET /api/me".to_owned(), json!(null)),
            ("messages.getDialogs", "GET /api/dialogs".to_owned(), json!(null)),
            ("messages.getHistory", "GET /api/messages?chat=@bob".to_owned(), json!(null)),
            ("messages.search", "GET /api/messages?chat=@bob&search=x".to_owned(), json!(null)),
            ("messages.getMessages", format!("GET /api/messages/{id}?chat=@bob"), json!(null)),
            ("messages.getMessages", format!("GET /api/messages/{id}/media?chat=@bob"), json!(null)),
            ("messages.getScheduledHistory", "GET /api/messages/scheduled?chat=@bob".to_owned(), json!(null)),
            ("messages.editMessage", format!("PATCH /api/messages/{id}"), json!({ "chat": "@bob", "text": "x" })),
            ("messages.deleteMessages", "DELETE /api/messages".to_owned(), one.clone()),
            ("messages.deleteScheduledMessages", "DELETE /api/messages/scheduled".to_owned(), one),
            ("messages.forwardMessages", "POST /api/messages/forward".to_owned(),
                json!({ "from_chat": "@bob", "to_chat": "me", "message_ids": [id] })),
            ("messages.readHistory", "POST /api/messages/read".to_owned(), chat.clone()),
            ("messages.updatePinnedMessage", format!("POST /api/messages/{id}/pin"), chat.clone()),
            ("messages.updatePinnedMessage", format!("POST /api/messages/{id}/unpin"), chat),
            ("messages.sendReaction", format!("POST /api/messages/{id}/reactions"), emoji),
            ("messages.sendReaction", format!("DELETE /api/messages/{id}/reactions"), json!({ "chat": "@bob" })),
            ("channels.createChannel", "POST /api/chats".to_owned(), json!({ "title": "x" })),
        ] {
            hub.dc.fault(Fault::error(method, 400, "NEVER_HEARD_OF"));
            let refused = ask(&hub, &line, &body).await?.refused(502, "telegram_error");
            assert_eq!(refused["detail"]["telegram_error"], "BadRequestError", "{line}");
        }
        hub.stop().await?;
    }

    async fn a_session_that_telegram_has_ended_is_told_as_such(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        scripted(hub.dc.revoke("alice"))?;
        hub.client.wait_for_state("a", "needs_login").await?;
        let refused = get(&hub, "/api/me").await?.refused(502, "session_not_authorized");
        assert_eq!(refused["detail"]["telegram_error"], "UnauthorizedError");
        hub.stop().await?;
    }
}
