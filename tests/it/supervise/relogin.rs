//! A new login under a used name: the history goes on, and only for the same account.

use crate::support::contract;
use crate::support::hub::TestHub;
use crate::support::ledger::{complete, done, stored_keys};
use crate::support::observe::{session, session_in};
use serde_json::json;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

contract! {
    async fn a_new_login_goes_on_where_the_refused_one_ended(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send_many("alice", "carol", "before {n}", 3))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let old = stored_keys(&hub.hub.store, "carol").await?;

        done(hub.dc.revoke("carol"))?;
        session_in(&hub.client, "carol", "needs_login").await?;
        done(hub.dc.send_many("alice", "carol", "meanwhile {n}", 5))?;
        hub.log_in("carol", CAROL).await?;
        session_in(&hub.client, "carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_ne!(stored_keys(&hub.hub.store, "carol").await?, old);

        let hub = hub.restart().await?;
        hub.client.wait_for_state("carol", "online").await?;
        done(hub.dc.send("alice", "carol", "after"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_login_after_a_logout_goes_on_where_the_account_was(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send("alice", "carol", "before"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let body = json!({ "session_id": "carol" });
        drop(hub.client.post("/logout", body).await?.expect(200));
        assert_eq!(done(hub.dc.account("carol"))?.keys, 0);
        done(hub.dc.send_many("alice", "carol", "meanwhile {n}", 5))?;
        hub.log_in("carol", CAROL).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn another_account_is_not_let_in_under_a_used_name(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send("alice", "carol", "for Carol"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        drop(hub.client.post("/logout", json!({ "session_id": "carol" })).await?.expect(200));

        let start = json!({ "session_id": "carol", "phone_number": ALICE });
        let started = hub.client.post("/login/start", start).await?.expect(200);
        let code = json!({
            "session_id": "carol",
            "phone_code": "12345",
            "phone_code_hash": started["phone_code_hash"],
        });
        let refused = hub.client.post("/login/code", code).await?;
        drop(refused.refused(409, "account_mismatch"));

        // Nothing of the other account stays, neither here nor at Telegram.
        assert_eq!(done(hub.dc.account("alice"))?.keys, 0);
        assert!(stored_keys(&hub.hub.store, "carol").await?.is_empty());
        let told = session(&hub.client, "carol").await?;
        assert_eq!((&told["state"], &told["is_authenticated"]), (&json!("stopped"), &json!(false)));
        complete(&hub.dc, &hub.client, "carol").await?;

        hub.log_in("carol", CAROL).await?;
        done(hub.dc.send("alice", "carol", "welcome back"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }
}
