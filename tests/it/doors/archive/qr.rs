//! `/api/v3/auth/qr`: logging in by a QR code.

use super::{Failure, get, start_with};
use crate::doors::{fault, scripted};
use crate::support::contract;
use crate::support::db::TestDb;
use crate::support::http::{Answer, eventually};
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use local_dc::world::faults::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration;

const START: &str = "/api/v3/auth/qr";

/// A hub with this door, on which nobody is logged in.
async fn empty(db: TestDb, change: impl Fn(&mut Options)) -> Result<TestHub, Failure> {
    let mut options = Options::trusting();
    options.flags = vec!["--doors=hub,archive".to_owned()];
    change(&mut options);
    TestHub::start_with(db, Dc::start(DcOptions::default())?, options).await
}

/// A login that a test has begun.
struct Login {
    token: String,
    path: String,
    url: String,
}

async fn begin(hub: &TestHub, body: Value) -> Result<Login, Failure> {
    let begun = hub.client.post(START, body).await?.expect(200);
    let token = begun["token"].as_str().unwrap_or_default().to_owned();
    assert!(
        token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit()),
        "{begun}"
    );
    assert!(begun["message"].is_string());
    let url = begun["qr_url"].as_str().unwrap_or_default().to_owned();
    assert!(url.starts_with("tg://login?token="), "{begun}");
    let path = format!("{START}/{token}");
    Ok(Login { token, path, url })
}

impl Login {
    async fn poll(&self, hub: &TestHub) -> Result<Answer, Failure> {
        hub.client.get(&self.path).await
    }

    /// Polls until the status is another one than `pending`.
    async fn scanned(&self, hub: &TestHub) -> Result<Value, Failure> {
        eventually(|| async {
            let told = self.poll(hub).await?.expect(200);
            Ok((told["status"] != "pending").then_some(told))
        })
        .await
    }

    /// Polls until a password has been looked at.
    async fn looked_at(&self, hub: &TestHub) -> Result<Value, Failure> {
        eventually(|| async {
            let told = self.poll(hub).await?.expect(200);
            Ok((told["status"] != "password_required").then_some(told))
        })
        .await
    }

    async fn password(&self, hub: &TestHub, password: &str) -> Result<Answer, Failure> {
        hub.client
            .post(
                &format!("{}/2fa", self.path),
                json!({ "password": password }),
            )
            .await
    }
}

contract! {
    async fn a_scanned_code_logs_in_and_is_told_once(db: TestDb) {
        let hub = empty(db, |_| ()).await?;
        let login = begin(&hub, json!({ "username": "  a  " })).await?;
        let told = login.poll(&hub).await?.expect(200);
        let expected = json!({
            "status": "pending", "username": "a", "qr_url": login.url, "error": null,
            "message": told["message"],
        });
        assert_eq!(told, expected);
        scripted(hub.dc.scan("alice", &login.url))?;
        let told = login.scanned(&hub).await?;
        assert_eq!((&told["status"], &told["qr_url"], &told["error"]), (&json!("success"), &Value::Null, &Value::Null));
        drop(login.poll(&hub).await?.refused(404, "login_not_found"));
        drop(login.password(&hub, "x").await?.refused(404, "login_not_found"));
        drop(hub.client.delete(&login.path).await?.refused(404, "login_not_found"));
        hub.client.wait_for_state("a", "online").await?;
        drop(get(&hub, "/search/dialogs?limit=3").await?.expect(200));
        hub.stop().await?;
    }

    async fn of_two_who_ask_at_once_one_is_told_the_end(db: TestDb) {
        let hub = empty(db, |_| ()).await?;
        let login = begin(&hub, json!({ "username": "a" })).await?;
        scripted(hub.dc.scan("alice", &login.url))?;
        let logins = &hub.hub.qr_logins;
        eventually(|| async {
            let looked = logins.look(&login.token, None, Duration::ZERO).await?;
            Ok(looked.state.is_final().then_some(()))
        }).await?;
        let (first, second) = tokio::join!(login.poll(&hub), login.poll(&hub));
        let mut told = [first?.status, second?.status];
        told.sort_unstable();
        assert_eq!(told, [200, 404]);

        // Both of these wait for the end together.
        let login = begin(&hub, json!({ "username": "b" })).await?;
        let (first, second) = tokio::join!(logins.cancel(&login.token), logins.cancel(&login.token));
        assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
        hub.stop().await?;
    }

    async fn a_password_is_asked_for_and_a_wrong_one_ends_the_login(db: TestDb) {
        let hub = empty(db, |_| ()).await?;
        for (password, status) in [("wrong", "error"), ("bob-password", "success")] {
            let login = begin(&hub, json!({ "username": "a" })).await?;
            drop(login.password(&hub, password).await?.refused(409, "login_not_found"));
            scripted(hub.dc.scan("bob", &login.url))?;
            let told = login.scanned(&hub).await?;
            assert_eq!((&told["status"], &told["qr_url"]), (&json!("password_required"), &Value::Null));
            let told = login.poll(&hub).await?.expect(200);
            assert_eq!(told["status"], "password_required", "it may be asked for again");
            let mut told = login.password(&hub, password).await?.expect(200);
            if told["status"] == "password_required" {
                // A machine that is busy may take longer than the answer waits.
                told = login.looked_at(&hub).await?;
            }
            assert_eq!((&told["status"], &told["qr_url"]), (&json!(status), &Value::Null));
            assert_eq!(told["error"].is_string(), status == "error", "{told}");
            drop(login.poll(&hub).await?.refused(404, "login_not_found"));
            let known = get(&hub, "/settings").await?.status;
            assert_eq!(known, if status == "error" { 401 } else { 200 }, "nothing is left behind");
        }
        hub.stop().await?;
    }

    async fn a_password_that_takes_long_is_being_looked_at(db: TestDb) {
        let hub = empty(db, |_| ()).await?;
        let login = begin(&hub, json!({ "username": "a" })).await?;
        scripted(hub.dc.scan("bob", &login.url))?;
        login.scanned(&hub).await?;
        let late = FaultKind::Delay(Duration::from_secs(4));
        hub.dc.fault(Fault::new("auth.checkPassword", late));
        let told = login.password(&hub, "bob-password").await?.expect(200);
        assert_eq!(told["status"], "password_required");
        drop(login.password(&hub, "bob-password").await?.refused(409, "session_busy"));
        let told = login.looked_at(&hub).await?;
        assert_eq!(told["status"], "success");
        hub.stop().await?;
    }

    async fn a_session_that_is_there_stays_until_a_forced_login_succeeds(db: TestDb) {
        let hub = start_with(db, Options::trusting()).await?;
        let refused = hub.client.post(START, json!({ "username": "a" })).await?;
        let refused = refused.refused(409, "session_in_use");
        assert!(refused["detail"].as_str().is_some_and(|why| why.contains("force")), "{refused}");
        let login = begin(&hub, json!({ "username": "a", "force": true })).await?;
        let cancelled = hub.client.delete(&login.path).await?.expect(200);
        assert!(cancelled["detail"].is_string());
        drop(login.poll(&hub).await?.refused(404, "login_not_found"));
        drop(get(&hub, "/folders").await?.expect(200));
        let login = begin(&hub, json!({ "username": "a", "force": true })).await?;
        drop(get(&hub, "/folders").await?.expect(200));
        scripted(hub.dc.scan("alice", &login.url))?;
        assert_eq!(login.scanned(&hub).await?["status"], "success");
        hub.client.wait_for_state("a", "online").await?;
        drop(get(&hub, "/folders").await?.expect(200));
        hub.stop().await?;
    }

    async fn a_login_that_nobody_scans_expires_and_leaves_nothing(db: TestDb) {
        let hub = empty(db, |options| {
            options.timing.qr.scan = Duration::from_millis(400);
            options.timing.qr.kept = Duration::from_secs(2);
        }).await?;
        let login = begin(&hub, json!({ "username": "a" })).await?;
        let told = login.scanned(&hub).await?;
        assert_eq!((&told["status"], &told["qr_url"]), (&json!("expired"), &Value::Null));
        drop(login.poll(&hub).await?.refused(404, "login_not_found"));
        drop(get(&hub, "/settings").await?.refused(401, "session_not_authorized"));
        // Nobody looks at this one, and it is forgotten all the same.
        let login = begin(&hub, json!({ "username": "a" })).await?;
        let logins = &hub.hub.qr_logins;
        eventually(|| async {
            let looked = logins.look(&login.token, None, Duration::ZERO).await;
            Ok(looked.is_err().then_some(()))
        }).await?;
        drop(login.poll(&hub).await?.refused(404, "login_not_found"));
        hub.stop().await?;
    }

    async fn wrong_requests_are_refused(db: TestDb) {
        let hub = empty(db, |_| ()).await?;
        for blank in ["", "   "] {
            let told = hub.client.post(START, json!({ "username": blank })).await?;
            drop(told.refused(400, "invalid_request"));
        }
        for (body, place, kind) in [
            (json!({}), "body.username", "missing"),
            (json!({ "username": 7 }), "body.username", "string_type"),
            (json!({ "username": "../etc/passwd" }), "body.username", "value_error"),
            (json!({ "username": "a\u{200b}" }), "body.username", "value_error"),
            (json!({ "username": "a", "force": "perhaps" }), "body.force", "bool_type"),
        ] {
            let told = hub.client.post(START, body.clone()).await?.refused(422, "invalid_request");
            assert_eq!(fault(&told), (place.to_owned(), kind.to_owned()), "{body}");
        }
        drop(hub.client.get(&format!("{START}/0123456789abcdef0123456789abcdef")).await?.refused(404, "login_not_found"));
        let login = begin(&hub, json!({ "username": "a" })).await?;
        let told = hub.client.post(&format!("{}/2fa", login.path), json!({})).await?;
        assert_eq!(fault(&told.refused(422, "invalid_request")), ("body.password".to_owned(), "missing".to_owned()));
        hub.dc.fault(Fault::error("auth.exportLoginToken", 400, "SOMETHING_NEW"));
        let told = hub.client.post(START, json!({ "username": "b" })).await?;
        drop(told.refused(502, "telegram_error"));
        hub.stop().await?;
    }
}
