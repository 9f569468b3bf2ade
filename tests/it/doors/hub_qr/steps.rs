//! The steps of a login by QR code, one after the other.

use super::{SHORT, begin, begin_with, captures, nothing_of, quick, until_keys};
use crate::doors::{done, scripted, user};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::{Options, TestHub};
use local_dc::dc::{Dc, DcOptions};
use serde_json::{Value, json};
use std::time::Duration;
use telegram_hub::error::Code;
use telegram_hub::session::WrongPassword;

contract! {
    async fn a_scan_logs_in_and_only_then_there_is_a_session(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        nothing_of(&hub, "a").await?;
        assert_eq!(login.look(&hub.client).await?["session_id"], "a");
        let answer = login.scan(&hub, "alice", "success").await?;
        assert_eq!(answer["user"], user(1, "Alice"));
        assert_eq!((&answer["qr_url"], &answer["expires_at"]), (&Value::Null, &Value::Null));
        assert_eq!(hub.client.state("a").await?, "online");
        captures(&hub, "a", "alice", "heard").await?;
        // What became of it can be asked for a while.
        assert_eq!(login.look(&hub.client).await?["status"], "success");
        let hub = hub.restart().await?;
        hub.client.wait_for_state("a", "online").await?;
        captures(&hub, "a", "alice", "heard after a restart").await?;
        until_keys(&hub, "alice", 1).await?;
        hub.stop().await?;
    }

    async fn a_password_is_asked_for_and_a_wrong_one_can_be_repeated(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "b").await?;
        let path = format!("{}/password", login.path);
        let password = |password: &str| json!({ "password": password });
        let early = hub.client.post(&path, password("bob-password")).await?;
        drop(early.refused(404, "login_not_found"));
        let asked = login.scan(&hub, "bob", "password_required").await?;
        assert!(asked["expires_at"].is_string() && asked["qr_url"].is_null(), "{asked}");
        drop(hub.client.get(&format!("{}/image", login.path)).await?.refused(404, "login_not_found"));
        for _ in 0..2 {
            let wrong = hub.client.post(&path, password("wrong")).await?;
            drop(wrong.refused(400, "password_invalid"));
            assert_eq!(login.look(&hub.client).await?["status"], "password_required");
        }
        nothing_of(&hub, "b").await?;
        let right = hub.client.post(&path, password("bob-password")).await?.expect(200);
        let expected = json!({
            "status": "success",
            "message": "Login successful",
            "user": user(2, "Bob"),
        });
        assert_eq!(right, expected);
        assert_eq!(login.look(&hub.client).await?["status"], "success");
        hub.client.wait_for_state("b", "online").await?;
        let late = hub.client.post(&path, password("bob-password")).await?;
        drop(late.refused(404, "login_not_found"));
        hub.stop().await?;
    }

    async fn a_token_is_renewed_before_it_expires(db: TestDb) {
        let dc = DcOptions {
            login_token_lifetime: Duration::from_secs(2),
            ..DcOptions::default()
        };
        let hub = TestHub::start_with(db, Dc::start(dc)?, Options::default()).await?;
        let login = begin(&hub, "a").await?;
        let url = eventually(|| async {
            let answer = login.look(&hub.client).await?;
            assert_eq!(answer["status"], "pending");
            let url = answer["qr_url"].as_str().unwrap_or_default().to_owned();
            Ok((url != login.url).then_some(url))
        });
        let url = url.await?;
        let old = hub.dc.scan("alice", &login.url).err().map(|refusal| refusal.name);
        assert_eq!(old.as_deref(), Some("AUTH_TOKEN_EXPIRED"));
        scripted(hub.dc.scan("alice", &url))?;
        login.until(&hub.client, "success").await?;
        hub.stop().await?;
    }

    async fn a_code_that_nobody_scans_expires_and_leaves_nothing(db: TestDb) {
        let hub = quick(db, |options| options.timing.qr.scan = SHORT).await?;
        let login = begin(&hub, "a").await?;
        let answer = login.until(&hub.client, "expired").await?;
        assert_eq!(answer["qr_url"], Value::Null);
        nothing_of(&hub, "a").await?;
        drop(hub.client.get(&format!("{}/image", login.path)).await?.refused(404, "login_not_found"));
        // The name is free.
        let login = begin(&hub, "a").await?;
        login.scan(&hub, "alice", "success").await?;
        hub.stop().await?;
    }

    async fn a_password_that_nobody_tells_expires_and_leaves_nothing(db: TestDb) {
        let hub = quick(db, |options| options.timing.qr.password = SHORT).await?;
        let login = begin(&hub, "b").await?;
        scripted(hub.dc.scan("bob", &login.url))?;
        login.until(&hub.client, "expired").await?;
        nothing_of(&hub, "b").await?;
        until_keys(&hub, "bob", 0).await?;
        hub.stop().await?;
    }

    async fn a_cancelled_login_is_gone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (name, account) in [("a", None), ("b", Some("bob"))] {
            let login = begin(&hub, name).await?;
            if let Some(account) = account {
                login.scan(&hub, account, "password_required").await?;
            }
            let cancelled = hub.client.delete(&login.path).await?.expect(200);
            assert_eq!(cancelled, done("Login cancelled"));
            nothing_of(&hub, name).await?;
            drop(hub.client.get(&login.path).await?.refused(404, "login_not_found"));
            drop(hub.client.delete(&login.path).await?.refused(404, "login_not_found"));
        }
        until_keys(&hub, "bob", 0).await?;
        hub.stop().await?;
    }

    async fn a_wrong_password_ends_the_login_where_that_is_wanted(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "b").await?;
        login.scan(&hub, "bob", "password_required").await?;
        let token = login.path.rsplit('/').next().unwrap_or_default();
        let logins = &hub.hub.qr_logins;
        let wrong = logins.submit_password(token, "wrong".into(), WrongPassword::EndsLogin).await;
        assert_eq!(wrong.err().map(|error| error.code), Some(Code::PasswordInvalid));
        let ended = login.look(&hub.client).await?;
        assert_eq!((&ended["status"], &ended["error_code"]), (&json!("error"), &json!("password_invalid")));
        nothing_of(&hub, "b").await?;
        until_keys(&hub, "bob", 0).await?;
        hub.stop().await?;
    }

    async fn a_session_that_is_destroyed_is_not_scanned_back(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let login = begin(&hub, "a").await?;
        drop(hub.client.delete("/session/a").await?.expect(200));
        drop(hub.client.get(&login.path).await?.refused(404, "login_not_found"));
        scripted(hub.dc.scan("alice", &login.url))?;
        nothing_of(&hub, "a").await?;
        until_keys(&hub, "alice", 0).await?;
        hub.stop().await?;
    }

    async fn a_second_login_of_a_name_replaces_the_first(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let first = begin(&hub, "a").await?;
        let second = begin(&hub, "a").await?;
        assert_ne!(first.url, second.url);
        let ended = first.until(&hub.client, "error").await?;
        assert_eq!(ended["error_code"], "session_busy");
        second.scan(&hub, "alice", "success").await?;
        assert_eq!(hub.client.state("a").await?, "online");
        until_keys(&hub, "alice", 1).await?;
        hub.stop().await?;
    }

    async fn two_logins_begun_at_once_end_in_one_session(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let (first, second) = tokio::join!(begin(&hub, "a"), begin(&hub, "a"));
        let (first, second) = (first?, second?);
        let mut left = Vec::new();
        eventually(|| async {
            let pending = |answer: &Value| answer["status"] == "pending";
            let both = [first.look(&hub.client).await?, second.look(&hub.client).await?];
            Ok((both.iter().filter(|answer| pending(answer)).count() == 1).then_some(()))
        })
        .await?;
        for login in [first, second] {
            if login.look(&hub.client).await?["status"] == "pending" {
                left.push(login);
            }
        }
        left[0].scan(&hub, "alice", "success").await?;
        assert_eq!(hub.client.state("a").await?, "online");
        hub.stop().await?;
    }

    async fn whoever_asks_wrongly_is_told_what_is_wrong(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (body, field, kind) in [
            (json!({}), "body.session_id", "missing"),
            (json!({ "session_id": "a/b" }), "body.session_id", "value_error"),
            (json!({ "session_id": " a" }), "body.session_id", "value_error"),
            (json!({ "session_id": "a", "force": "perhaps" }), "body.force", "bool_type"),
            (json!({ "session_id": "a", "force": 1 }), "body.force", "bool_type"),
        ] {
            let refused = hub.client.post("/login/qr", body).await?.refused(422, "invalid_request");
            assert_eq!(crate::doors::fault(&refused), (field.to_owned(), kind.to_owned()));
        }
        for path in ["/login/qr/nonsense", "/login/qr/0123456789abcdef0123456789abcdef"] {
            drop(hub.client.get(path).await?.refused(404, "login_not_found"));
            drop(hub.client.delete(path).await?.refused(404, "login_not_found"));
            drop(hub.client.get(&format!("{path}/image")).await?.refused(404, "login_not_found"));
            let password = json!({ "password": "x" });
            let answer = hub.client.post(&format!("{path}/password"), password).await?;
            drop(answer.refused(404, "login_not_found"));
        }
        let login = begin_with(&hub, json!({ "session_id": "a", "force": false })).await?;
        let refused = hub.client.get(&format!("{}/image?format=gif", login.path)).await?;
        drop(refused.refused(422, "invalid_request"));
        let refused = hub.client.post(&format!("{}/password", login.path), json!({})).await?;
        drop(refused.refused(422, "invalid_request"));
        hub.stop().await?;
    }
}
