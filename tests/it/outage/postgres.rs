use super::{ALICE, Flood, a_login, away, figure, goes_on, log_in, online_since, refused_at_once};
use crate::support::TestResult;
use crate::support::db::TestDb;
use crate::support::gate::Gate;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use crate::support::ledger::{complete, done};
use crate::support::observe::{lasts, session};
use crate::support::postgres::Server;
use crate::support::process::HubProcess;
use local_dc::dc::{Dc, DcOptions};
use std::time::Duration;
use telegram_hub::model::SessionName;

#[tokio::test]
async fn postgres_that_is_stopped_in_a_flood_loses_and_doubles_nothing() -> TestResult {
    let Some(server) = Server::start()? else {
        return Ok(());
    };
    let (db, dc) = (TestDb::at(server.url())?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let mut since = Vec::new();
    let flood = Flood::start(&dc);
    // Links are dropped in the first one, and only in that.
    for outage in [Duration::from_secs(12), Duration::from_secs(1)] {
        since = online_since(&hub.client).await?;
        server.stop_serving()?;
        away(&hub.client).await?;
        let end = tokio::time::Instant::now() + outage;
        while tokio::time::Instant::now() < end {
            for path in ["/sessions", "/session/carol/messages", "/admin/messages"] {
                refused_at_once(&hub.client, path, None).await?;
            }
            refused_at_once(&hub.client, "/login/start", Some(a_login())).await?;
            assert_eq!(session(&hub.client, "alice").await?["session_id"], "alice");
            assert!(figure(&hub.client, "telegram_hub_database_away").await? > 0.5);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        server.serve_again()?;
    }
    flood.end().await?;
    goes_on(&hub, &dc, &since).await?;
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn an_account_without_a_link_waits_for_the_database_and_counts_no_failures() -> TestResult {
    let Some(server) = Server::start()? else {
        return Ok(());
    };
    let dc = Dc::start(DcOptions::default())?;
    let mut gate = Gate::before(dc.addr())?;
    gate.open().await?;
    let options = Options {
        way: Some(gate.address()),
        ..Options::default()
    };
    let hub = TestHub::start_with(TestDb::at(server.url())?, dc, options).await?;
    hub.log_in("alice", ALICE).await?;
    let name = SessionName::parse("alice")?;
    let state = || {
        let handle = hub.hub.registry.get(&name);
        handle.map(|handle| handle.snapshot().state.name())
    };
    server.stop_serving()?;
    eventually(|| async {
        drop(hub.client.get("/health").await?.expect(200));
        Ok(hub.hub.store.is_away().then_some(()))
    })
    .await?;
    gate.shut().await;
    eventually(|| async { Ok((state() == Some("backoff")).then_some(())) }).await?;
    gate.open().await?;
    eventually(|| async { Ok((state() == Some("connecting")).then_some(())) }).await?;
    lasts(|| async { Ok(state()) }).await?;
    server.serve_again()?;
    eventually(|| async { Ok((state() == Some("online")).then_some(())) }).await?;
    hub.stop().await?;
    Ok(())
}

#[tokio::test]
async fn a_stop_while_postgres_is_away_ends_soon_and_the_next_start_has_everything() -> TestResult {
    let Some(server) = Server::start()? else {
        return Ok(());
    };
    let (db, dc) = (TestDb::at(server.url())?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let flood = Flood::start(&dc);
    server.stop_serving()?;
    away(&hub.client).await?;
    let ended = hub.signal(nix::sys::signal::Signal::SIGTERM).await?;
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.after < Duration::from_secs(10), "{ended:?}");
    server.serve_again()?;
    flood.end().await?;
    let hub = HubProcess::start(&db, &dc).await?;
    for name in ["alice", "carol"] {
        complete(&dc, &hub.client, name).await?;
    }
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn tables_that_are_taken_away_are_an_outage_and_go_on_when_they_are_back() -> TestResult {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let Some(server) = Server::start()? else {
        return Ok(());
    };
    let (db, dc) = (TestDb::at(server.url())?, Dc::start(DcOptions::default())?);
    let hub = HubProcess::start(&db, &dc).await?;
    log_in(&hub, &dc).await?;
    let since = online_since(&hub.client).await?;
    let mut other = diesel::PgConnection::establish(server.url())?;
    other.batch_execute("ALTER SCHEMA public RENAME TO elsewhere; CREATE SCHEMA public")?;
    done(dc.send_many("alice", "carol", "meanwhile {n}", 20))?;
    away(&hub.client).await?;
    for path in ["/sessions", "/session/carol/messages", "/admin/messages"] {
        refused_at_once(&hub.client, path, None).await?;
    }
    refused_at_once(&hub.client, "/login/start", Some(a_login())).await?;
    other.batch_execute("DROP SCHEMA public; ALTER SCHEMA elsewhere RENAME TO public")?;
    goes_on(&hub, &dc, &since).await?;
    hub.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn a_hub_that_is_cut_off_falls_silent_in_time_says_why_and_comes_back() -> TestResult {
    let Some(server) = Server::start()? else {
        return Ok(());
    };
    let dc = Dc::start(DcOptions::default())?;
    let db = TestDb::at(server.url())?;
    let hub = TestHub::start_with(db, dc, Options::default()).await?;
    hub.log_in("alice", ALICE).await?;
    let name = SessionName::parse("alice")?;
    let state = || {
        let handle = hub.hub.registry.get(&name);
        handle.map(|handle| handle.snapshot().state)
    };
    let reason = || state().and_then(|state| state.reason().map(str::to_owned));
    server.stop_serving()?;
    let cut = std::time::Instant::now();
    eventually(|| async { Ok((hub.dc.connections() == 0).then_some(())) }).await?;
    let took = cut.elapsed();
    assert!(took > Duration::from_secs(5), "too soon: {took:?}");
    assert!(took < Duration::from_secs(11), "too late: {took:?}");
    eventually(|| async {
        let told = reason().is_some_and(|why| why.contains("does not confirm"));
        Ok(told.then_some(()))
    })
    .await?;
    assert_eq!(state().map(|state| state.name()), Some("backoff"));
    let body = serde_json::json!({ "session_id": "alice", "chat_id": "me", "message": "no" });
    let answer = hub.client.post("/message/send", body).await?;
    drop(answer.refused(503, "database_unavailable"));
    let accepted = hub.dc.link_counts().accepted;
    lasts(|| async { Ok((reason(), hub.dc.link_counts().accepted)) }).await?;
    server.serve_again()?;
    eventually(|| async {
        Ok((state().map(|state| state.name()) == Some("online")).then_some(()))
    })
    .await?;
    assert!(hub.dc.link_counts().accepted > accepted);
    hub.stop().await?;
    Ok(())
}
