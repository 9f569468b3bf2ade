//! Stopping in good order: exit code 0 within ten seconds, whatever is under way.

use crate::support::contract;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::ledger::{complete, done};
use crate::support::process::{Ended, Environment, HubProcess, environment};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use nix::sys::signal::Signal;
use serde_json::json;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ALICE: &str = "+15550000001";
const CAROL: &str = "+15550000003";

type Failure = Box<dyn std::error::Error>;

#[track_caller]
fn in_good_order(ended: &Ended) {
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert!(
        ended.after < Duration::from_secs(10),
        "{:?}: {}",
        ended.after,
        ended.stderr
    );
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

/// A connection that has had its answer and stays open.
async fn idle_connection(base: &str) -> Result<TcpStream, Failure> {
    let address = base.strip_prefix("http://").ok_or("no address")?;
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    assert_eq!(&start, b"HTTP/1.1 200");
    Ok(stream)
}

contract! {
    async fn both_signals_end_the_hub_and_its_state_is_saved(db: TestDb) {
        let dc = Dc::start(DcOptions::default())?;
        for signal in [Signal::SIGTERM, Signal::SIGINT] {
            let hub = HubProcess::start(&db, &dc).await?;
            if signal == Signal::SIGTERM {
                hub.client.log_in("carol", CAROL).await?;
            }
            hub.client.wait_for_state("carol", "online").await?;
            done(dc.send("alice", "carol", "hello"))?;
            complete(&dc, &hub.client, "carol").await?;
            let idle = idle_connection(hub.client.base()).await?;
            let ended = hub.signal(signal).await?;
            in_good_order(&ended);
            drop(idle);
            assert_eq!(dc.connections(), 0);
        }
        let hub = HubProcess::start(&db, &dc).await?;
        complete(&dc, &hub.client, "carol").await?;
        hub.terminate().await?;
    }
}

#[cfg(feature = "sqlite")]
mod with_trouble_under_way {
    use super::*;
    use crate::support::TestResult;
    use crate::support::db::TestDb;

    /// A hub with Carol logged in, over a gate.
    async fn behind_a_gate(
        db: &TestDb,
        dc: &Dc,
    ) -> Result<(HubProcess, Gate, Environment), Failure> {
        let mut gate = Gate::before(dc.addr())?;
        gate.open().await?;
        let mut env = environment(db, dc);
        env.insert("TELEGRAM_SERVER", gate.address().to_string());
        let hub = HubProcess::start_with(db, &env).await?;
        hub.client.log_in("carol", CAROL).await?;
        Ok((hub, gate, env))
    }

    #[tokio::test]
    async fn a_silent_data_centre_does_not_hold_up_the_stop() -> TestResult {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let (hub, gate, _) = behind_a_gate(&db, &dc).await?;
        gate.freeze();
        in_good_order(&hub.signal(Signal::SIGTERM).await?);
        Ok(())
    }

    #[tokio::test]
    async fn a_restore_that_is_stuck_does_not_hold_up_the_stop() -> TestResult {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let (hub, mut gate, env) = behind_a_gate(&db, &dc).await?;
        hub.terminate().await?;
        gate.hold().await?;
        let accepted = gate.accepted();
        let hub = HubProcess::start_with(&db, &env).await?;
        eventually(|| async { Ok((gate.accepted() > accepted).then_some(())) }).await?;
        in_good_order(&hub.signal(Signal::SIGTERM).await?);
        Ok(())
    }

    #[tokio::test]
    async fn a_request_without_an_answer_does_not_hold_up_the_stop() -> TestResult {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", CAROL).await?;
        dc.fault(Fault::new("messages.sendMessage", FaultKind::Silence));
        let client = hub.client.clone();
        let asking = tokio::spawn(async move {
            let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
            client
                .post("/message/send", body)
                .await
                .is_ok_and(|answer| answer.status == 200)
        });
        eventually(|| async { Ok((dc.calls("messages.sendMessage") == 1).then_some(())) }).await?;
        in_good_order(&hub.signal(Signal::SIGTERM).await?);
        assert!(!asking.await?);
        Ok(())
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_before_the_end() -> TestResult {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("carol", CAROL).await?;
        let late = FaultKind::Delay(Duration::from_secs(1));
        dc.fault(Fault::new("messages.sendMessage", late));
        let client = hub.client.clone();
        let asking = tokio::spawn(async move {
            let body = json!({ "session_id": "carol", "chat_id": "@alice", "message": "hello" });
            client
                .post("/message/send", body)
                .await
                .map_err(|error| error.to_string())
        });
        eventually(|| async { Ok((dc.ledger_len() == 1).then_some(())) }).await?;
        in_good_order(&hub.signal(Signal::SIGTERM).await?);
        drop(asking.await??.expect(200));
        Ok(())
    }

    #[tokio::test]
    async fn a_login_in_progress_does_not_hold_up_the_stop_and_leaves_nothing() -> TestResult {
        let (db, dc) = (TestDb::sqlite()?, Dc::start(DcOptions::default())?);
        let hub = HubProcess::start(&db, &dc).await?;
        let start = json!({ "session_id": "alice", "phone_number": ALICE });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        in_good_order(&hub.signal(Signal::SIGTERM).await?);
        let hub = HubProcess::start(&db, &dc).await?;
        hub.client.log_in("alice", ALICE).await?;
        hub.terminate().await?;
        Ok(())
    }
}
