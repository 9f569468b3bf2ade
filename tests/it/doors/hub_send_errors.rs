//! Sends that fail, each in its own way.

use super::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};

fn send(session: &str, chat: impl Into<Value>, text: &str) -> Value {
    json!({ "session_id": session, "chat_id": chat.into(), "message": text })
}

fn reply(session: &str, chat: &str, message: i32) -> Value {
    json!({ "session_id": session, "chat_id": chat, "message": "x", "message_id": message })
}

/// Telegram's error, the status, the hub's code.
const REFUSALS: [(i32, &str, u16, &str); 13] = [
    (403, "CHAT_WRITE_FORBIDDEN", 403, "write_forbidden"),
    (403, "CHAT_SEND_PLAIN_FORBIDDEN", 403, "write_forbidden"),
    (400, "CHAT_RESTRICTED", 403, "write_forbidden"),
    (400, "USER_BANNED_IN_CHANNEL", 403, "write_forbidden"),
    (400, "USER_IS_BLOCKED", 403, "write_forbidden"),
    (400, "YOU_BLOCKED_USER", 403, "write_forbidden"),
    (406, "PRIVACY_PREMIUM_REQUIRED", 403, "write_forbidden"),
    (400, "PEER_ID_INVALID", 404, "chat_not_found"),
    (400, "CHANNEL_PRIVATE", 404, "chat_not_found"),
    (400, "MESSAGE_EMPTY", 400, "message_invalid"),
    (400, "MESSAGE_TOO_LONG", 400, "message_invalid"),
    (400, "ENTITY_BOUNDS_INVALID", 400, "message_invalid"),
    (400, "SOMETHING_NEW", 502, "telegram_error"),
];

contract! {
    async fn each_refusal_of_telegram_has_its_status(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let first = hub.client.send("a", "@bob", "first").await?;
        for (code, name, status, wire) in REFUSALS {
            hub.dc.fault(Fault::error("messages.sendMessage", code, name).times(2));
            let sent = hub.client.post("/message/send", send("a", "@bob", "x")).await?;
            let body = sent.refused(status, wire);
            assert!(body["detail"].as_str().is_some_and(|text| text.contains(name)), "{name}: {body}");
            let replied = reply("a", "@bob", i32::try_from(first)?);
            drop(hub.client.post("/message/reply", replied).await?.refused(status, wire));
        }
        assert_eq!(hub.dc.ledger_len(), 1);
        assert_eq!(hub.client.state("a").await?, "online");
        hub.stop().await?;
    }

    async fn a_flood_wait_says_how_long_and_is_not_slept_through(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (n, (name, seconds)) in [
            ("FLOOD_WAIT_31", "31"),
            ("FLOOD_WAIT_86400", "86400"),
            ("FLOOD_PREMIUM_WAIT_7", "7"),
            ("SLOWMODE_WAIT_10", "10"),
        ].into_iter().enumerate() {
            // An account of its own: it is the account that waits.
            hub.log_in(name, &format!("+1555000100{n}")).await?;
            hub.dc.fault(Fault::error("messages.sendMessage", 420, name));
            let answer = hub.client.post("/message/send", send(name, "@bob", "x")).await?;
            assert_eq!(answer.header("retry-after"), seconds);
            let body = answer.refused(429, "flood_wait");
            let wait = format!("wait {seconds} seconds");
            assert!(body["detail"].as_str().is_some_and(|text| text.contains(&wait)), "{body}");
        }
        // Slow mode is one chat's.
        let elsewhere = send("SLOWMODE_WAIT_10", "@bob", "x");
        drop(hub.client.post("/message/send", elsewhere).await?.expect(200));
        hub.stop().await?;
    }

    async fn a_limit_without_a_time_says_when_to_come_back_all_the_same(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 400, "PEER_FLOOD"));
        let answer = hub.client.post("/message/send", send("a", "@bob", "x")).await?;
        assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
        drop(answer.refused(429, "flood_wait"));
        hub.stop().await?;
    }

    async fn a_text_is_neither_empty_nor_too_long(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let empty = "the text of the message is empty once its markup is read";
        let long = "the text of the message has 4097 characters once its markup is read; Telegram takes 4096";
        for (text, why) in [
            ("", empty), (" \n\t", empty),
            (&*"x".repeat(4097), long), (&"😀".repeat(4097), long), (&format!("**{}**", "x".repeat(4097)), long),
        ] {
            let answer = hub.client.post("/message/send", send("a", "me", text)).await?;
            assert_eq!(answer.refused(400, "message_invalid")["detail"], *why);
        }
        assert_eq!(hub.dc.calls("messages.sendMessage"), 0, "Telegram is not asked");
        for text in [&"x".repeat(4096), &"😀".repeat(4096), &format!("**{}**", "x".repeat(4096))] {
            drop(hub.client.post("/message/send", send("a", "me", text)).await?.expect(200));
        }
        hub.stop().await?;
    }

    async fn a_chat_that_nobody_knows_is_not_found(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let chats = [
            json!("@nobody_at_all"), json!("no such name!"), json!(""), json!("@"), json!("https://t.me/"),
            json!(0), json!("0"), json!(-1), json!("-42"), json!("-1001234567890"), json!(-1_001_234_567_890_i64),
            json!(987_654_321_i64), json!("+4915112345678"), json!("4915112345678"), json!("https://example.org/bob"),
            json!(i64::MAX), json!(i64::MIN), json!("9".repeat(40)), json!("\u{0}bob"),
        ];
        for chat in chats {
            let answer = hub.client.post("/message/send", send("a", chat.clone(), "x")).await?;
            assert_eq!((answer.status, answer.header("x-error-code")), (404, "chat_not_found"), "{chat}");
        }
        assert_eq!(hub.dc.calls("messages.sendMessage"), 0);
        assert_eq!(hub.client.state("a").await?, "online");
        hub.stop().await?;
    }

    async fn a_session_that_is_not_logged_in_cannot_send(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let start = json!({ "session_id": "new", "phone_number": "+15550000011" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        hub.log_in("out", "+15550000001").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "out" })).await?.expect(200));
        hub.log_in("gone", "+15550000003").await?;
        scripted(hub.dc.revoke("carol"))?;
        hub.client.wait_for_state("gone", "needs_login").await?;
        for session in ["nobody", "new", "out", "gone"] {
            let sent = hub.client.post("/message/send", send(session, "me", "x")).await?;
            let body = sent.refused(401, "session_not_authorized");
            assert!(body["detail"].is_string());
            let replied = hub.client.post("/message/reply", reply(session, "me", 1)).await?;
            drop(replied.refused(401, "session_not_authorized"));
        }
        assert_eq!(hub.dc.calls("messages.sendMessage"), 0);
        hub.stop().await?;
    }

    async fn a_revoked_session_is_noticed_by_a_send(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.dc.fault(Fault::error("messages.sendMessage", 401, "SESSION_REVOKED"));
        let sent = hub.client.post("/message/send", send("a", "me", "x")).await?;
        drop(sent.refused(401, "session_not_authorized"));
        hub.client.wait_for_state("a", "needs_login").await?;
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["reason"], "SESSION_REVOKED");
        hub.stop().await?;
    }

    async fn what_fails_in_passing_is_sent_once_all_the_same(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for kind in [
            Fault::error("messages.sendMessage", 500, "RPC_CALL_FAIL").kind,
            Fault::error("messages.sendMessage", -503, "Timeout").kind,
            FaultKind::Close,
        ] {
            let sent = hub.dc.ledger_len();
            hub.dc.fault(Fault::new("messages.sendMessage", kind.clone()).times(2));
            let text = format!("{kind:?}");
            let answer = hub.client.post("/message/send", send("a", "@bob", &text)).await?.expect(200);
            assert!(answer["message_id"].is_i64(), "{answer}");
            assert_eq!(hub.dc.ledger_len(), sent + 1, "{kind:?}");
            hub.dc.clear_faults();
        }
        hub.client.wait_for_messages("a", 3).await?;
        hub.stop().await?;
    }

    async fn telegram_being_away_is_a_502_that_says_when_to_come_back(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.client.send("a", "@bob", "first").await?;
        for (code, name) in [(500, "INTERNAL"), (-503, "Timeout")] {
            hub.dc.fault(Fault::error("messages.sendMessage", code, name).times(100));
            let sent = hub.client.post("/message/send", send("a", "@bob", "x")).await?;
            assert!(!sent.header("retry-after").is_empty());
            let body = sent.refused(502, "telegram_error");
            assert!(body["detail"].as_str().is_some_and(|text| text.contains(name)), "{body}");
            hub.dc.clear_faults();
        }
        assert_eq!(hub.dc.ledger_len(), 1);
        hub.dc.stop().await;
        let sent = hub.client.post("/message/send", send("a", "@bob", "x")).await?;
        assert!(!sent.header("retry-after").is_empty());
        drop(sent.refused(502, "telegram_unreachable"));
        hub.stop().await?;
    }
}
