//! Logins by QR code while something goes wrong, or elsewhere.

use super::{SHORT, begin, captures, nothing_of, quick, until_keys};
use crate::doors::scripted;
use crate::support::contract;
use crate::support::hub::TestHub;
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::json;
use telegram_hub::model::SessionName;
use telegram_hub::store::{auth_keys, sessions};

contract! {
    async fn an_account_that_lives_elsewhere_is_logged_in_there(db: TestDb) {
        let hub = TestHub::start(db).await?;
        scripted(hub.dc.migrate("alice", 4))?;
        let login = begin(&hub, "a").await?;
        login.scan(&hub, "alice", "success").await?;
        assert_eq!(hub.dc.calls("auth.importLoginToken"), 1);
        captures(&hub, "a", "alice", "over there").await?;
        let name = SessionName::parse("a")?;
        let vault = hub.hub.store.vault().clone();
        let stored = hub.hub.store.read(move |conn| {
            let row = sessions::by_name(conn, &name)?;
            let keys = match &row {
                Some(row) => auth_keys::load(conn, &vault, row.id)?,
                None => Vec::new(),
            };
            Ok((row.and_then(|row| row.home_dc), keys))
        });
        let (home, keys) = stored.await?;
        assert_eq!(home, Some(4));
        let held = keys.iter().filter(|dc| dc.auth_key.is_some()).map(|dc| dc.dc_id);
        assert_eq!(held.collect::<Vec<_>>(), [4]);
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        captures(&hub, "a", "alice", "after a restart").await?;
        until_keys(&hub, "alice", 1).await?;
        hub.stop().await?;
    }

    async fn a_password_is_asked_for_elsewhere_too(db: TestDb) {
        let hub = TestHub::start(db).await?;
        scripted(hub.dc.migrate("bob", 4))?;
        let login = begin(&hub, "b").await?;
        login.scan(&hub, "bob", "password_required").await?;
        let password = json!({ "password": "bob-password" });
        let answer = hub.client.post(&format!("{}/password", login.path), password).await?;
        assert_eq!(answer.expect(200)["user"]["username"], "bob");
        hub.client.wait_for_state("b", "online").await?;
        hub.stop().await?;
    }

    async fn a_scan_is_noticed_though_its_news_is_lost_with_the_connection(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        hub.dc.drop_all_links();
        login.scan(&hub, "alice", "success").await?;
        hub.stop().await?;
    }

    async fn a_login_whose_answer_is_lost_has_logged_in(db: TestDb) {
        let hub = quick(db, |options| options.timing.call_timeout = SHORT).await?;
        let login = begin(&hub, "a").await?;
        hub.dc.fault(Fault::new("auth.exportLoginToken", FaultKind::LoseAnswer));
        login.scan(&hub, "alice", "success").await?;
        captures(&hub, "a", "alice", "heard").await?;
        until_keys(&hub, "alice", 1).await?;
        hub.stop().await?;
    }

    async fn what_telegram_fails_in_in_passing_is_asked_again(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        hub.dc.fault(Fault::error("auth.exportLoginToken", 500, "RPC_CALL_FAIL").times(2));
        login.scan(&hub, "alice", "success").await?;
        hub.stop().await?;
    }

    async fn what_telegram_refuses_ends_the_login(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.dc.fault(Fault::error("auth.exportLoginToken", 400, "API_ID_INVALID"));
        let refused = hub.client.post("/login/qr", json!({ "session_id": "a" })).await?;
        drop(refused.refused(400, "api_id_invalid"));
        nothing_of(&hub, "a").await?;
        hub.dc.fault(Fault::error("auth.exportLoginToken", 420, "FLOOD_WAIT_17"));
        let refused = hub.client.post("/login/qr", json!({ "session_id": "a" })).await?;
        assert_eq!(refused.header("retry-after"), "17");
        drop(refused.refused(429, "flood_wait"));
        let login = begin(&hub, "a").await?;
        hub.dc.fault(Fault::error("auth.exportLoginToken", 400, "API_ID_PUBLISHED_FLOOD"));
        let answer = login.scan(&hub, "alice", "error").await?;
        assert!(answer["message"].as_str().is_some_and(|text| text.contains("API_ID")), "{answer}");
        nothing_of(&hub, "a").await?;
        hub.stop().await?;
    }

    async fn a_hub_that_stops_in_the_middle_leaves_nothing(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        let asked = begin(&hub, "b").await?;
        asked.scan(&hub, "bob", "password_required").await?;
        let hub = hub.restart().await?;
        drop(hub.client.get(&login.path).await?.refused(404, "login_not_found"));
        nothing_of(&hub, "a").await?;
        nothing_of(&hub, "b").await?;
        until_keys(&hub, "bob", 0).await?;
        scripted(hub.dc.scan("alice", &login.url))?;
        let again = begin(&hub, "a").await?;
        again.scan(&hub, "alice", "success").await?;
        until_keys(&hub, "alice", 1).await?;
        hub.stop().await?;
    }
}
