//! Listing sessions, logging them out and destroying them.

use super::{fault, logged_out, scripted, user};
use crate::support::contract;
use crate::support::http::eventually;
use crate::support::hub::TestHub;
use serde_json::{Value, json};

/// Takes the times out of a session after looking at them.
fn without_times(mut session: Value) -> Value {
    for field in [
        "state_since",
        "receiving_since",
        "last_update_at",
        "last_call_at",
        "checked_at",
        "created_at",
        "logged_in_at",
    ] {
        let time = session[field].take();
        let utc = time.as_str().is_some_and(|time| time.ends_with('Z'));
        assert!(time.is_null() || utc, "{field}: {time}");
    }
    // They depend on the moment as well.
    for figure in ["pts_drift", "update_lag"] {
        let figure = session[figure].take();
        assert!(figure.is_null() || figure.is_number(), "{figure}");
    }
    session
}

fn names(listed: &Value) -> Vec<&str> {
    let sessions = listed["sessions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    sessions
        .iter()
        .filter_map(|session| session["session_id"].as_str())
        .collect()
}

/// A session of which nothing is known but the name.
fn unknown(name: &str) -> Value {
    json!({
        "session_id": name,
        "is_connected": false,
        "is_receiving": false,
        "receiving_since": null,
        "key_doubted": null,
        "flood_waits": [],
        "kept_out_chats": 0,
        "unreadable_messages": 0,
        "running_backfills": 0,
        "is_authenticated": false,
        "is_active": false,
        "user_info": null,
        "in_login_cache": false,
        "state": null,
        "reason": null,
        "state_since": null,
        "backoff": null,
        "last_update_at": null,
        "last_call_at": null,
        "checked_at": null,
        "pts_drift": null,
        "update_lag": null,
        "healing": { "difference": 0, "reconnect": 0, "rebuild": 0, "needs_login": 0, "last": null },
        "messages_captured": 0,
        "created_at": null,
        "logged_in_at": null,
    })
}

fn id(session: &str) -> Value {
    json!({ "session_id": session })
}

contract! {
    async fn the_list_shows_every_session_in_the_contracts_shape(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        let start = json!({ "session_id": "b", "phone_number": "+15550000002" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        let mut listed = hub.client.get("/sessions").await?.expect(200);
        let sessions = listed["sessions"].take();
        let frame = json!({
            "status": "success", "total_sessions": 2, "sessions": null, "next_cursor": null,
        });
        assert_eq!(listed, frame);

        assert!(sessions[0]["created_at"].is_string() && sessions[0]["logged_in_at"].is_string());
        assert!(sessions[0]["state_since"].is_string() && sessions[0]["last_call_at"].is_string());
        let mut online = unknown("a");
        for field in ["is_connected", "is_receiving", "is_authenticated", "is_active"] {
            online[field] = true.into();
        }
        online["user_info"] = user(1, "Alice");
        online["state"] = "online".into();
        assert_eq!(without_times(sessions[0].clone()), online);

        assert!(sessions[1]["logged_in_at"].is_null());
        let mut in_login = unknown("b");
        for field in ["is_connected", "is_active", "in_login_cache"] {
            in_login[field] = true.into();
        }
        in_login["state"] = "login".into();
        assert_eq!(without_times(sessions[1].clone()), in_login);
        for name in ["a", "b"] {
            let status = hub.client.get(&format!("/session/{name}/status")).await?.expect(200);
            assert_eq!(without_times(status)["state"], if name == "a" { "online" } else { "login" });
        }
        hub.stop().await?;
    }

    async fn an_unknown_session_has_a_status_too(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let status = hub.client.get("/session/nobody/status").await?.expect(200);
        assert_eq!(status, unknown("nobody"));
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 0);
        hub.stop().await?;
    }

    async fn pages_hold_every_session_once_in_the_order_of_making(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let made = ["zoe", "adam", "mia", "Ben", "eva"];
        for (name, number) in made.iter().zip(10..) {
            let phone = format!("+155500000{number}");
            let start = json!({ "session_id": name, "phone_number": phone });
            drop(hub.client.post("/login/start", start).await?.expect(200));
        }
        for limit in 1..=6 {
            let mut path = format!("/sessions?limit={limit}");
            let mut seen = Vec::new();
            loop {
                let page = hub.client.get(&path).await?.expect(200);
                assert_eq!(page["total_sessions"], 5);
                let names = names(&page);
                assert!(!names.is_empty() && names.len() <= limit);
                seen.extend(names.into_iter().map(str::to_owned));
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/sessions?limit={limit}&cursor={cursor}");
            }
            assert_eq!(seen, made);
        }
        hub.stop().await?;
    }

    async fn a_page_goes_on_though_the_session_before_it_has_changed_or_gone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for name in ["one", "two", "three"] {
            let start = json!({ "session_id": name, "phone_number": "+15550000010" });
            drop(hub.client.post("/login/start", start).await?.expect(200));
        }
        let first = hub.client.get("/sessions?state=login&limit=2").await?.expect(200);
        assert_eq!(names(&first), ["one", "two"]);
        let cursor = first["next_cursor"].as_str().unwrap_or_default();
        let path = format!("/sessions?state=login&limit=2&cursor={cursor}");
        assert_eq!(names(&hub.client.get(&path).await?.expect(200)), ["three"]);

        drop(hub.client.post("/logout", id("two")).await?.expect(200));
        hub.client.wait_for_state("two", "stopped").await?;
        assert_eq!(names(&hub.client.get(&path).await?.expect(200)), ["three"]);
        drop(hub.client.delete("/session/two").await?.expect(200));
        assert_eq!(names(&hub.client.get(&path).await?.expect(200)), ["three"]);
        // "nobody", which no page has ended with.
        let refused = hub.client.get("/sessions?cursor=bm9ib2R5").await?.refused(422, "invalid_request");
        assert_eq!(fault(&refused), ("query.cursor".to_owned(), "value_error".to_owned()));
        hub.stop().await?;
    }

    async fn the_list_is_filtered_by_state(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (name, phone) in [("on", "+15550000001"), ("out", "+15550000010"), ("gone", "+15550000003")] {
            hub.log_in(name, phone).await?;
        }
        let start = json!({ "session_id": "new", "phone_number": "+15550000011" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        drop(hub.client.post("/logout", id("out")).await?.expect(200));
        scripted(hub.dc.revoke("carol"))?;
        hub.client.wait_for_state("gone", "needs_login").await?;

        for (state, expected) in [
            ("online", &["on"][..]),
            ("login", &["new"]),
            ("stopped", &["out"]),
            ("needs_login", &["gone"]),
            ("backoff", &[]),
            ("connecting", &[]),
        ] {
            let listed = hub.client.get(&format!("/sessions?state={state}")).await?.expect(200);
            assert_eq!(names(&listed), expected, "{state}");
            assert_eq!(listed["total_sessions"], expected.len());
        }
        let gone = hub.client.get("/session/gone/status").await?.expect(200);
        assert_eq!(gone["reason"], "SESSION_REVOKED");
        assert_eq!(gone["is_authenticated"], false);
        assert_eq!(gone["user_info"], user(3, "Carol"));
        hub.stop().await?;
    }

    async fn a_logout_ends_the_session_at_telegram_and_for_good(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.client.send("a", "me", "note").await?;
        hub.client.wait_for_messages("a", 1).await?;
        assert_eq!(scripted(hub.dc.account("alice"))?.keys, 1);
        for session in ["a", "a", "nobody", "a"] {
            let answer = hub.client.post("/logout", id(session)).await?.expect(200);
            assert_eq!(answer, logged_out("Logged out successfully"));
        }
        assert_eq!(hub.dc.calls("auth.logOut"), 1);
        assert_eq!(scripted(hub.dc.account("alice"))?.keys, 0);

        let hub = hub.restart().await?;
        let health = hub.client.get("/health").await?.expect(200);
        assert_eq!(health["restore"]["total"], 0);
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["state"], "stopped");
        for field in ["is_authenticated", "is_connected", "is_active", "in_login_cache"] {
            assert_eq!(status[field], false, "{field}");
        }
        assert_eq!(hub.client.messages("a").await?.len(), 1);
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 1);
        hub.stop().await?;
    }

    async fn a_logout_ends_a_login_in_progress(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let start = json!({ "session_id": "a", "phone_number": "+15550000001" });
        let started = hub.client.post("/login/start", start).await?.expect(200);
        drop(hub.client.post("/logout", id("a")).await?.expect(200));
        let code = json!({
            "session_id": "a", "phone_code": "12345", "phone_code_hash": started["phone_code_hash"],
        });
        drop(hub.client.post("/login/code", code).await?.refused(404, "login_not_found"));
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status["in_login_cache"], false);
        hub.log_in("a", "+15550000001").await?;
        hub.stop().await?;
    }

    async fn a_destroyed_session_leaves_its_messages_alone(db: TestDb) {
        let hub = TestHub::start(db).await?;
        hub.log_in("a", "+15550000001").await?;
        hub.client.send("a", "@carol", "hello").await?;
        hub.client.wait_for_messages("a", 1).await?;
        for session in ["a", "a", "nobody"] {
            let answer = hub.client.delete(&format!("/session/{session}")).await?.expect(200);
            assert_eq!(answer, logged_out(&format!("Session {session} destroyed completely")));
        }
        assert_eq!(scripted(hub.dc.account("alice"))?.keys, 0);
        let status = hub.client.get("/session/a/status").await?.expect(200);
        assert_eq!(status, unknown("a"));
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 0);
        let entities = hub.client.get("/session/a/entities").await?.expect(200);
        assert_eq!(entities["cached_entities"], json!([]));
        assert_eq!(hub.client.messages("a").await?.len(), 1);
        let all = hub.client.get("/admin/messages").await?.expect(200);
        assert_eq!(all["messages"][0]["text"], "hello");

        let hub = hub.restart().await?;
        assert_eq!(hub.client.messages("a").await?.len(), 1);
        hub.stop().await?;
    }

    async fn a_purge_takes_the_messages_too(db: TestDb) {
        let hub = TestHub::start(db).await?;
        for (name, phone) in [("a", "+15550000001"), ("c", "+15550000003")] {
            hub.log_in(name, phone).await?;
            hub.client.send(name, "me", name).await?;
            hub.client.wait_for_messages(name, 1).await?;
        }
        // Also what an earlier destroy has left.
        drop(hub.client.delete("/session/a?purge=false").await?.expect(200));
        drop(hub.client.delete("/session/a?purge=true").await?.expect(200));
        drop(hub.client.delete("/session/nobody?purge=true").await?.expect(200));
        let all = hub.client.get("/admin/messages").await?.expect(200);
        let texts: Vec<_> = all["messages"].as_array().into_iter().flatten().map(|m| &m["text"]).collect();
        assert_eq!(texts, ["c"]);
        drop(hub.client.delete("/session/c?purge=1").await?.expect(200));
        let all = hub.client.get("/admin/messages").await?.expect(200);
        assert_eq!(all["messages"], json!([]));
        hub.stop().await?;
    }

    async fn a_session_is_destroyed_whatever_state_it_is_in(db: TestDb) {
        let hub = TestHub::start(db).await?;
        let start = json!({ "session_id": "new", "phone_number": "+15550000011" });
        drop(hub.client.post("/login/start", start).await?.expect(200));
        hub.log_in("gone", "+15550000003").await?;
        scripted(hub.dc.revoke("carol"))?;
        hub.client.wait_for_state("gone", "needs_login").await?;
        hub.log_in("away", "+15550000001").await?;
        hub.dc.stop().await;
        hub.client.wait_for_state("away", "backoff").await?;
        for session in ["new", "gone", "away"] {
            drop(hub.client.delete(&format!("/session/{session}")).await?.expect(200));
        }
        let emptied = eventually(|| async {
            let health = hub.client.get("/health").await?.expect(200);
            Ok((health["active_sessions"] == 0).then_some(()))
        });
        emptied.await?;
        assert_eq!(hub.client.get("/sessions").await?.expect(200)["total_sessions"], 0);
        hub.stop().await?;
    }
}
