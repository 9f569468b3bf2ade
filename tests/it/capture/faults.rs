//! Links that break, answers that fail and bursts: nothing is lost and nothing is doubled.

use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{captured, complete, done};
use crate::support::observe::{lasts, session};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::change::Reach;
use local_dc::world::faults::{Fault, FaultKind};

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

/// A data centre whose differences come in small slices.
fn sliced(slice: usize) -> std::io::Result<Dc> {
    Dc::start(DcOptions {
        slice,
        ..DcOptions::default()
    })
}

contract! {
    async fn links_that_break_in_a_burst_lose_and_double_nothing(db: TestDb) {
        let hub = TestHub::start_with(db, sliced(7)?, Options::default()).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        for round in 1..=12 {
            let text = format!("round {round}, number {{n}}");
            done(hub.dc.send_many("alice", "carol", &text, 15))?;
            if round % 4 == 0 {
                hub.dc.drop_all_links();
            } else {
                done(hub.dc.drop_links("carol"))?;
            }
            done(hub.dc.send_many("carol", "alice", &text, 5))?;
            // A breath, so that some links come back before the next break.
            hub.client.wait_for_messages("carol", usize::try_from(round)?).await?;
        }
        for name in ["alice", "carol"] {
            complete(&hub.dc, &hub.client, name).await?;
        }
        hub.stop().await?;
    }

    async fn a_long_absence_is_caught_up_in_slices(db: TestDb) {
        let hub = TestHub::start_with(db, sliced(3)?, Options::default()).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        for _ in 0..10 {
            done(dc.send_many("alice", "carol", "hello {n}", 4))?;
            done(dc.send("carol", "alice", "and back"))?;
        }
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        assert!(hub.dc.calls("updates.getDifference") >= 50 / 3);
        hub.stop().await?;
    }

    async fn a_catch_up_that_breaks_again_and_again_is_completed(db: TestDb) {
        let hub = TestHub::start_with(db, sliced(4)?, Options::default()).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "hello {n}", 40))?;
        let method = "updates.getDifference";
        dc.fault(Fault::new(method, FaultKind::Close).times(2));
        dc.fault(Fault::error(method, 500, "INTERNAL").times(2));
        dc.fault(Fault::error(method, 420, "FLOOD_WAIT_1"));
        dc.fault(Fault::new(method, FaultKind::TransportError(-429)));
        let hub = TestHub::start_with(db, dc, options).await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn a_catch_up_that_is_never_answered_does_not_deafen_the_account(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let (db, dc, options) = hub.stop().await?;
        done(dc.send_many("alice", "carol", "hello {n}", 3))?;
        dc.fault(Fault::new("updates.getDifference", FaultKind::Silence));
        let hub = TestHub::start_with(db, dc, options).await?;
        hub.client.wait_for_state("carol", "online").await?;
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }

    async fn what_comes_and_goes_while_the_difference_has_to_wait_is_not_kept_as_it_came(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        let (carol, method) = (done(hub.dc.user("carol"))?, "updates.getDifference");
        hub.dc.fault(Fault::error(method, 500, "INTERNAL").of(carol));
        let asked = hub.dc.calls(method);
        done(hub.dc.push_too_long("carol"))?;
        eventually(|| async { Ok((hub.dc.calls(method) > asked).then_some(())) }).await?;
        // For a second the difference is not asked for again, which will not tell of this one.
        let sent = done(hub.dc.send("alice", "carol", "soon gone"))?;
        done(hub.dc.lose_pushes(Some("carol"), 1))?;
        done(hub.dc.delete("alice", &[sent.sender], Reach::Everybody))?;
        done(hub.dc.send("alice", "carol", "stays"))?;
        let log = eventually(|| async {
            let log = captured(&hub.client, "carol").await?;
            let arrived = log.iter().any(|row| row.text == "stays");
            Ok(arrived.then_some(log))
        }).await?;
        let kept = log.iter().find(|row| row.text == "soon gone" && !row.deleted);
        assert!(kept.is_none(), "{log:?}");
        hub.stop().await?;
    }

    async fn a_burst_of_two_thousand_messages_is_complete(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("alice", ALICE).await?;
        hub.log_in("carol", CAROL).await?;
        let dc = hub.dc.clone();
        let burst = move || dc.send_many("alice", "carol", "number {n}", 2000).map(drop);
        done(tokio::task::spawn_blocking(burst).await?)?;
        for name in ["alice", "carol"] {
            complete(&hub.dc, &hub.client, name).await?;
        }
        hub.stop().await?;
    }

    async fn a_stop_in_the_middle_of_a_burst_loses_and_doubles_nothing(db: TestDb) {
        let mut hub = TestHub::start(db).await?;
        hub.log_in("carol", CAROL).await?;
        for _ in 0..3 {
            let before = hub.client.messages("carol").await?.len();
            let dc = hub.dc.clone();
            let burst = move || dc.send_many("alice", "carol", "number {n}", 300).map(drop);
            let burst = tokio::task::spawn_blocking(burst);
            eventually(|| async {
                let now = hub.client.messages("carol").await?.len();
                Ok((now > before.min(490)).then_some(()))
            })
            .await?;
            hub = hub.restart().await?;
            done(burst.await?)?;
        }
        complete(&hub.dc, &hub.client, "carol").await?;
        hub.stop().await?;
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn a_locked_database_holds_the_capture_up_and_nothing_is_lost() -> crate::support::TestResult
{
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let hub = TestHub::start(crate::support::db::TestDb::sqlite()?).await?;
    hub.log_in("carol", CAROL).await?;
    let since = session(&hub.client, "carol").await?["state_since"].clone();
    let path = hub.db.dir().join("hub.db").display().to_string();
    let mut other = diesel::SqliteConnection::establish(&path)?;
    other.batch_execute("BEGIN IMMEDIATE")?;
    done(hub.dc.send_many("alice", "carol", "number {n}", 30))?;
    // Longer than a link may be deaf: what waits for the database is not the link's fault.
    for _ in 0..3 {
        lasts(|| async { Ok(hub.client.messages("carol").await?.len()) }).await?;
    }
    other.batch_execute("COMMIT")?;
    complete(&hub.dc, &hub.client, "carol").await?;
    assert_eq!(session(&hub.client, "carol").await?["state_since"], since);
    hub.stop().await?;
    Ok(())
}
