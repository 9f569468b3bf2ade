//! Pins, reactions and scheduled messages.

use super::{Failure, ask, get, request, result};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::read;
use crate::support::hub::TestHub;
use chrono::{TimeDelta, Utc};
use serde_json::json;

contract! {
    async fn a_message_is_pinned_and_reacted_to(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let id = scripted(hub.dc.send("bob", "alice", "hey"))?.receiver;
        let ok = json!({ "ok": true });
        let chat = json!({ "chat": "@bob" });
        let emoji = json!({ "chat": "@bob", "emoji": "👍", "big": true });
        for (line, body, method) in [
            (format!("POST /api/messages/{id}/pin"), &chat, "messages.updatePinnedMessage"),
            (format!("POST /api/messages/{id}/unpin"), &chat, "messages.updatePinnedMessage"),
            (format!("POST /api/messages/{id}/reactions"), &emoji, "messages.sendReaction"),
            (format!("DELETE /api/messages/{id}/reactions"), &chat, "messages.sendReaction"),
        ] {
            let before = hub.dc.calls(method);
            assert_eq!(result(ask(&hub, &line, body).await?), ok, "{line}");
            assert_eq!(hub.dc.calls(method), before + 1, "{line}");
        }
        hub.stop().await?;
    }

    async fn a_message_is_scheduled_and_cancelled(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let later = (Utc::now() + TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:%S").to_string();
        let body = json!({ "chat": "@bob", "text": "later", "schedule": later });
        let schedule = || -> Result<_, Failure> {
            let keyed = request(&hub, "POST /api/messages")?.header("idempotency-key", "k-1");
            Ok(read(keyed.body(body.to_string())))
        };
        let sent = result(schedule()?.await?);
        assert_eq!(result(schedule()?.await?), sent, "a repetition schedules nothing");
        assert_eq!((&sent["text"], &sent["date"]), (&json!("later"), &json!(format!("{later}+00:00"))));
        let listed = result(get(&hub, "/api/messages/scheduled?chat=@bob").await?);
        assert_eq!(listed, json!([sent]));
        assert_eq!(result(get(&hub, "/api/messages?chat=@bob").await?), json!([]));
        let body = json!({ "chat": "@bob", "message_ids": [sent["id"]] });
        let cancelled = ask(&hub, "DELETE /api/messages/scheduled", &body).await?;
        assert_eq!(result(cancelled), json!({ "ok": true }));
        assert_eq!(result(get(&hub, "/api/messages/scheduled?chat=@bob").await?), json!([]));
        hub.stop().await?;
    }
}
