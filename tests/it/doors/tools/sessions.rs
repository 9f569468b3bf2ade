//! Which account a call is for, and the captured log of it.

use super::{get, request, result, why};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::json;

async fn me(hub: &TestHub, session: &str) -> Result<Answer, super::Failure> {
    read(request(hub, "GET /api/me")?.header("x-session-id", session)).await
}

contract! {
    async fn the_only_account_needs_no_name(db: TestDb) {
        let hub = TestHub::start(db).await?;
        drop(get(&hub, "/api/me").await?.refused(404, "session_not_found"));
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(result(get(&hub, "/api/me").await?)["username"], "alice");
        hub.log_in("b", "+15550000003").await?;
        assert!(why(get(&hub, "/api/me").await?, "invalid_request").contains("HUB_DEFAULT_SESSION"));
        assert_eq!(result(me(&hub, "b").await?)["username"], "carol");
        drop(me(&hub, "c").await?.refused(404, "session_not_found"));
        drop(why(me(&hub, "a/b").await?, "invalid_request"));
        let listed = get(&hub, "/api/sessions").await?.expect(200);
        insta::assert_json_snapshot!("sessions", listed);
        let after = result(get(&hub, "/api/sessions?after=a").await?);
        assert_eq!(after.as_array().map(Vec::len), Some(1));
        hub.stop().await?;
    }

    async fn the_default_account_can_be_set(db: TestDb) {
        let options = Options { flags: vec!["--default-session=b".to_owned()], ..Options::default() };
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(get(&hub, "/healthz").await?.expect(200)["authorized"], false);
        hub.log_in("b", "+15550000003").await?;
        assert_eq!(get(&hub, "/healthz").await?.expect(200)["authorized"], true);
        assert_eq!(result(get(&hub, "/api/me").await?)["username"], "carol");
        assert_eq!(result(me(&hub, "a").await?)["username"], "alice");
        hub.stop().await?;
    }

    async fn the_captured_log_is_read_in_pages(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        for n in 1..=3 {
            scripted(hub.dc.send("bob", "alice", &format!("number {n}")))?;
        }
        scripted(hub.dc.send("carol", "alice", "from carol"))?;
        hub.client.wait_for_messages("a", 4).await?;
        let captured = get(&hub, "/api/captured?chat=@bob&limit=2").await?.expect(200);
        let cursor = captured["result"]["next_cursor"].as_str().ok_or("no cursor")?.to_owned();
        insta::assert_json_snapshot!("captured", captured, {
            ".result.messages[].date" => "[date]",
            ".result.next_cursor" => "[cursor]",
        });
        let next = result(get(&hub, &format!("/api/captured?chat=@bob&cursor={cursor}")).await?);
        assert_eq!(next["messages"].as_array().map(Vec::len), Some(1));
        assert_eq!(next["next_cursor"], json!(null));
        let found = result(get(&hub, "/api/captured?search=CAROL&until=2100-01-01T00:00:00Z").await?);
        assert_eq!(found["messages"][0]["text"], "from carol");
        drop(why(get(&hub, "/api/captured?chat=no+such").await?, "chat_not_found"));
        hub.stop().await?;
    }
}
