//! Logins by QR code under names that are known already.

use super::{SHORT, begin, begin_with, captures, keys, quick, until_keys};
use crate::support::contract;
use crate::support::hub::TestHub;
use serde_json::json;

contract! {
    async fn a_name_that_is_logged_in_is_refused_without_force(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let refused = hub.client.post("/login/qr", json!({ "session_id": "a" })).await?;
        let refused = refused.refused(409, "session_in_use");
        let text = refused["detail"].as_str().unwrap_or_default();
        assert!(text.contains("force"), "{text}");
        assert_eq!(hub.dc.calls("auth.exportLoginToken"), 0);
        hub.stop().await?;
    }

    async fn the_old_login_goes_on_until_the_new_one_has_taken_its_place(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        captures(&hub, "a", "alice", "before").await?;
        let login = begin_with(&hub, json!({ "session_id": "a", "force": true })).await?;
        captures(&hub, "a", "alice", "meanwhile").await?;
        login.scan(&hub, "alice", "success").await?;
        hub.client.wait_for_state("a", "online").await?;
        captures(&hub, "a", "alice", "after").await?;
        // The login of before is ended at Telegram.
        until_keys(&hub, "alice", 1).await?;
        assert_eq!(hub.client.messages("a").await?.len(), 3);
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        assert_eq!(keys(&hub, "alice")?, 1);
        hub.stop().await?;
    }

    async fn a_forced_login_that_fails_has_changed_nothing(db: TestDb) {
        let hub = quick(db, |options| options.timing.qr.scan = SHORT * 4).await?;
        hub.log_in("a", "+15550000001").await?;
        captures(&hub, "a", "alice", "before").await?;
        let forced = || begin_with(&hub, json!({ "session_id": "a", "force": true }));

        // Nobody scans it, it is given up, or somebody else scans it.
        forced().await?.until(&hub.client, "expired").await?;
        captures(&hub, "a", "alice", "after the first").await?;
        let login = forced().await?;
        drop(hub.client.delete(&login.path).await?.expect(200));
        captures(&hub, "a", "alice", "after the second").await?;
        let login = forced().await?;
        let answer = login.scan(&hub, "carol", "error").await?;
        assert_eq!(answer["error_code"], "account_mismatch");
        captures(&hub, "a", "alice", "after the third").await?;
        assert_eq!(hub.client.state("a").await?, "online");
        until_keys(&hub, "carol", 0).await?;
        assert_eq!(keys(&hub, "alice")?, 1, "it is the key of before");
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        captures(&hub, "a", "alice", "after a restart").await?;
        hub.stop().await?;
    }

    async fn messages_of_two_accounts_are_never_kept_under_one_name(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        captures(&hub, "a", "alice", "mine").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "a" })).await?.expect(200));
        let login = begin(&hub, "a").await?;
        let answer = login.scan(&hub, "carol", "error").await?;
        assert_eq!(answer["error_code"], "account_mismatch");
        assert_eq!(hub.client.state("a").await?, "stopped");
        until_keys(&hub, "carol", 0).await?;
        let login = begin(&hub, "a").await?;
        login.scan(&hub, "alice", "success").await?;
        captures(&hub, "a", "alice", "and on").await?;
        assert_eq!(hub.client.messages("a").await?.len(), 2);
        hub.stop().await?;
    }

    async fn a_login_by_code_that_is_under_way_is_replaced_by_success_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let start = json!({ "session_id": "a", "phone_number": "+15550000001" });
        let started = hub.client.post("/login/start", start).await?.expect(200);
        let given_up = begin(&hub, "a").await?;
        drop(hub.client.delete(&given_up.path).await?.expect(200));
        let code = json!({
            "session_id": "a",
            "phone_code": "12345",
            "phone_code_hash": started["phone_code_hash"],
        });
        let login = begin(&hub, "a").await?;
        drop(hub.client.post("/login/code", code).await?.expect(200));
        hub.client.wait_for_state("a", "online").await?;
        // It is logged in by now, and nobody has said that this may be replaced.
        let answer = login.scan(&hub, "alice", "error").await?;
        assert_eq!(answer["error_code"], "session_in_use");
        captures(&hub, "a", "alice", "undisturbed").await?;
        until_keys(&hub, "alice", 1).await?;

        let start = json!({ "session_id": "b", "phone_number": "+15550000003" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        let login = begin(&hub, "b").await?;
        login.scan(&hub, "carol", "success").await?;
        hub.client.wait_for_state("b", "online").await?;
        captures(&hub, "b", "carol", "over the scan").await?;
        hub.stop().await?;
    }
}
