//! What the door answers while the database is away.

use crate::support::contract;
use crate::support::hub::TestHub;
use serde_json::json;

contract! {
    async fn a_database_that_is_away_is_a_503_and_the_status_still_a_200(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.hub.store.clone().close().await;
        for path in ["/sessions", "/session/a/messages", "/admin/messages", "/session/a/entities"] {
            let answer = hub.client.get(path).await?;
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
            let body = answer.refused(503, "database_unavailable");
            let text = body["detail"].as_str().unwrap_or_default();
            assert!(text.starts_with("The database cannot be reached at the moment (request "), "{text}");
        }
        let send = json!({ "session_id": "b", "chat_id": "me", "message": "x" });
        drop(hub.client.post("/message/send", send).await?.refused(503, "database_unavailable"));
        let start = json!({ "session_id": "b", "phone_number": "+15550000002" });
        drop(hub.client.post("/login/start", start).await?.refused(503, "database_unavailable"));

        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["session_id"], "a");
        assert!(status["error"].is_string(), "{status}");
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!((&health["status"], &health["database"]), (&json!("degraded"), &json!("unavailable")));
        drop(hub.client.get("/metrics").await?.expect(200));
        drop(hub.client.get("/").await?.expect(200));
        drop(hub.stop().await);
    }
}
