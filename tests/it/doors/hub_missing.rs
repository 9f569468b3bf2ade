//! What every route answers for a session that there is none of.

use super::logged_out;
use crate::support::contract;
use crate::support::hub::TestHub;
use serde_json::{Value, json};

contract! {
    async fn every_route_has_an_answer_for_an_unknown_session(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (path, body, status, code) in [
            ("/login/code", json!({ "phone_code": "1", "phone_code_hash": "h" }), 404, "login_not_found"),
            ("/login/password", json!({ "password": "x" }), 404, "login_not_found"),
            ("/message/send", json!({ "chat_id": "me", "message": "x" }), 401, "session_not_authorized"),
            ("/message/reply", json!({ "chat_id": "me", "message": "x", "message_id": 1 }), 401, "session_not_authorized"),
            ("/entity/resolve", json!({ "entity_identifier": "me" }), 401, "session_not_authorized"),
            ("/session/nobody/cache-from-messages", json!({}), 401, "session_not_authorized"),
            ("/session/nobody/reconnect", json!({}), 404, "session_not_found"),
        ] {
            let mut body = body;
            body["session_id"] = "nobody".into();
            let refused = hub.client.post(path, body).await?.refused(status, code);
            let fields: Vec<_> = refused.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
            assert_eq!(fields, ["detail"], "{path}");
            assert!(refused["detail"].is_string(), "{path}");
        }
        let logout = hub.client.post("/logout", json!({ "session_id": "nobody" })).await?.expect(200);
        assert_eq!(logout, logged_out("Logged out successfully"));
        let destroyed = hub.client.delete("/session/nobody").await?.expect(200);
        assert_eq!(destroyed, logged_out("Session nobody destroyed completely"));
        let status = hub.client.get("/session/nobody/status").await?.expect(200);
        assert_eq!(status["is_active"], false);
        let entities = hub.client.get("/session/nobody/entities").await?.expect(200);
        assert_eq!(entities["cached_entities"], json!([]));
        drop(hub.client.get("/session/nobody/messages").await?.refused(404, "session_not_found"));
        let listed = hub.client.get("/sessions").await?.expect(200);
        assert_eq!(listed["sessions"], json!([]), "looking makes no session");
        assert_eq!(hub.dc.link_counts().open, 0, "and asks Telegram nothing");
        hub.stop().await?;
    }

    async fn a_session_without_messages_has_an_empty_page(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let page = hub.client.get("/session/a/messages").await?.expect(200);
        let expected = json!({
            "status": "success", "session_id": "a", "messages": [], "next_cursor": Value::Null,
        });
        assert_eq!(page, expected);
        hub.stop().await?;
    }
}
