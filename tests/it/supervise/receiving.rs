//! Accounts whose link is up and whose updates do not come: told, and healed step by step.

use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::{lasts, micros, session, session_in};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;
use telegram_hub::session::Timing;
use tokio::time::Instant;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

/// Waits until a step has been taken for Carol, and answers what is told of her then.
async fn healed(hub: &TestHub, step: &str) -> Result<Value, Failure> {
    eventually(|| async {
        let told = session(&hub.client, "carol").await?;
        Ok((told["healing"][step].as_u64() >= Some(1)).then_some(told))
    })
    .await
}

contract! {
    async fn a_session_that_hears_its_updates_tells_so(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let first = session_in(&hub.client, "carol", "online").await?;
        assert_eq!(first["is_receiving"], true, "{first}");
        assert_eq!(first["update_lag"], Value::Null, "{first}");
        done(hub.dc.send("alice", "carol", "hello"))?;
        complete(&hub.dc, &hub.client, "carol").await?;
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            let looked = told["checked_at"].is_string() && told["update_lag"].is_f64();
            Ok((looked && told["pts_drift"] == 0).then_some(told))
        })
        .await?;
        // Telegram's dates are whole seconds.
        assert!(told["update_lag"].as_f64() < Some(20.0), "{told}");
        assert!(micros(&told["checked_at"])? > micros(&first["state_since"])?);
        assert_eq!((&told["is_receiving"], &told["healing"]["last"]), (&json!(true), &Value::Null));
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!((&health["receiving_sessions"], &health["stored_sessions"]), (&json!(1), &json!(1)));
        hub.stop().await?;
    }

    async fn an_account_is_receiving_only_from_when_its_place_was_told(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let told = session_in(&hub.client, "carol", "online").await?;
        assert!(micros(&told["receiving_since"])? > 0, "{told}");
        let (db, dc, options) = hub.stop().await?;
        let carol = done(dc.user("carol"))?;
        for method in ["updates.getDifference", "updates.getState"] {
            dc.fault(Fault::error(method, 420, "FLOOD_WAIT_4").of(carol));
        }
        let hub = TestHub::start_with(db, dc, options).await?;
        let told = session_in(&hub.client, "carol", "online").await?;
        assert_eq!((&told["is_receiving"], &told["receiving_since"]), (&json!(false), &Value::Null));
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["receiving_sessions"], 0, "{health}");
        // The link serves all else meanwhile.
        hub.client.send("carol", "@alice", "hello").await?;
        let since = told["state_since"].clone();
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["is_receiving"] == true).then_some(told))
        })
        .await?;
        assert!(micros(&told["receiving_since"])? > micros(&told["state_since"])?, "{told}");
        assert_eq!(told["state_since"], since, "{told}");
        hub.stop().await?;
    }

    async fn lost_pushes_are_found_and_asked_for_over_the_same_link(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let since = session(&hub.client, "carol").await?["state_since"].clone();
        let links = hub.dc.link_counts().accepted;
        done(hub.dc.lose_pushes(Some("carol"), 3))?;
        done(hub.dc.send_many("alice", "carol", "unheard {n}", 3))?;
        let told = healed(&hub, "difference").await?;
        assert_eq!(told["healing"]["last"]["step"], "difference", "{told}");
        assert_eq!(told["healing"]["last"]["reason"], "3 updates do not arrive", "{told}");
        complete(&hub.dc, &hub.client, "carol").await?;
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["pts_drift"] == 0).then_some(told))
        })
        .await?;
        assert_eq!((&told["is_receiving"], &told["state_since"]), (&json!(true), &since));
        assert_eq!((&told["healing"]["reconnect"], &told["healing"]["rebuild"]), (&json!(0), &json!(0)));
        assert_eq!(hub.dc.link_counts().accepted, links, "the link was good");
        assert_eq!(session(&hub.client, "alice").await?["healing"]["last"], Value::Null);
        let metrics = hub.client.get("/metrics").await?.expect(200);
        let text = metrics.as_str().unwrap_or_default();
        assert!(text.contains(r#"telegram_hub_heals_total{step="difference"}"#), "{text}");
        hub.stop().await?;
    }

    async fn a_difference_that_is_never_answered_leads_to_another_connection(db: TestDb) {
        let mut options = Options::default();
        // The call alone would wait longer than the whole ladder takes.
        options.timing.call_timeout = Duration::from_mins(1);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let carol = done(hub.dc.user("carol"))?;
        hub.dc.fault(Fault::new("updates.getDifference", FaultKind::Silence).of(carol));
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", "carol", "unheard"))?;
        let told = healed(&hub, "reconnect").await?;
        assert!(told["healing"]["difference"].as_u64() >= Some(1), "mildest first: {told}");
        complete(&hub.dc, &hub.client, "carol").await?;
        assert_eq!(session_in(&hub.client, "carol", "online").await?["is_authenticated"], true);
        hub.stop().await?;
    }

    async fn an_account_that_stays_behind_is_not_receiving_and_is_made_anew(db: TestDb) {
        let mut options = Options::default();
        options.timing.call_timeout = Duration::from_secs(2);
        let hub = TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await?;
        hub.log_in("carol", CAROL).await?;
        let carol = done(hub.dc.user("carol"))?;
        let deaf = Fault::new("updates.getDifference", FaultKind::Silence);
        hub.dc.fault(deaf.of(carol).times(1_000));
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.send("alice", "carol", "unheard"))?;
        let told = eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            let deaf = told["is_connected"] == true && told["is_receiving"] == false;
            Ok(deaf.then_some(told))
        })
        .await?;
        assert_eq!(told["pts_drift"], 1, "{told}");
        drop(healed(&hub, "rebuild").await?);
        hub.dc.clear_faults();
        complete(&hub.dc, &hub.client, "carol").await?;
        eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["is_receiving"] == true && told["pts_drift"] == 0).then_some(()))
        })
        .await?;
        hub.stop().await?;
    }

    async fn a_difference_that_telegram_puts_off_is_waited_for_and_not_healed(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let method = "updates.getDifference";
        let carol = done(hub.dc.user("carol"))?;
        hub.dc.fault(Fault::error(method, 420, "FLOOD_WAIT_4").of(carol));
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        let calls = hub.dc.calls(method);
        done(hub.dc.send("alice", "carol", "unheard"))?;
        eventually(|| async {
            let told = session(&hub.client, "carol").await?;
            Ok((told["is_receiving"] == false).then_some(()))
        })
        .await?;
        let dc = &hub.dc;
        assert_eq!(lasts(|| async { Ok(dc.calls(method)) }).await?, calls + 1);
        complete(&hub.dc, &hub.client, "carol").await?;
        let told = session(&hub.client, "carol").await?;
        assert_eq!((&told["healing"]["reconnect"], &told["healing"]["rebuild"]), (&json!(0), &json!(0)));
        assert_eq!(told["state"], "online");
        hub.stop().await?;
    }
}

/// With the times of every day: what a stalled data centre costs is known in advance.
#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_half_open_link_is_noticed_and_healed_within_ninety_seconds() -> crate::support::TestResult
{
    let dc = Dc::start(DcOptions::default())?;
    let mut gate = Gate::before(dc.addr())?;
    gate.open().await?;
    let options = Options {
        way: Some(gate.address()),
        timing: Timing {
            // A comparison with the log would call, and find it out as well.
            reconcile_after: Duration::from_mins(10),
            ..Timing::default()
        },
        ..Options::default()
    };
    let db = crate::support::db::TestDb::sqlite()?;
    let hub = TestHub::start_with(db, dc, options).await?;
    hub.log_in("carol", CAROL).await?;
    // Nothing is under way any more: only a look at the link can find it out.
    done(hub.dc.send("alice", "carol", "heard"))?;
    complete(&hub.dc, &hub.client, "carol").await?;
    gate.freeze();
    let frozen = Instant::now();
    done(hub.dc.send("alice", "carol", "unheard"))?;
    let told = loop {
        let told = session(&hub.client, "carol").await?;
        if told["messages_captured"] == 2 {
            break told;
        }
        assert!(frozen.elapsed() < Duration::from_secs(90), "{told}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(told["healing"]["last"]["step"], "reconnect", "{told}");
    assert_eq!(told["is_receiving"], true, "{told}");
    complete(&hub.dc, &hub.client, "carol").await?;
    hub.stop().await?;
    Ok(())
}
